package keyring

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// Ring is the keys under which everything is kept: the first one encrypts, all of them decrypt. A key is replaced by
// a new one in front; the old one goes when nothing is left that it sealed. The cipher is XChaCha20-Poly1305
// (draft-irtf-cfrg-xchacha): its nonce is long enough to be drawn at random for as many messages as there will ever
// be.
type Ring struct {
	keys []ringKey
}

type ringKey struct {
	id   [4]byte
	aead cipher.AEAD
}

// KeySize is the length of a key in bytes.
const KeySize = chacha20poly1305.KeySize

// ErrSealed means that a body cannot be opened: another key, another context, or damage.
var ErrSealed = errors.New("seal: cannot be opened with these keys")

// New makes a ring of keys of [KeySize] bytes, the encrypting one first.
func New(keys ...[]byte) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("key ring: no key")
	}
	r := &Ring{}
	for i, k := range keys {
		aead, err := chacha20poly1305.NewX(k)
		if err != nil {
			return nil, fmt.Errorf("key ring: key %d of %d: want %d bytes, have %d", i+1, len(keys), KeySize, len(k))
		}
		sum := sha256.Sum256(append([]byte("llave key id\x00"), k...))
		r.keys = append(r.keys, ringKey{id: [4]byte(sum[:4]), aead: aead})
	}
	return r, nil
}

// Parse reads keys as base64, separated by commas or white space.
func Parse(text string) (*Ring, error) {
	var keys [][]byte
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		k, err := base64.StdEncoding.DecodeString(word)
		if err != nil {
			return nil, fmt.Errorf("key ring: key %d is not base64", i+1)
		}
		keys = append(keys, k)
	}
	return New(keys...)
}

// sealHead is the length of the format version, the key's id and the nonce.
const sealHead = 1 + 4 + chacha20poly1305.NonceSizeX

// Seal encrypts plain for a context (associated data); it opens only with the same one.
func (r *Ring) Seal(plain, place []byte) []byte {
	var nonce [chacha20poly1305.NonceSizeX]byte
	rand.Read(nonce[:])
	return r.seal(plain, place, nonce[:])
}

func (r *Ring) seal(plain, place, nonce []byte) []byte {
	k := r.keys[0]
	out := make([]byte, sealHead, sealHead+len(plain)+chacha20poly1305.Overhead)
	out[0] = 1
	copy(out[1:], k.id[:])
	copy(out[5:], nonce)
	return k.aead.Seal(out, out[5:sealHead], plain, place)
}

// Open decrypts what Seal made for the same context. [ErrSealed] otherwise.
func (r *Ring) Open(sealed, place []byte) ([]byte, error) {
	if len(sealed) < sealHead || sealed[0] != 1 {
		return nil, ErrSealed
	}
	for _, k := range r.keys {
		if [4]byte(sealed[1:5]) != k.id {
			continue
		}
		if plain, err := k.aead.Open(nil, sealed[5:sealHead], sealed[sealHead:], place); err == nil {
			return plain, nil
		}
	}
	return nil, ErrSealed
}
