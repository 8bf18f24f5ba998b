package nlu

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// editDistance returns how many letters are wrong, missing, extra or swapped with their neighbour; 3 for more than two.
func editDistance(a, b string) int {
	switch {
	case a == b:
		return 0
	case max(len(a)-len(b), len(b)-len(a)) > 2:
		return 3
	case withinOne(a, b):
		return 1
	case min(len(a), len(b)) >= 7 && withinTwo(a, b):
		return 2
	}
	return 3
}

// withinTwo reports whether a and b are one edit apart once their first difference is corrected.
func withinTwo(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	ra, rb := a[i:], b[i:]
	if ra == "" || rb == "" {
		return len(ra)+len(rb) == 2
	}
	swapped := len(ra) > 1 && len(rb) > 1 && ra[0] == rb[1] && ra[1] == rb[0]
	return equalOrWithinOne(ra[1:], rb[1:]) || equalOrWithinOne(ra[1:], rb) || equalOrWithinOne(ra, rb[1:]) || swapped && equalOrWithinOne(ra[2:], rb[2:])
}

func equalOrWithinOne(a, b string) bool { return a == b || withinOne(a, b) }

// withinOne reports whether one letter is wrong, missing or extra, or two neighbours are swapped.
func withinOne(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		if a[i:] == b[i:] || a[i+1:] == b[i+1:] {
			return true
		}
		return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	}
	return a[i+1:] == b[i:]
}

// phoneticKeys cuts a text into words and returns their keys.
func phoneticKeys(text string) []string {
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !isSign(r)
	})
	out := fields[:0]
	for _, f := range fields {
		if s := phoneticKey(f); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func isSign(r rune) bool { return r == '👌' || r == '👍' || r == '👎' }

// phoneticKey reduces a lower-case word to its sound in the Spanish of the Río de la Plata, so that "toquen", "tocken" and
// "token" are equal, and "nesecito" and "necesito". Digits stay.
func phoneticKey(w string) string {
	var b strings.Builder
	b.Grow(len(w))
	var last rune
	var short [24]rune
	rs := short[:0]
	for _, r := range stripAccents(w) {
		rs = append(rs, r)
	}
	for i := 0; i < len(rs); i++ {
		next := rune(0)
		if i+1 < len(rs) {
			next = rs[i+1]
		}
		r, skip := phoneme(rs[i], next)
		i += skip
		if r == 0 || r == last && !unicode.IsDigit(r) {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// phoneme returns the sound of a letter before next, and how many letters more it takes; zero for a silent letter.
func phoneme(r, next rune) (rune, int) {
	switch r {
	case 'h', '\'':
		return 0, 0
	case 'v', 'w':
		return 'b', 0
	case 'z', 'ç':
		return 's', 0
	case 'q':
		if next == 'u' {
			return 'k', 1
		}
		return 'k', 0
	case 'c':
		switch next {
		case 'e', 'i':
			return 's', 0
		case 'h':
			return 'x', 1 // "ch" is a sound of its own
		}
		return 'k', 0
	case 'g':
		if next == 'e' || next == 'i' {
			return 'j', 0
		}
	case 'l':
		if next == 'l' {
			return 'y', 1
		}
	}
	return r, 0
}

// stripAccents removes accents, but for the tilde of ñ.
func stripAccents(w string) string {
	ascii := true
	for i := 0; i < len(w); i++ {
		ascii = ascii && w[i] < 0x80
	}
	if ascii {
		return w
	}
	var b strings.Builder
	if plain := stripCommon(&b, w); plain {
		return b.String()
	}
	b.Reset()
	for _, r := range norm.NFD.String(strings.ReplaceAll(norm.NFC.String(w), "ñ", "\x00")) {
		if r == 0 {
			b.WriteRune('ñ')
		} else if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// stripCommon writes a word without the accents of Spanish. It reports whether the word has no other ones.
func stripCommon(b *strings.Builder, w string) bool {
	b.Grow(len(w))
	for _, r := range w {
		switch r {
		case 'á':
			r = 'a'
		case 'é':
			r = 'e'
		case 'í':
			r = 'i'
		case 'ó':
			r = 'o'
		case 'ú', 'ü':
			r = 'u'
		case 'ñ':
		default:
			if r >= 0x80 || r == 0 {
				return false
			}
		}
		b.WriteRune(r)
	}
	return true
}

func isDigits(w string) bool {
	for _, r := range w {
		if r < '0' || r > '9' {
			return false
		}
	}
	return w != ""
}

func hasLetter(w string) bool { return strings.ContainsFunc(w, unicode.IsLetter) }

// SameWords reports whether two texts sound the same, word for word.
func SameWords(a, b string) bool { return slices.Equal(phoneticKeys(a), phoneticKeys(b)) }
