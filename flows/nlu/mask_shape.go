package nlu

import (
	"regexp"
	"strings"
	"unicode"

	"llave/flows/backend"
)

func endsClause(word string) bool { return strings.ContainsAny(word[len(word)-1:], ".,;!?") }

func isQuoted(text string, from, to int) bool {
	return from > 0 && to < len(text) && strings.ContainsRune(`"'«“‘`, lastRune(text[:from]))
}

func lastRune(s string) (last rune) {
	for _, r := range s[max(0, len(s)-4):] {
		last = r
	}
	return last
}

// numberShape is a number with the signs around and between its digits, and a word for it in front.
var numberShape = regexp.MustCompile(`(?i)^(?:n|no|nr|nro|num|dni|cuil|cuit|tel|cel|hoja|caso|token)?[ .,\-/()+#:°]*(?:\d[ .,\-/()+#:°]*)*$`)

// onlyNumber reports whether a text is a number, with signs between its digits: a token, a document, a date, a phone, the number
// of an affiliate, a sheet or a case. It is never a password.
func isOneNumber(s string) bool {
	return numberShape.MatchString(backend.Clean(withoutOrdinals(s)))
}

// isNumbered reports whether a word is an affiliate number with a letter at its end: "9-4071852/02-B".
func isNumbered(s string) bool { return numberedShape.MatchString(s) }

var (
	numberedShape = regexp.MustCompile(`^\d+(?:[-/.]\d+)+[-/.]?[A-Za-z]$`)
	ordinalShape  = regexp.MustCompile(`(?i)^\d{1,2}(?:ra|ro|er|da|do|ta|to|ma|mo|va|vo|na|no|hs?|a|o)$`) // "2da vez", "23hs"
)

// withoutOrdinals drops the signs º and ª, which a clean text has as the letters o and a.
func withoutOrdinals(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\u00ba' || r == '\u00aa' {
			return -1
		}
		return r
	}, s)
}

// arrows are the signs that people write between a name and its value.
const arrows = "-–—>→=/|;"

// siteShape is an e-mail address or the name of a site.
var siteShape = regexp.MustCompile(`(?i)^([\w.+-]+@)?([\w-]+\.)+(ar|com|org|net|gob|gov)\b[/\w.?]*$`)

// isSite reports whether a text is an e-mail address or the name of a site: a password is for those, and is none.
func isSite(s string) bool { return siteShape.MatchString(strings.TrimRight(s, ".,;!?)")) }

// looksLikePassword reports whether a word has digits or signs between its letters, as no word of the language has.
func looksLikePassword(s string) bool {
	s = backend.Clean(s)
	inner := strings.TrimFunc(s, func(r rune) bool { return !isLetter(r) })
	if ordinalShape.MatchString(s) || isNumbered(s) {
		return false
	}
	if strings.Contains(s, "://") || !strings.ContainsFunc(s, unicode.IsLetter) {
		return false
	}
	return strings.ContainsFunc(inner, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }) || strings.ContainsAny(s, "!#$%&@^~+")
}
