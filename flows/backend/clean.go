package backend

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean returns a text as it was meant to be typed. It drops invisible characters (direction marks, zero-width characters,
// fillers, soft hyphens, controls) and frames around a character (keycaps). Every space, line ends included, becomes a
// space; every hyphen, dash and minus sign a hyphen; every slash /; every quotation mark ' or "; every decimal digit of any
// script an ASCII digit; and a compatibility character (full-width, superscript, circled) the character that it stands for
// (Unicode NFKC, character by character). Spaces at both ends are cut. Clean(Clean(s)) is Clean(s).
func Clean(s string) string {
	if isClean(s) {
		return strings.Trim(s, " ")
	}
	return strings.Trim(cleaned(s).text, " ")
}

// isClean reports whether a text is certainly clean, as most are: nothing but printable ASCII and the letters of Latin-1.
func isClean(s string) bool {
	for _, r := range s {
		if (r < ' ' || r > '~') && (r < 0xc0 || r > 0xff) || r == '`' {
			return false
		}
	}
	return true
}

// cleanText is a cleaned text with the place of each of its bytes in the original.
type cleanText struct {
	text string
	from []int // by byte of text: where the original character begins
	to   []int // and where it ends
}

func cleaned(s string) cleanText {
	var c cleanText
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		out := cleanRune(r)
		b.WriteString(out)
		for range len(out) {
			c.from, c.to = append(c.from, i), append(c.to, i+size)
		}
	}
	c.text = b.String()
	return c
}

// cleanRune returns the clean form of a character, "" if it is invisible.
func cleanRune(r rune) string {
	switch {
	case ' ' <= r && r <= '~' && r != '`':
		return string(r)
	case unicode.IsSpace(r) || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp):
		return " "
	case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co, unicode.Me, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == utf8.RuneError:
		return ""
	case strings.ContainsRune(slashes, r):
		return "/"
	case unicode.Is(unicode.Pd, r) || strings.ContainsRune(minusSigns, r):
		return "-"
	case strings.ContainsRune(singleQuotes, r):
		return "'"
	case strings.ContainsRune(doubleQuotes, r):
		return `"`
	case unicode.Is(unicode.Nd, r):
		return string('0' + digitOf(r))
	}
	if out := norm.NFKC.String(string(r)); out != string(r) {
		return cleanString(out)
	}
	return string(r)
}

// cleanString cleans the expansion of a compatibility character: "…" is three full stops, "㏂" has more than letters.
func cleanString(s string) string {
	var b strings.Builder
	for _, r := range s {
		if norm.NFKC.IsNormalString(string(r)) {
			b.WriteString(cleanRune(r))
		}
	}
	return b.String()
}

// Characters that are in no Unicode category of their own and are typed or pasted for a hyphen or a quotation mark.
const (
	minusSigns   = "\u2212\u2043\u02d7\u30fc\u207b\u208b"
	slashes      = "\u2044\u2215\u2571\u29f8"
	singleQuotes = "'‘’‚‛`´′"
	doubleQuotes = "\"“”„‟«»″"
)

// digitOf returns the value of a decimal digit. The digits of every script stand together in tens, from zero to nine
// (Unicode Standard, 4.6).
func digitOf(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// isDigit, isLetter: of a cleaned text.
func isDigit(r rune) bool  { return '0' <= r && r <= '9' }
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.M, r) }

// digitRuns returns the digits of a cleaned text, a run for every stretch without a letter: "CUIL 27-99999001-6, DNI
// 99999001" has two.
func digitRuns(s string) (runs []string) {
	for _, part := range strings.FieldsFunc(s, isLetter) {
		digits := strings.Map(func(r rune) rune {
			if isDigit(r) {
				return r
			}
			return -1
		}, part)
		if digits != "" {
			runs = append(runs, digits)
		}
	}
	return runs
}

// soleRun returns the only run with so many digits, else the only run at all. Not ok: there is neither.
func soleRun(runs []string, digits int) (string, bool) {
	found := ""
	for _, r := range runs {
		if len(r) != digits {
			continue
		}
		if found != "" && found != r {
			return "", false
		}
		found = r
	}
	switch {
	case found != "":
		return found, true
	case len(runs) == 1:
		return runs[0], true
	}
	return "", false
}

// ReadDigits returns the digits of a number as a person types or pastes it, with anything around and between them but words.
// Not ok: there are none, or a word stands between.
func ReadDigits(s string) (digits string, ok bool) {
	if len(s) > pastedMax {
		return "", false
	}
	if runs := digitRuns(Clean(s)); len(runs) == 1 {
		return runs[0], true
	}
	return "", false
}

// WithoutSymbology removes the prefix by which a scanner names the kind of a code: "]Q1" (ISO/IEC 15424).
func WithoutSymbology(s string) string {
	if len(s) > 3 && s[0] == ']' && isLetter(rune(s[1])) && isDigit(rune(s[2])) {
		return strings.TrimLeft(s[3:], " ")
	}
	return s
}
