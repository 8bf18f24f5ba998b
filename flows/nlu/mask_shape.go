package nlu

import (
	"regexp"
	"strings"
	"unicode"

	"llave/flows/backend"
)

func ends(word string) bool { return strings.ContainsAny(word[len(word)-1:], ".,;!?") }

func quoted(text string, from, to int) bool {
	return from > 0 && to < len(text) && strings.ContainsRune(`"'«“‘`, lastRune(text[:from]))
}

func lastRune(s string) (last rune) {
	for _, r := range s[max(0, len(s)-4):] {
		last = r
	}
	return last
}

// numberShape is a number with what stands around and between its digits, and what it is called in front of it.
var numberShape = regexp.MustCompile(`(?i)^(?:n|no|nr|nro|num|dni|cuil|cuit|tel|cel|hoja|caso|token)?[ .,\-/()+#:°]*(?:\d[ .,\-/()+#:°]*)*$`)

// onlyNumber says whether a text is a number with what stands between its digits: a token, a document, a date, a phone,
// the number of an affiliate, a sheet or a case. It is never a password.
func onlyNumber(s string) bool {
	return numberShape.MatchString(backend.Clean(withoutOrdinals(s)))
}

// numbered says whether a word is mostly a number of ours with a letter at its end: "9-4071852/02-B".
func numbered(s string) bool { return numberedShape.MatchString(s) }

var (
	numberedShape = regexp.MustCompile(`^\d+(?:[-/.]\d+)+[-/.]?[A-Za-z]$`)
	ordinalShape  = regexp.MustCompile(`(?i)^\d{1,2}(?:ra|ro|er|da|do|ta|to|ma|mo|va|vo|na|no|hs?|a|o)$`) // "2da vez", "23hs"
)

// withoutOrdinals drops the signs that a clean text has as the letters o and a.
func withoutOrdinals(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\u00ba' || r == '\u00aa' {
			return -1
		}
		return r
	}, s)
}

// arrows are the signs that people draw between a name and what it stands for.
const arrows = "-–—>→=/|;"

// siteShape is an e-mail address or the name of a site.
var siteShape = regexp.MustCompile(`(?i)^([\w.+-]+@)?([\w-]+\.)+(ar|com|org|net|gob|gov)\b[/\w.?]*$`)

// site says whether a text is an e-mail address or the name of a site: what a password is for, and none.
func site(s string) bool { return siteShape.MatchString(strings.TrimRight(s, ".,;!?)")) }

// strong says whether a word looks like a password and like no word: letters with digits or signs between them.
func strong(s string) bool {
	s = backend.Clean(s)
	inner := strings.TrimFunc(s, func(r rune) bool { return !isLetter(r) })
	if ordinalShape.MatchString(s) || numbered(s) {
		return false
	}
	if strings.Contains(s, "://") || !strings.ContainsFunc(s, unicode.IsLetter) {
		return false
	}
	return strings.ContainsFunc(inner, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }) || strings.ContainsAny(s, "!#$%&@^~+")
}
