package padron

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// escaped matches what other programs leave of a letter that they could not write: an entity, an escape.
var escaped = regexp.MustCompile(`&#?[A-Za-z0-9]+;|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|[=%][0-9A-F]{2}|\+[A-Za-z0-9/]{2,}-`)

// hasEscape reports whether a text may hold what escaped matches. Few names hold a sign of these, and regexp is slow.
func hasEscape(s string) bool { return strings.ContainsAny(s, `&\=%+`) && escaped.MatchString(s) }

// hasSmall reports whether a small letter with an accent is between capitals: Windows-1252 makes it of a capital of the
// Macintosh's code page.
func hasSmall(s string) bool {
	var last [2]rune
	for _, r := range s {
		if last[1] >= 0xdf && last[1] <= 0xff && unicode.IsUpper(last[0]) && unicode.IsUpper(r) {
			return true
		}
		last[0], last[1] = last[1], r
	}
	return false
}

// dos reports whether Windows-1252 makes this sign of a letter of MS-DOS's code page. None of these stands beside a letter.
func dos(r rune) bool {
	return r >= 0xa1 && r <= 0xa5 || r == 0x201a || r == 0x201e || r == 0x2021 // the last two of the Macintosh's
}

// garbled reports whether a text went through a wrong encoding: a letter was lost, encoded twice, or read in another code
// page.
func garbled(s string) bool {
	if isASCII(s) {
		return strings.ContainsRune(s, '?') || hasEscape(s)
	}
	if strings.ContainsAny(s, "?\ufffd") || hasEscape(s) || hasSmall(s) || twice(s) {
		return true
	}
	before := ' '
	for _, r := range s {
		switch {
		case strings.ContainsRune("ÃãÂâ", before) && r > 0x7f && (!unicode.IsLetter(r) || r == 'ª' || r == 'º'):
			return true
		case dos(r) && unicode.IsLetter(before), dos(before) && unicode.IsLetter(r):
			return true
		}
		before = r
	}
	return false
}

// twice reports whether a text holds UTF-8 that was read as Windows-1252 or Latin-1 and written again.
func twice(s string) bool {
	raw := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case ok:
		case r < 0x100:
			b = byte(r)
		default:
			b = ' '
		}
		raw = append(raw, b)
	}
	for i := range raw {
		// First bytes of the letters of this part of the world: Latin letters and signs, accents, quotes, the lost letter.
		if !strings.ContainsRune("\u00c2\u00c3\u00c5\u00cc\u00e2\u00ef", rune(raw[i])) {
			continue
		}
		if _, n := utf8.DecodeRune(raw[i:]); n > 1 {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
