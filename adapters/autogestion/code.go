package autogestion

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"llave/flows/backend"
)

// A code has this alphabet and length: 38 bits. With three tries, guessing is hopeless.
const (
	codeAlphabet = backend.CodeAlphabet
	codeLen      = backend.CodeLen
)

// deriveCode derives the code from a seed. So no code is stored, and a page that is loaded again can show it again.
func deriveCode(key []byte, seed []byte) string {
	mac := hmac.New(sha256.New, key)
	out := make([]byte, 0, codeLen)
	for block := uint32(0); len(out) < codeLen; block++ {
		mac.Reset()
		mac.Write(seed)
		mac.Write(binary.BigEndian.AppendUint32(nil, block))
		for _, b := range mac.Sum(nil) {
			// Without the values above the limit every letter is equally likely.
			if limit := 256 - 256%len(codeAlphabet); int(b) < limit && len(out) < codeLen {
				out = append(out, codeAlphabet[int(b)%len(codeAlphabet)])
			}
		}
	}
	return string(out)
}

// parseCode reads a code as people type or paste it: see [backend.ReadCode]. It returns "" for a text that is no code.
func parseCode(s string) string {
	code, _ := backend.ReadCode(s)
	return code
}

// showCode groups a code for the eye.
func showCode(code string) string { return code[:4] + "-" + code[4:] }
