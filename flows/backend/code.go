package backend

import "strings"

const (
	// CodeLen is how many characters a linking code has.
	CodeLen = 8
	// CodeAlphabet has no vowels, so that no word comes out, and none of 0 O 1 I L, so that it can be read aloud.
	CodeAlphabet = "23456789BCDFGHJKMNPQRSTVWXYZ"
)

// ReadCode reads a linking code as a person types or pastes it: in any case, spaced and grouped in any way if it stands
// alone, in one piece or two with words around it or inside a link. Not ok: there is none, or more than one.
func ReadCode(s string) (code string, ok bool) {
	if len(s) > pastedMax {
		return "", false
	}
	text := strings.ToUpper(Clean(s))
	words := strings.FieldsFunc(text, func(r rune) bool { return !isLetter(r) && !isDigit(r) })
	if whole := strings.Join(words, ""); len(whole) == CodeLen && ofCode(whole) {
		return whole, true
	}
	for i, w := range words {
		if len(w) == CodeLen/2 && i+1 < len(words) && len(words[i+1]) == CodeLen/2 {
			w += words[i+1]
		}
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

// ofCode says whether a code may consist of these characters.
func ofCode(s string) bool { return strings.Trim(s, CodeAlphabet) == "" }
