package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is how many letters of a text are looked at: no line of a sheet holds more.
const longest = 400

// missing stands for a letter that cannot be drawn in any way, so that it is seen that something is missing.
const missing = '?'

// alike are letters that Unicode does not take apart, with what is read in their place.
var alike = strings.NewReplacer(
	"Ł", "L", "ł", "l", "Đ", "D", "đ", "d", "Ɖ", "D", "Ð", "D", "ð", "d", "Ø", "O", "ø", "o", "Ħ", "H", "ħ", "h", "Ŧ", "T", "ŧ", "t",
	"Æ", "AE", "æ", "ae", "Œ", "OE", "œ", "oe", "ẞ", "SS", "ß", "ss", "Þ", "Th", "þ", "th", "ı", "i", "ĸ", "k", "Ŋ", "N", "ŋ", "n", "Ə", "E", "ə", "e",
	"Ɓ", "B", "ɓ", "b", "Ɗ", "D", "ɗ", "d", "Ƙ", "K", "ƙ", "k", "Ɨ", "I", "ɨ", "i", "Ʉ", "U", "ʉ", "u", "Ƶ", "Z", "ƶ", "z", "Ɔ", "O", "ɔ", "o", "Ɛ", "E", "ɛ", "e",
	"Ꞌ", "’", "ꞌ", "’", "ʼ", "’", "ʻ", "’", "ʹ", "’", "′", "’", "‐", "-", "‑", "-", "‒", "-", "−", "-", "‛", "‘",
)

// Drawable is a text on one line in letters that a font has: no control or bidirectional characters, single spaces. A letter
// that the font lacks loses the marks that it lacks the letter with (Ỹ is Y, ễ is ê), or is one that is read alike, or is a
// question mark; other signs are dropped.
func Drawable(t string, has func(rune) bool) string {
	if r := []rune(t); len(r) > longest {
		t = string(r[:longest])
	}
	var out strings.Builder
	for _, r := range norm.NFC.String(t) {
		switch {
		case unicode.IsSpace(r):
			out.WriteByte(' ')
		case has(r):
			out.WriteRune(r)
		default:
			out.WriteString(otherwise(r, has))
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// otherwise is what is drawn in place of a character that a font lacks.
func otherwise(r rune, has func(rune) bool) string {
	all := func(t string) bool {
		return strings.TrimSpace(t) != "" && strings.IndexFunc(t, func(r rune) bool { return !has(r) }) < 0
	}
	if t := alike.Replace(string(r)); t != string(r) && all(t) {
		return t
	}
	if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
		return ""
	}
	parts := []rune(norm.NFKD.String(string(r)))
	for n := len(parts) - 1; n > 0; n-- { // the last mark is the outermost
		if t := norm.NFC.String(string(parts[:n])); all(t) {
			return t
		}
	}
	if t := norm.NFC.String(string(parts)); all(t) { // a ligature, a digit in a circle
		return t
	}
	if len(parts) > 1 && alike.Replace(string(parts[0])) != string(parts[0]) {
		return otherwise(parts[0], has)
	}
	return string(missing)
}
