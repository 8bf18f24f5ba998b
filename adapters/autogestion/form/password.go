package form

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"

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

// guessesMin is how many guesses a new password has to withstand, by zxcvbn's estimate. The 30,000 most common passwords, dates,
// keyboard rows, names with a year, and combinations of those are below it.
const guessesMin = 1e8

// weakFile has what people put into a password of IOMA, and words that zxcvbn's lists, which are English, do not have.
//
//go:embed weak.txt
var weakFile string

// PasswordFault returns the key of the fault of a new password, "" if there is none. personal are texts of its person: name,
// e-mail address.
func PasswordFault(password, cuil string, personal ...string) string {
	switch {
	case password == "":
		return "password_missing"
	case len(password) > PasswordMax || !utf8.ValidString(password):
		return "password_long"
	case utf8.RuneCountInString(password) < passwordMin:
		return "password_short"
	case strings.Contains(onlyDigits(password), document(cuil)):
		return "password_personal"
	case isWeak(password, append(wordsOf(personal), strings.Fields(weakFile)...)):
		return "password_common"
	}
	return ""
}

// strongRest is how many letters and digits a password has to have besides the words of its person and of IOMA.
const strongRest = 6

func isWeak(password string, words []string) bool {
	folded := backend.Fold(password)
	rest := folded
	for _, w := range words {
		if w = backend.Fold(w); len(w) > 2 {
			rest = strings.ReplaceAll(rest, w, "")
		}
	}
	if n := len([]rune(strings.Join(wordsOf([]string{rest}), ""))); n < strongRest && rest != folded {
		return true
	}
	return zxcvbn.PasswordStrength(firstRunes(password, 64), words).Guesses < guessesMin
}

// firstRunes bounds the estimate: what follows does not make a password weaker.
func firstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// wordsOf splits texts into words.
func wordsOf(texts []string) (words []string) {
	for _, t := range texts {
		words = append(words, strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	return words
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
