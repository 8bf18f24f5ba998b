package form

import (
	"strings"
	"testing"
)

func TestDocumentOfACUIL(t *testing.T) {
	for _, c := range []struct {
		document string
		is       bool
	}{{"1.234.567", true}, {"01234567", true}, {"1234568", false}, {"", false}} {
		if got := (Registration{Document: c.document}).DocumentOf("20012345678"); got != c.is {
			t.Errorf("%q: %v", c.document, got)
		}
	}
}

func TestPasswordFaults(t *testing.T) {
	for in, want := range map[string]string{"": "password_missing", "corta": "password_short", strings.Repeat("x", 129): "password_long",
		"hola99999001": "password_personal", "ñandú-ñandú": ""} {
		if got := PasswordFault(in, "27999990016"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
