package bot_test

import (
	"strings"
	"testing"

	"llave/bot"
)

func spell(spans []bot.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Typed {
			b.WriteString("<" + s.Text + ">")
		} else {
			b.WriteString("{" + s.Text + "}")
		}
	}
	return b.String()
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"hola":                    "{hola}",
		"escribí *token*":         "{escribí }<token>",
		"*token* o *ayuda*, dale": "<token>{ o }<ayuda>{, dale}",
		"2 * 3":                   "{2 * 3}",
		"2 * 3 *a*":               "{2 * 3 }<a>",
		"** *a*":                  "{** }<a>",
		"*a\nb*":                  "{*a\nb*}",
		"a*":                      "{a*}",
		"*a\n*b*":                 "{*a\n}<b>",
	} {
		if got := spell(bot.Spans(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzSpans(f *testing.F) {
	f.Add("escribí *token* o *ayuda*")
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for _, s := range bot.Spans(text) {
			if s.Text == "" {
				t.Error("an empty span")
			}
			if s.Typed {
				s.Text = "*" + s.Text + "*"
			}
			b.WriteString(s.Text)
		}
		if b.String() != text {
			t.Errorf("%q came out as %q", text, b.String())
		}
	})
}
