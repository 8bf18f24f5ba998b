package autogestion

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode"
)

// codeAlphabet has no vowels, so that no word comes out, and none of 0 O 1 I L, so that it can be read aloud.
const codeAlphabet = "23456789BCDFGHJKMNPQRSTVWXYZ"

// codeLen letters are 38 bits; with three tries that is far more than guessing needs to be hopeless.
const codeLen = 8

// deriveCode makes the code of a seed. Deriving instead of storing has two uses: nothing of the code is at
// rest, and a page that is loaded again can show it again.
func deriveCode(key []byte, seed []byte) string {
	mac := hmac.New(sha256.New, key)
	out := make([]byte, 0, codeLen)
	for block := uint32(0); len(out) < codeLen; block++ {
		mac.Reset()
		mac.Write(seed)
		mac.Write(binary.BigEndian.AppendUint32(nil, block))
		for _, b := range mac.Sum(nil) {
			// Rejecting the top keeps every letter equally likely.
			if limit := 256 - 256%len(codeAlphabet); int(b) < limit && len(out) < codeLen {
				out = append(out, codeAlphabet[int(b)%len(codeAlphabet)])
			}
		}
	}
	return string(out)
}

// parseCode reads a code as it is typed, in any case, with any spaces and dashes. It returns "" for what cannot
// be one.
func parseCode(s string) string {
	if len(s) > 64 {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '\u2212' {
			return -1
		}
		return r
	}, s)
	s = strings.ToUpper(s)
	if len(s) != codeLen || strings.Trim(s, codeAlphabet) != "" {
		return ""
	}
	return s
}

// showCode groups a code for the eye.
func showCode(code string) string { return code[:4] + "-" + code[4:] }
