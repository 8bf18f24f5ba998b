package autogestion

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"llave/adapters/autogestion/ff1"
	"llave/flows/backend"
	"llave/store/sqlitedb/chain"
)

// derivedKeys are derived from Options.Key: one key for each use, so that no use can answer for another.
type derivedKeys struct {
	aead   cipher.AEAD
	lookup []byte // of keyed hashes that find a row and reveal nothing
	secret []byte // of secrets of invites, codes and credentials, which also depend on a random seed
	tokens *ff1.Cipher
	audit  chain.Chain
	rand   io.Reader
}

// keyLen is the length of Options.Key.
const keyLen = 32

func deriveKeys(key []byte, rand io.Reader) (*derivedKeys, error) {
	if len(key) != keyLen {
		return nil, fmt.Errorf("key has %d bytes, want %d", len(key), keyLen)
	}
	derive := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, key, nil, "llave autogestion "+use, 32)
		if err != nil {
			panic(err) // HKDF yields 32 bytes for every key
		}
		return k
	}
	aead, err := chacha20poly1305.NewX(derive("seal"))
	if err != nil {
		return nil, err
	}
	tokens, err := ff1.New(derive("tokens"), backend.TokenLen)
	if err != nil {
		return nil, err
	}
	audit, err := newAudit(derive)
	if err != nil {
		return nil, err
	}
	return &derivedKeys{aead: aead, lookup: derive("lookup"), secret: derive("secret"), tokens: tokens, audit: audit,
		rand: &lockedReader{r: rand}}, nil
}

// seal encrypts v. The use binds it to its place: a value that was sealed for one use cannot be opened for another.
func (k *derivedKeys) seal(use string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	nonce, err := k.random(chacha20poly1305.NonceSizeX)
	if err != nil {
		return nil, err
	}
	return k.aead.Seal(nonce, nonce, plain, []byte(use)), nil
}

var errSealed = errors.New("cannot be opened with this key")

func (k *derivedKeys) open(use string, sealed []byte, v any) error {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return errSealed
	}
	nonce, box := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	plain, err := k.aead.Open(nil, nonce, box, []byte(use))
	if err != nil {
		return errSealed
	}
	return json.Unmarshal(plain, v)
}

// hash returns the keyed hash by which a row is found.
func (k *derivedKeys) hash(use string, parts ...string) []byte {
	return keyedHash(k.lookup, use, parts)
}

// derived returns a secret that depends on a random seed and the key alone.
func (k *derivedKeys) derived(use string, seed []byte) []byte {
	return keyedHash(k.secret, use, []string{string(seed)})
}

// keyedHash separates the parts by their lengths, so that ("ab","c") is not ("a","bc").
func keyedHash(key []byte, use string, parts []string) []byte {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d:%s", len(use), use)
	for _, p := range parts {
		fmt.Fprintf(mac, "%d:%s", len(p), p)
	}
	return mac.Sum(nil)
}

func (k *derivedKeys) random(n int) ([]byte, error) {
	b := make([]byte, n, n+64)
	if _, err := io.ReadFull(k.rand, b); err != nil {
		return nil, fmt.Errorf("random: %w", err)
	}
	return b, nil
}

// randomID returns a name that cannot be guessed.
func (k *derivedKeys) randomID(prefix string) (string, error) {
	b, err := k.random(16)
	if err != nil {
		return "", err
	}
	return prefix + text64(b), nil
}

// text64 encodes bytes for a URL and a cookie.
func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// lockedReader lets requests share a source of randomness. That of a test is rarely safe for concurrent use.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
