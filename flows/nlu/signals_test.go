package nlu

import (
	"testing"
	"time"
)

func TestSignals(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]Day{
		"token": {},
		"token de juana para mañana a la mañana":     {Kind: DayTomorrow},
		"quiero el token para el turno de mañana":    {Kind: DayTomorrow},
		"dame el token, tengo turno a la mañana":     {},
		"necesito un token para el martes":           {Kind: DayWeekday, Weekday: time.Tuesday},
		"el token del miércoles":                     {Kind: DayWeekday, Weekday: time.Wednesday},
		"mandame los tokens de la semana":            {Kind: DayWeek},
		"hace una semana que no me anda, dame token": {},
		"token de domingo":                           {Kind: DayWeekday},
	} {
		if got := u.Parse(text).Day; got != want {
			t.Errorf("%q names %+v, want %+v", text, got, want)
		}
	}
	for _, c := range []struct {
		text                      string
		repeat, theOther, pronoun bool
	}{
		{"repetime", true, false, false},
		{"cuál era", true, false, false},
		{"el otro", false, true, false},
		{"no, el otro por favor", false, true, false},
		{"y el otro", false, true, false},
		{"para ella también", false, false, true},
		{"el token", false, false, false},
	} {
		m := u.Parse(c.text)
		if m.Repeat != c.repeat || m.TheOther != c.theOther || m.Pronoun != c.pronoun {
			t.Errorf("%q: repeat %v, the other %v, pronoun %v", c.text, m.Repeat, m.TheOther, m.Pronoun)
		}
	}
}
