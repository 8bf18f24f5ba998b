package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is how many characters of a text are used: no line of a sheet holds more.
const longest = 400

// missing stands for a character that cannot be drawn at all, so that the reader sees that it is missing.
const missing = '?'

// alike are characters without a decomposition in Unicode, and the ones that people read in their place.
var alike = strings.NewReplacer(
	"Ł", "L", "ł", "l", "Đ", "D", "đ", "d", "Ɖ", "D", "Ð", "D", "ð", "d", "Ø", "O", "ø", "o", "Ħ", "H", "ħ", "h", "Ŧ", "T", "ŧ", "t",
	"Æ", "AE", "æ", "ae", "Œ", "OE", "œ", "oe", "ẞ", "SS", "ß", "ss", "Þ", "Th", "þ", "th", "ı", "i", "ĸ", "k", "Ŋ", "N", "ŋ", "n", "Ə", "E", "ə", "e",
	"Ɓ", "B", "ɓ", "b", "Ɗ", "D", "ɗ", "d", "Ƙ", "K", "ƙ", "k", "Ɨ", "I", "ɨ", "i", "Ʉ", "U", "ʉ", "u", "Ƶ", "Z", "ƶ", "z", "Ɔ", "O", "ɔ", "o", "Ɛ", "E", "ɛ", "e",
	"Ꞌ", "’", "ꞌ", "’", "ʼ", "’", "ʻ", "’", "ʹ", "’", "′", "’", "‐", "-", "‑", "-", "‒", "-", "−", "-", "‛", "‘",
)

// Drawable is a text on one line in characters of a font: without control or bidirectional characters, with single
// spaces. A character that the font lacks loses its marks (Ỹ is Y, ễ is ê), or becomes one that looks alike, or a
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

// otherwise replaces a character that a font lacks.
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
