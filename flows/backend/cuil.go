package backend

import (
	"regexp"
	"slices"
	"strings"
)

// cuilLen is the number of digits of a CUIL.
const cuilLen = 11

// pastedMax bounds the texts that are read, in bytes: no number or code needs more, whatever stands around it.
const pastedMax = 300

// CUILFaults are the reasons of ReadCUIL: keys of texts.
var CUILFaults = []string{"cuil_missing", "cuil_form", "cuil_is_dni", "cuil_short", "cuil_company", "cuil_prefix", "cuil_23", "cuil_check"}

// ReadCUIL reads a CUIL as a person types or pastes it and returns its eleven digits. If there is none, why is the key of a
// text that helps, one of CUILFaults.
//
// It checks the form only: 24, 25 and 26 are accepted because the rules allow them, and the padrón decides. With 20 and 27 a
// remainder of 1 has no check digit: such people get a 23, so 20 or 27 with it is never issued.
func ReadCUIL(s string) (cuil, why string) {
	if len(s) > pastedMax {
		return "", "cuil_form"
	}
	text := Clean(s)
	d, ok := soleRun(digitRuns(text), cuilLen)
	switch {
	case !ok && !strings.ContainsFunc(text, func(r rune) bool { return isDigit(r) || isLetter(r) }):
		return "", "cuil_missing"
	case !ok:
		return "", "cuil_form"
	case len(d) == 7 || len(d) == 8:
		return "", "cuil_is_dni"
	case len(d) == cuilLen-1:
		return "", "cuil_short"
	case len(d) != cuilLen:
		return "", "cuil_form"
	}
	if why := cuilFault(d); why != "" {
		return "", why
	}
	return d, ""
}

// cuilFault returns the reason why eleven digits are no CUIL of a person, "" if they are one.
func cuilFault(d string) string {
	switch d[:2] {
	case "20", "23", "24", "25", "26", "27":
	case "30", "33", "34":
		return "cuil_company"
	default:
		return "cuil_prefix"
	}
	check := checkDigit(d)
	switch {
	case check == 10 && (d[:2] == "20" || d[:2] == "27"):
		return "cuil_23"
	case check != int(d[10]-'0'):
		return "cuil_check"
	}
	return ""
}

// checkDigit returns the right eleventh digit, 10 if there is none (AFIP, modulo 11).
func checkDigit(d string) int {
	sum := 0
	for i, w := range [cuilLen - 1]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(d[i]-'0')
	}
	return (11 - sum%11) % 11
}

// cuilShape matches, in a clean text, eleven digits that begin like the number of a person or a company, with any
// separators.
var cuilShape = regexp.MustCompile(`[23]\d[^\p{L}\d]{0,3}\d{2}[^\p{L}\d]?\d{3}[^\p{L}\d]?\d{3}[^\p{L}\d]{0,3}\d`)

// cuilMasked replaces a CUIL.
const cuilMasked = "##"

// MaskCUIL replaces in a text everything that ReadCUIL would read as a CUIL, or that has the shape of one: it must not be
// stored.
func MaskCUIL(text string) string {
	if mostDigits(text) < cuilLen {
		return text
	}
	c := cleaned(text)
	found := append(cuilShape.FindAllStringIndex(c.text, -1), spacedCUILs(c.text)...)
	slices.SortFunc(found, func(a, b []int) int { return a[0] - b[0] })
	if found == nil {
		return text
	}
	var b strings.Builder
	end := 0
	for _, at := range found {
		if c.from[at[0]] < end {
			continue
		}
		b.WriteString(text[end:c.from[at[0]]])
		b.WriteString(cuilMasked)
		end = c.to[at[1]-1]
	}
	return b.String() + text[end:]
}

// spacedCUILs finds the CUILs with digits in unusual groups: a stretch without letters that has no other digits, as ReadCUIL
// reads it.
func spacedCUILs(s string) (found [][]int) {
	from, to, digits := 0, 0, ""
	take := func() {
		if len(digits) == cuilLen && cuilFault(digits) == "" {
			found = append(found, []int{from, to})
		}
		digits = ""
	}
	for i, r := range s {
		switch {
		case isLetter(r):
			take()
		case isDigit(r):
			if digits == "" {
				from = i
			}
			digits, to = digits+string(r), i+1
		}
	}
	take()
	return found
}

// mostDigits returns how many digits a text can have at most once it is clean: every character beyond ASCII may be one.
func mostDigits(s string) (n int) {
	for _, r := range s {
		if isDigit(r) || r >= 0x80 {
			n++
		}
	}
	return n
}
