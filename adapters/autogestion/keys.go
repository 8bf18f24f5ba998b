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
)

// keyring holds what is derived from Options.Key: one key for each use, so that no use can answer for another.
type derivedKeys struct {
	aead   cipher.AEAD
	lookup []byte // keyed hashes that find a row without telling what it is about
	secret []byte // secrets of invites, codes and credentials, from a random seed each
	tokens *ff1.Cipher
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
			panic(err) // 32 bytes are always to be had
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
	return &derivedKeys{aead: aead, lookup: derive("lookup"), secret: derive("secret"), tokens: tokens,
		rand: &lockedReader{r: rand}}, nil
}

// seal encrypts v. Use binds it to its place: what was sealed as one thing cannot be opened as another.
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

// hash is the keyed hash under which something is looked up.
func (k *derivedKeys) hash(use string, parts ...string) []byte {
	return keyedHash(k.lookup, use, parts)
}

// derived is a secret that follows from a random seed and the key, and from nothing else.
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

// randomID is a name that cannot be guessed.
func (k *derivedKeys) randomID(prefix string) (string, error) {
	b, err := k.random(16)
	if err != nil {
		return "", err
	}
	return prefix + text64(b), nil
}

// text64 writes bytes so that they fit in a URL and a cookie.
func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// lockedReader lets many requests share one source of randomness: a test's is rarely safe for that.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
