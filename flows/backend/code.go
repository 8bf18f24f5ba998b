package backend

import (
	"slices"
	"strings"
)

const (
	// CodeLen is the length of a linking code.
	CodeLen = 8
	// CodeAlphabet has no vowels, so that no word comes out, and none of 0 O 1 I L, so that a code can be read aloud.
	CodeAlphabet = "23456789BCDFGHJKMNPQRSTVWXYZ"
)

// ReadCode reads a linking code as a person types or pastes it: in any case, with any spaces and groups, with words around
// it or inside a link. Not ok: there is none, or more than one.
func ReadCode(s string) (code string, ok bool) {
	if len(s) > pastedMax {
		return "", false
	}
	text := strings.ToUpper(Clean(s))
	if len(text) < CodeLen {
		return "", false
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !isLetter(r) && !isDigit(r) })
	if whole := strings.Join(words, ""); len(whole) == CodeLen && ofCode(whole) {
		return whole, true
	}
	for _, w := range append(halves(words), regrouped(words)...) {
		if len(w) != CodeLen || !ofCode(w) || strings.Trim(w, "23456789") == "" { // digits alone are a document
			continue
		}
		if code != "" && code != w {
			return "", false
		}
		code = w
	}
	return code, code != ""
}

// halves returns the words, those of four characters joined with the next one of four.
func halves(words []string) []string {
	out := slices.Clone(words)
	for i, w := range words[:max(0, len(words)-1)] {
		if len(w) == CodeLen/2 && len(words[i+1]) == CodeLen/2 {
			out[i] = w + words[i+1]
		}
	}
	return out
}

// regrouped returns the stretches of words that could be one code in other groups, "BC DF GH J2". A stretch with fewer than
// three letters may be an "y" between numbers.
func regrouped(words []string) (codes []string) {
	for i := 0; i < len(words); {
		whole := ""
		for ; i < len(words) && ofCode(words[i]); i++ {
			whole += words[i]
		}
		if len(whole) == CodeLen && letters(whole) >= 3 {
			codes = append(codes, whole)
		}
		if whole == "" {
			i++
		}
	}
	return codes
}

func letters(s string) (n int) {
	for _, r := range s {
		if isLetter(r) {
			n++
		}
	}
	return n
}

// ofCode reports whether a code may consist of these characters.
func ofCode(s string) bool { return strings.Trim(s, CodeAlphabet) == "" }
