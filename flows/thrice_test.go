package flows

import (
	"slices"
	"strings"
	"testing"

	"llave/bot"
)

// Whatever a chat is asked, waits for, or fails at, nobody reads the same line three times: the second time there is another way out, the
// third a person. Each case is how the chat comes there, and what is said then, again and again.
func TestNoLineIsSaidThreeTimes(t *testing.T) {
	nothing := []string{"asdf qwer", "pirulo sarasa", "asdf qwer", "mecachis"}
	down := func(c *counter) { c.back.down = true }
	for name, at := range map[string]struct {
		before []string
		then   func(*counter)
		again  []string
	}{
		"nothing is open":           {nil, nil, nothing},
		"who uses the chat":         {[]string{"mi token"}, nil, nothing},
		"whose token":               {[]string{"token de pedro"}, nil, nothing},
		"whose new token":           {[]string{"otro token"}, nil, nothing},
		"a new token":               {[]string{"token de juana", "otro token de juana"}, nil, nothing},
		"another day":               {[]string{"token para mañana"}, nil, nothing},
		"whose was not taken":       {[]string{"el token de pedro no anda"}, nil, nothing},
		"what to do about it":       {[]string{"token de juana", "me lo rechazaron"}, nil, nothing},
		"whose sheet":               {[]string{"imprimir tokens"}, nil, nothing},
		"which month":               {[]string{"preimpresos para rosa"}, nil, nothing},
		"how many":                  {[]string{"preimpresos para rosa", "diciembre"}, nil, nothing},
		"how many, out of range":    {[]string{"preimpresos para rosa", "diciembre"}, nil, []string{"90", "150", "cero", "1000"}},
		"whether to make a sheet":   {[]string{"10 preimpresos para rosa"}, nil, nothing},
		"which sheet was lost":      {[]string{"10 preimpresos para rosa", "sí", "5 preimpresos para rosa para noviembre", "sí", "perdí la hoja de rosa"}, nil, nothing},
		"whether to void a sheet":   {[]string{"10 preimpresos para rosa", "sí", "perdí la hoja de rosa"}, nil, nothing},
		"which number to void":      {[]string{"10 preimpresos para rosa", "sí", "anulá un token de la hoja de rosa"}, nil, nothing},
		"whether to unlink":         {[]string{"quiero cerrar sesión"}, nil, nothing},
		"whether to erase the data": {[]string{"borrar mis datos"}, nil, nothing},
		"a code, not linked":        {[]string{"desvincular", "vincular"}, nil, nothing},
		"linking asked again":       {[]string{"desvincular", "vincular"}, nil, []string{"vincular", "vincular", "vincular", "vincular"}},
		"linking by the token":      {[]string{"desvincular", "token"}, nil, []string{"token", "token", "token", "token"}},
		"linked already":            {nil, nil, []string{"vincular", "vincular", "vincular", "vincular"}},
		"no answer for a token":     {nil, down, []string{"token", "token de juana", "token", "token"}},
		"no answer for a new one":   {[]string{"otro token de juana"}, down, []string{"sí", "sí", "sí", "sí"}},
		"no answer about a token":   {[]string{"token de juana"}, down, []string{"no anda", "no anda", "no anda", "no anda"}},
		"no answer for a sheet":     {nil, down, []string{"hoja de rosa", "hoja de rosa", "hoja de rosa", "hoja de rosa"}},
		"no answer to an order":     {[]string{"10 preimpresos para rosa"}, down, []string{"sí", "sí", "sí", "sí"}},
		"no answer for the chats":   {nil, down, []string{"chats", "chats", "chats", "chats"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := atCounter(t)
			if name == "who uses the chat" {
				c.s.Data.(*memory).Self = ""
			}
			for _, s := range at.before {
				c.says(s)
			}
			if at.then != nil {
				at.then(c)
			}
			var lines []string
			person := false
			for i, s := range at.again {
				have := c.says(s)
				line, _, _ := strings.Cut(have, "\n")
				lines = append(lines, line)
				person = person || strings.Contains(strings.ToLower(have), "persona")
				if i == 2 && !person {
					t.Errorf("there is no person: %s", have)
				}
			}
			for _, l := range lines {
				if n := len(slices.DeleteFunc(slices.Clone(lines), func(o string) bool { return o != l })); n > 2 {
					t.Errorf("said %d times: %s", n, l)
				}
			}
		})
	}
}

// Nor is a recording that cannot be heard answered three times alike.
func TestNoRecordingIsAnsweredThreeTimesAlike(t *testing.T) {
	for name, u := range map[string]bot.Update{
		"a recording":     {Kind: bot.Other, Subtype: "voice"},
		"a text too long": {Kind: bot.TooLong},
		"what failed":     {Kind: bot.Broken},
		"a CUIL":          {Kind: bot.Message, Text: "##", Masked: true},
	} {
		c, seen := atCounter(t), map[string]int{}
		for i := range 4 {
			have := c.take(bot.Input{Accepted: bot.Accepted{Update: u}})
			if seen[have]++; seen[have] > 2 {
				t.Errorf("%s: said %d times: %s", name, seen[have], have)
			}
			if i == 2 && !strings.Contains(have, "persona") {
				t.Errorf("%s: no person the third time: %s", name, have)
			}
		}
	}
}
