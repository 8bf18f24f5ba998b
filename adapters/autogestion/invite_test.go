package autogestion

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSingleLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "in")
		out := singleLine(in, 20)
		if !utf8.ValidString(out) || utf8.RuneCountInString(out) > 20 || strings.ContainsAny(out, "\n\r\t\u202e\u200b") {
			t.Fatalf("%q gives %q", in, out)
		}
		if singleLine(out, 20) != out {
			t.Fatalf("%q changes again", out)
		}
	})
}
