package autogestion

import (
	"strings"

	"llave/flows/backend"
)

// cleanDigits is a number as it was meant to be typed, without what people put around and between its digits; what is no
// number comes back as it is.
func cleanDigits(s string) string {
	if digits, ok := backend.ReadDigits(s); ok {
		return digits
	}
	return s
}

// onlyDigits are the digits of a text, and nothing else of it.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, backend.Clean(s))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// parseCUIL reads a CUIL as a person types it: see [backend.ReadCUIL].
func parseCUIL(s string) (cuil, why string) { return backend.ReadCUIL(s) }

// document is the document number inside a CUIL, without leading zeros.
func document(cuil string) string { return strings.TrimLeft(cuil[2:10], "0") }

// maskCUIL is how a CUIL may be shown to its owner: enough to recognise, too little to use.
func maskCUIL(cuil string) string { return cuil[:2] + "-…" + cuil[7:10] + "-" + cuil[10:] }
