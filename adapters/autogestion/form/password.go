package form

import (
	"strings"
	"unicode/utf8"

	"llave/flows/backend"
)

const (
	// passwordMin is long enough that guessing needs luck, and short enough to be remembered.
	passwordMin = 10
	// PasswordMax bounds the work of hashing, in bytes.
	PasswordMax = 128
	// noCUIL has no document to look for in a password.
	noCUIL = "-----------"
)

// PasswordFault returns the key of the fault of a new password, "" if there is none.
func PasswordFault(password, cuil string) string {
	switch {
	case password == "":
		return "password_missing"
	case len(password) > PasswordMax || !utf8.ValidString(password):
		return "password_long"
	case utf8.RuneCountInString(password) < passwordMin:
		return "password_short"
	case strings.Contains(onlyDigits(password), document(cuil)):
		return "password_personal"
	}
	return ""
}

// onlyDigits returns the digits of a text, and nothing else of it.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, backend.Clean(s))
}
