package form

import (
	"net/mail"
	"strings"

	"llave/flows/backend"
)

// Registration is the form that makes an account.
type Registration struct {
	CUIL, Document, Sex, Tramite     string
	Email, EmailAgain                string
	Password, PasswordAgain, Address string
	Browser                          string // the cookie
	Proof                            string // of work, if the page asked for one
	// PHC is the password's hash, once the form waits for its link.
	PHC string
	// Account is the account that the link made. Nothing else of the form is kept then but the browser and the hash.
	Account int64
}

// Faults returns all faults of the form.
func (r Registration) Faults() Faults {
	var f Faults
	cuil, why := backend.ReadCUIL(r.CUIL)
	f.add("cuil", why)
	doc := digitsOf(r.Document)
	f.check("document", "document_form", isNumber(doc) && (len(doc) == 7 || len(doc) == 8))
	f.check("sex", "sex_missing", r.Sex == "F" || r.Sex == "M" || r.Sex == "X")
	f.check("tramite", "tramite_form", isNumber(r.TramiteDigits()) && len(r.TramiteDigits()) == 11)
	f.check("email", "email_form", IsEmail(strings.TrimSpace(r.Email)))
	f.check("email2", "email_differs", strings.EqualFold(strings.TrimSpace(r.Email), strings.TrimSpace(r.EmailAgain)))
	if cuil == "" {
		cuil = noCUIL
	}
	f.add("password", PasswordFault(r.Password, cuil, r.Email))
	f.check("password2", "password_differs", r.Password == r.PasswordAgain)
	return f
}

// IsEmail reports whether a text is an address to which a mail server sends: one @, no control characters, a bounded length.
func IsEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && strings.Count(s, "@") == 1 &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '"' })
}

// TramiteDigits returns the digits of the trámite number of the document.
func (r Registration) TramiteDigits() string { return digitsOf(r.Tramite) }

// DocumentOf reports whether the document number is the one in a CUIL.
func (r Registration) DocumentOf(cuil string) bool {
	return document(cuil) == strings.TrimLeft(digitsOf(r.Document), "0")
}

// digitsOf returns the digits of a number as people type it; a text that is no number comes back as it is.
func digitsOf(s string) string {
	if digits, ok := backend.ReadDigits(s); ok {
		return digits
	}
	return s
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// document returns the document number in a CUIL, without leading zeros.
func document(cuil string) string { return strings.TrimLeft(cuil[2:10], "0") }
