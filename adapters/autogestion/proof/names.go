package proof

import (
	"encoding/base64"
	"strings"

	"llave/flows/backend"
)

const (
	// SheetNameLen is the length of a sheet's random name: short enough for its proof, and no two alike.
	SheetNameLen = 9
	sheetPrefix  = "s-"
)

// SheetID writes a sheet's name as the contract's id.
func SheetID(name []byte) backend.SheetID {
	return backend.SheetID(sheetPrefix + base64.RawURLEncoding.EncodeToString(name))
}

// SheetName returns the name of an id. An id that is spelt in another way than SheetID does is refused.
func SheetName(id backend.SheetID) ([]byte, bool) {
	text, ok := strings.CutPrefix(string(id), sheetPrefix)
	name, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return name, ok && err == nil && len(name) == SheetNameLen
}

// ReferenceLen is the length of an affiliate's reference in a payload.
const ReferenceLen = 5

// referenceAlphabet is Crockford's: without I, L, O and U, which look like others or make words.
const referenceAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// FormatReference writes the forty bits of a reference as eight characters: "K7QX-2M9P".
func FormatReference(b []byte) string {
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	out := make([]byte, 8)
	for i := range out {
		out[i] = referenceAlphabet[n>>(35-5*i)&31]
	}
	return string(out[:4]) + "-" + string(out[4:])
}
