package autogestion

import (
	"strings"
	"unicode"
)

// cleanDigits drops what people put between digits: spaces, dots and dashes of every kind.
func cleanDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '.' || r == '\u2212' {
			return -1
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// parseCUIL reads a CUIL as a person types it and returns its eleven digits. If it is none, why is the key of a
// text that helps to mend it.
//
// It goes by form alone: 24, 25 and 26 are accepted because the rules allow them, and the padrón decides. With
// 20 and 27 a remainder of 1 has no check digit: such people get a 23, so 20 or 27 with it is never issued.
func parseCUIL(s string) (cuil, why string) {
	if len(s) > 64 {
		return "", "cuil_form"
	}
	d := cleanDigits(s)
	switch {
	case d == "":
		return "", "cuil_missing"
	case !allDigits(d):
		return "", "cuil_form"
	case len(d) == 7 || len(d) == 8:
		return "", "cuil_is_dni"
	case len(d) == 10:
		return "", "cuil_short"
	case len(d) != 11:
		return "", "cuil_form"
	}
	switch d[:2] {
	case "20", "23", "24", "25", "26", "27":
	case "30", "33", "34":
		return "", "cuil_company"
	default:
		return "", "cuil_prefix"
	}
	sum := 0
	for i, w := range [10]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(d[i]-'0')
	}
	check := (11 - sum%11) % 11
	if check == 10 {
		if d[:2] == "20" || d[:2] == "27" {
			return "", "cuil_23"
		}
		return "", "cuil_check"
	}
	if int(d[10]-'0') != check {
		return "", "cuil_check"
	}
	return d, ""
}

// document is the document number inside a CUIL, without leading zeros.
func document(cuil string) string { return strings.TrimLeft(cuil[2:10], "0") }

// maskCUIL is how a CUIL may be shown to its owner: enough to recognise, too little to use.
func maskCUIL(cuil string) string { return cuil[:2] + "-…" + cuil[7:10] + "-" + cuil[10:] }
