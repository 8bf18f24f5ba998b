package besteffort

import (
	"path"
	"strings"
	"unicode"
)

// Cut shortens a text to n characters.
func Cut(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// Tidy is the first n characters of a text, without characters that reorder or hide the text around it.
func Tidy(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(Cut(strings.TrimSpace(s), n))
}

// FileName is the last part of a path, without characters that a form or a file system does not take.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"/:*?<>|`, r) {
			return -1
		}
		return r
	}, name)
}
