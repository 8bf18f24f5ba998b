package archive

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"llave/bot/keyring"
	"llave/store/sqlitedb/chain"
)

// keys are derived from Options.Key: one for each use.
type keys struct {
	ring   *keyring.Ring // seals what is kept
	lookup []byte        // keyed hashes that find a row without telling what it is about
	chain  chain.Chain   // of the audit
}

func newKeys(key []byte) (keys, error) {
	if len(key) != keyring.KeySize {
		return keys{}, fmt.Errorf("key has %d bytes, want %d", len(key), keyring.KeySize)
	}
	derive := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, key, nil, "llave desk archive "+use, keyring.KeySize)
		if err != nil {
			panic(err) // 32 bytes are always to be had
		}
		return k
	}
	ring, err := keyring.New(derive("seal"))
	audit := chain.Chain{Key: derive("audit"), Ring: ring, Place: func(id uint64) []byte { return place("audit", id) }}
	return keys{ring: ring, lookup: derive("lookup"), chain: audit}, err
}

// mac separates its parts by their lengths, so that ("ab","c") is not ("a","bc").
func mac(key []byte, parts ...string) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return m.Sum(nil)
}

// hash is the keyed hash under which a row is found.
func (k keys) hash(use string, parts ...string) []byte {
	return mac(k.lookup, append([]string{use}, parts...)...)[:16]
}

// place binds a sealed value to its table, its row and its column.
func place(table string, row ...any) []byte {
	return fmt.Appendf(nil, "%s %q", table, fmt.Sprint(row...))
}
