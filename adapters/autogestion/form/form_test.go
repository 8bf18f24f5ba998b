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
		"hola99999001": "password_personal", "ñandú-ñandú": "",
		"1234567890": "password_common", "password123": "password_common", "argentina2026": "password_common", "ioma123456": "password_common",
		"boca juniors": "password_common", "contraseña1": "password_common", "qwertyuiop": "password_common", "aaaaaaaaaa": "password_common",
		"tres-gatos-naranja": "", "caballo-verde": ""} {
		if got := PasswordFault(in, "27999990016"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// The person's own name and address make a weak password of a strong one.
func TestPasswordsOfTheirPerson(t *testing.T) {
	const password = "robustiana-peralta"
	if got := PasswordFault(password, noCUIL); got != "" {
		t.Errorf("of another person: %q", got)
	}
	if got := PasswordFault(password, noCUIL, "Robustiana Peralta"); got != "password_common" {
		t.Errorf("of its person: %q", got)
	}
}

func TestIsEmail(t *testing.T) {
	for address, want := range map[string]bool{"a@x.example": true, "a.b+c@x.example": true, "": false, "a": false, "a@b@x.example": false,
		"a@x.example\r\nBcc: b@x.example": false, "A <a@x.example>": false, strings.Repeat("a", 250) + "@x.ar": false, "a b@x.example": false} {
		if IsEmail(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
