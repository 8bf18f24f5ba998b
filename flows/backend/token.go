package backend

import (
	"slices"
	"strings"
)

// TokenLen is the number of digits of a token, leading zeros included.
const TokenLen = 6

// IsToken reports whether s is a token as it is stored and sent: six ASCII digits.
func IsToken(s string) bool {
	return len(s) == TokenLen && strings.Trim(s, "0123456789") == ""
}

// ReadToken reads a token as a provider types, pastes or scans it and returns its six digits. Not ok: this is no token, and
// so no guess either. A token that lost its leading zeros (a number in a spreadsheet) is none: the missing digits are not
// known.
func ReadToken(s string) (digits string, ok bool) {
	if len(s) > pastedMax {
		return "", false
	}
	digits, ok = soleRun(digitRuns(WithoutSymbology(Clean(s))), TokenLen)
	if !ok || len(digits) != TokenLen {
		return "", false
	}
	return digits, true
}

// layout maps the characters that a scanner typed on a keyboard of another layout back to those of the code.
type layout map[rune]rune

// The common layouts here: a scanner set to the United States that types through a computer set to Spain or Latin America,
// the other way round, and through one set to Brazil. Only characters of codes stand here.
var layouts = []layout{
	{'Ñ': ':', '\'': '-', '-': '/', '¿': '+', '¡': '+', '(': '*', '_': '?', '&': '^', '/': '&'},
	{'>': ':', '/': '-', '&': '/', ']': '+', '}': '*', '?': '_', '-': '\''},
	{'Ç': ':', ';': '/'},
}

// Layouts returns a text as it is, and as each other keyboard would have typed it. Letters are capitals.
func Layouts(s string) []string {
	out := []string{s}
	for _, l := range layouts {
		mapped := strings.Map(func(r rune) rune {
			if to, ok := l[r]; ok {
				return to
			}
			return r
		}, s)
		if !slices.Contains(out, mapped) {
			out = append(out, mapped)
		}
	}
	return out
}

// ReadNumber reads an affiliate number as a provider types, pastes or scans it. The number is opaque, so it returns all
// readings, the likeliest first: the whole text, the part from its first digit to its last, and both on other keyboards.
// Spaces and case do not count. Empty: there is none.
func ReadNumber(s string) (may []string) {
	if len(s) > pastedMax {
		return nil
	}
	text := strings.Trim(strings.ToUpper(WithoutSymbology(Clean(s))), ` "'.,;:*`)
	first, last := strings.IndexFunc(text, isDigit), strings.LastIndexFunc(text, isDigit)
	if first < 0 {
		first, last = 0, len(text)-1
	}
	for _, part := range []string{text, text[first : last+1]} {
		for _, n := range Layouts(part) {
			if n = strings.ReplaceAll(n, " ", ""); n != "" && !slices.Contains(may, n) {
				may = append(may, n)
			}
		}
	}
	return may
}
