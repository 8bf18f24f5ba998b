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
	"hash"
	"io"
	"strconv"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"llave/adapters/autogestion/ff1"
	"llave/flows/backend"
	"llave/store/sqlitedb/chain"
)

// derivedKeys are derived from Options.Key: one key for each use, so that no use can answer for another.
type derivedKeys struct {
	aead   cipher.AEAD
	lookup keyedHash // of hashes that find a row and reveal nothing
	secret keyedHash // of secrets of invites, codes and credentials, which also depend on a random seed
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
	return &derivedKeys{aead: aead, lookup: newKeyedHash(derive("lookup")), secret: newKeyedHash(derive("secret")), tokens: tokens, audit: audit,
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
func (k *derivedKeys) hash(use string, parts ...string) []byte { return k.lookup.hash(use, parts...) }

// derived returns a secret that depends on a random seed and the key alone.
func (k *derivedKeys) derived(use string, seed []byte) []byte {
	return k.secret.hash(use, string(seed))
}

// keyedHash is an HMAC with a key of its own. Its states are used again, since an import computes millions of hashes.
type keyedHash struct{ states *sync.Pool }

// hashState is an HMAC and the message that it is for.
type hashState struct {
	mac     hash.Hash
	message []byte
}

func newKeyedHash(key []byte) keyedHash {
	return keyedHash{&sync.Pool{New: func() any { return &hashState{mac: hmac.New(sha256.New, key)} }}}
}

// hash separates the parts by their lengths, so that ("ab","c") is not ("a","bc").
func (k keyedHash) hash(use string, parts ...string) []byte {
	s := k.states.Get().(*hashState)
	s.message = appendPart(s.message[:0], use)
	for _, p := range parts {
		s.message = appendPart(s.message, p)
	}
	s.mac.Reset()
	s.mac.Write(s.message)
	sum := s.mac.Sum(nil)
	clear(s.message) // it may be a person's
	k.states.Put(s)
	return sum
}

func appendPart(message []byte, part string) []byte {
	message = strconv.AppendInt(message, int64(len(part)), 10)
	return append(append(message, ':'), part...)
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

// sortedID returns a name that cannot be guessed either. Names are in the order of the hashes that they are drawn for, so that
// many new rows are written in the order of both indexes.
func (k *derivedKeys) sortedID(prefix string, hash []byte) (string, error) {
	b, err := k.random(16)
	if err != nil {
		return "", err
	}
	copy(b, hash[:2]) // enough for millions of names; 112 bits are random
	return prefix + sorted64.EncodeToString(b), nil
}

// sorted64 has the letters of text64, in their order as text.
var sorted64 = base64.NewEncoding("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz").WithPadding(base64.NoPadding)

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
