package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"llave/flows/backend"
)

// Keys are the public keys of an insurer. They verify sheets without a network and are no secret.
type Keys struct {
	Keys []Key `json:"keys" nullable:"false"`
}

// Key is a public key.
type Key struct {
	// ID follows from the key: eight hexadecimal digits.
	ID     string `json:"id" example:"3F2A91C0"`
	Public []byte `json:"public" doc:"Ed25519, base64"`
	// The key signed sheets from Since to Retired. If Retired is zero, it signs now.
	Since   time.Time `json:"since"`
	Retired time.Time `json:"retired,omitzero"`
}

func (k Keys) find(name []byte) (Key, bool) {
	id := KeyID(name)
	for _, key := range k.Keys {
		if key.ID == id && len(key.Public) == ed25519.PublicKeySize {
			return key, true
		}
	}
	return Key{}, false
}

// signs reports whether the key can have signed a sheet of this month. A sheet is made in its month or in the one before,
// so a stolen key is worth nothing soon after it is retired.
func (k Key) signs(m backend.Month) bool {
	if m < backend.MonthOf(k.Since.In(backend.BuenosAires)) {
		return false
	}
	if k.Retired.IsZero() {
		return true
	}
	year, month, _ := k.Retired.In(backend.BuenosAires).Date()
	return m <= backend.MonthOf(time.Date(year, month+1, 1, 0, 0, 0, 0, backend.BuenosAires))
}

// ParseKeys reads the JSON of the API's sheet-keys. It fails if a key's id is not the one that follows from the key.
func ParseKeys(text []byte) (Keys, error) {
	var keys Keys
	if err := json.Unmarshal(text, &keys); err != nil {
		return Keys{}, errors.New("autogestion: sheet keys: not the JSON of sheet-keys")
	}
	seen := map[string]bool{}
	for _, k := range keys.Keys {
		if len(k.Public) != ed25519.PublicKeySize || k.ID != KeyID(KeyName(k.Public)) || seen[k.ID] {
			return Keys{}, fmt.Errorf("autogestion: sheet keys: key %d is none", len(seen)+1)
		}
		seen[k.ID] = true
	}
	if len(seen) == 0 {
		return Keys{}, errors.New("autogestion: sheet keys: there is none")
	}
	return keys, nil
}

// keyNameLen is the length of a key's name in a payload.
const keyNameLen = 4

// KeyName returns the name of a signing key in a payload. It follows from the public key, so that two insurers hardly ever
// share one and a list of keys can be checked.
func KeyName(public ed25519.PublicKey) []byte {
	sum := sha256.Sum256(append([]byte("llave autogestion sheet key\x00"), public...))
	return sum[:keyNameLen]
}

// KeyID writes a key's name as people see it.
func KeyID(name []byte) string { return strings.ToUpper(hex.EncodeToString(name)) }
