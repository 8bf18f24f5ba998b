package flows

import (
	"strings"
	"testing"
)

// Under a question the second opinion takes no answer that fits, and sees no question in a text that asks nothing.
func TestAGuessTakesNoAnswer(t *testing.T) {
	for said, want := range map[string]string{
		"varios porque va seguido":        "un número, del 1 al 31",
		"los que le corresponden por mes": "un número, del 1 al 31",
		"igual que la vez anterior":       "un número, del 1 al 31",
		"los mismos que el mes pasado":    "un número, del 1 al 31",
		"el máximo que se pueda":          "31 tokens",
		"¿se puede plastificar la hoja?":  "último día de su mes",
	} {
		c := atCounter(t)
		c.says("preimpresos para rosa")
		if have := c.says("diciembre"); c.s.State != "sheet.count" {
			t.Fatalf("%s: %s", c.s.State, have)
		}
		guessed := c.sc.parser.ParseFor(said, c.s.Data.(*memory).speaker()).Guessed
		if have := c.says(said); !strings.Contains(have, want) {
			t.Errorf("%q, guessed %t, is answered without %q:\n%s", said, guessed, want, have)
		}
	}
	c := atCounter(t)
	c.says("preimpresos para rosa")
	if have := c.says("para el mes entrante mejor"); c.s.State != "sheet.count" {
		t.Errorf("the month is not taken: %s", have)
	}
}
