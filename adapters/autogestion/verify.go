package autogestion

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"llave/flows/backend"
)

// SheetKeys are the public keys with which sheets can be checked, by anybody and without a network.
type SheetKeys struct {
	Keys []SheetKey `json:"keys" nullable:"false"`
}

// SheetKey is one of them.
type SheetKey struct {
	// ID follows from the key: eight hexadecimal digits.
	ID     string `json:"id" example:"3F2A91C0"`
	Public []byte `json:"public" doc:"Ed25519, base64"`
	// It signed between these moments; a key without a second one signs now.
	Since   time.Time `json:"since"`
	Retired time.Time `json:"retired,omitzero"`
}

// SheetProof is what an authentic proof says: that these tokens were printed. Not that they are unused.
type SheetProof struct {
	Key   string
	Sheet backend.SheetID
	// Reference stands for the affiliate.
	Reference string
	Month     backend.Month
	// Tokens have their numbers on paper and their digits.
	Tokens []backend.Preprint
}

// NotAuthentic is why a text proves nothing: one word, proof_<Why> in the catalog. It holds nothing of the text.
type NotAuthentic struct{ Why string }

func (e *NotAuthentic) Error() string { return "autogestion: not authentic: " + e.Why }

// VerifySheet says what a proof says, if one of these keys signed it. There is one text for a sheet, and none that differs
// from it in a single character is taken. Errors: *Unreadable if the text is no proof, *NotAuthentic if it is one that
// proves nothing.
func VerifySheet(keys SheetKeys, text string) (SheetProof, error) {
	payload, signature, why := openProof(text)
	if why != "" {
		return SheetProof{}, &Unreadable{why}
	}
	key, ok := keys.find(payload[1 : 1+keyNameLen])
	if !ok {
		return SheetProof{}, &NotAuthentic{"key"}
	}
	if !ed25519.Verify(key.Public, toSign(payload), signature) {
		return SheetProof{}, &NotAuthentic{"forged"}
	}
	p, ok := parsePayload(payload)
	if !ok {
		return SheetProof{}, &NotAuthentic{"damaged"} // signed, and not by this program
	}
	if !key.signs(p.month) {
		return SheetProof{}, &NotAuthentic{"untimely"}
	}
	return p.shown(), nil
}

func (k SheetKeys) find(name []byte) (SheetKey, bool) {
	id := keyID(name)
	for _, key := range k.Keys {
		if key.ID == id && len(key.Public) == ed25519.PublicKeySize {
			return key, true
		}
	}
	return SheetKey{}, false
}

func keyID(name []byte) string { return strings.ToUpper(hex.EncodeToString(name)) }

// signs says whether the key can have signed a sheet of this month. Sheets are made in their month or in the one
// before, so that a key which was stolen is worth nothing soon after it is retired.
func (k SheetKey) signs(m backend.Month) bool {
	if m < backend.MonthOf(k.Since.In(buenosAires)) {
		return false
	}
	if k.Retired.IsZero() {
		return true
	}
	year, month, _ := k.Retired.In(buenosAires).Date()
	return m <= backend.MonthOf(time.Date(year, month+1, 1, 0, 0, 0, 0, buenosAires))
}

// ParseSheetKeys reads what is served as sheet-keys. Each id must be its key's.
func ParseSheetKeys(text []byte) (SheetKeys, error) {
	var keys SheetKeys
	if err := json.Unmarshal(text, &keys); err != nil {
		return SheetKeys{}, errors.New("autogestion: sheet keys: not the JSON of sheet-keys")
	}
	seen := map[string]bool{}
	for _, k := range keys.Keys {
		if len(k.Public) != ed25519.PublicKeySize || k.ID != keyID(keyName(k.Public)) || seen[k.ID] {
			return SheetKeys{}, fmt.Errorf("autogestion: sheet keys: key %d is none", len(seen)+1)
		}
		seen[k.ID] = true
	}
	if len(seen) == 0 {
		return SheetKeys{}, errors.New("autogestion: sheet keys: there is none")
	}
	return keys, nil
}

func (p proof) shown() SheetProof {
	out := SheetProof{Key: keyID(p.key), Sheet: sheetID(p.sheet), Reference: showReference(p.reference), Month: p.month}
	for n, d := range p.digits {
		out.Tokens = append(out.Tokens, backend.Preprint{Number: p.first + n, Digits: d})
	}
	return out
}

// referenceAlphabet is Crockford's: no I, L, O and U, which look like others or make words.
const referenceAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// showReference writes forty bits as eight letters, for the eye: "K7QX-2M9P".
func showReference(b []byte) string {
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
