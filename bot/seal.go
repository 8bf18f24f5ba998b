package bot

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"
)

// Ring is the keys under which everything is kept: the first one encrypts, all of them decrypt. A key is replaced
// by putting a new one in front and taking the old one away when nothing is left that it sealed.
//
// The cipher is XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): its nonce is long enough to be drawn at random for
// as many messages as there will ever be.
type Ring struct {
	keys []ringKey
}

type ringKey struct {
	id   [4]byte
	aead cipher.AEAD
}

// KeySize is the length of a key in bytes.
const KeySize = chacha20poly1305.KeySize

// ErrSealed means that something kept cannot be opened: another key, another place, or damage.
var ErrSealed = errors.New("seal: cannot be opened with these keys")

// NewRing makes a ring of 32-byte keys, the encrypting one first.
func NewRing(keys ...[]byte) (*Ring, error) {
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

// ParseRing reads keys as base64, separated by commas or white space.
func ParseRing(text string) (*Ring, error) {
	var keys [][]byte
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		k, err := base64.StdEncoding.DecodeString(word)
		if err != nil {
			return nil, fmt.Errorf("key ring: key %d is not base64", i+1)
		}
		keys = append(keys, k)
	}
	return NewRing(keys...)
}

// sealHead is the form's version, the key's id and the nonce.
const sealHead = 1 + 4 + chacha20poly1305.NonceSizeX

// Seal encrypts plain for one place; it opens only with the same place.
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

// Open decrypts what Seal made for the same place. ErrSealed if it did not.
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

// vault is a ring and the secret behind keyed hashes. The secret is made at the first start and kept, sealed, in
// the store: keys may be replaced, hashes stay.
type vault struct {
	ring    *Ring
	scratch sync.Pool
}

func newVault(ring *Ring, secret []byte) *vault {
	v := &vault{ring: ring}
	v.scratch.New = func() any { return &scratch{mac: hmac.New(sha256.New, secret)} }
	return v
}

// scratch is what sealing and hashing need for a moment, and would else allocate each time.
type scratch struct {
	mac   hash.Hash
	text  []byte
	sum   [sha256.Size]byte
	place [1 + len(ChatKey{})]byte
}

// mac is the keyed hash of the parts, each ended so that no two lists of parts run into each other.
func (v *vault) mac(parts ...string) [sha256.Size]byte {
	s := v.scratch.Get().(*scratch)
	defer v.scratch.Put(s)
	s.text = s.text[:0]
	for _, p := range parts {
		s.text = append(s.text, byte(len(p)>>8), byte(len(p)))
		s.text = append(s.text, p...)
	}
	s.mac.Reset()
	s.mac.Write(s.text)
	s.mac.Sum(s.sum[:0])
	return s.sum
}

func (v *vault) chatKey(c ChatID) ChatKey {
	sum := v.mac("chat", string(c))
	return ChatKey(sum[:16])
}

func (v *vault) updateID(c ChatID, id string) [16]byte {
	sum := v.mac("update", string(c), id)
	return [16]byte(sum[:16])
}

// effectKey depends on the bot account, the chat, the update that raised the question and the effect's number: on
// nothing that a lost store could take with it but the secret.
func (v *vault) effectKey(c ChatID, asked string, n int) string {
	sum := v.mac("effect", c.Channel()+"/"+c.Account(), c.Native(), asked, strconv.Itoa(n))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// The places for which bodies are sealed. A body moved from one chat or one table to another does not open.
const (
	placeUpdate  = 'u'
	placeSession = 's'
	placeLetter  = 'l'
	placeEffect  = 'e'
	placeTimer   = 't'
	placeEvent   = 'v'
)

func (s *scratch) at(kind byte, chat ChatKey) []byte {
	s.place[0] = kind
	copy(s.place[1:], chat[:])
	return s.place[:]
}

// seal encrypts what is kept of a chat, for its place.
func (v *vault) seal(kind byte, chat ChatKey, plain []byte) []byte {
	s := v.scratch.Get().(*scratch)
	defer v.scratch.Put(s)
	return v.ring.Seal(plain, s.at(kind, chat))
}

// open decrypts what seal made for the same place.
func (v *vault) open(kind byte, chat ChatKey, sealed []byte) ([]byte, error) {
	s := v.scratch.Get().(*scratch)
	defer v.scratch.Put(s)
	return v.ring.Open(sealed, s.at(kind, chat))
}

// chatRef is a chat's name that others may keep without reading it: always the same for the same chat.
func (v *vault) chatRef(c ChatID) string {
	nonce := v.mac("chat ref nonce", string(c))
	sealed := v.ring.seal([]byte(c), []byte("chat ref"), nonce[:chacha20poly1305.NonceSizeX])
	return base64.RawURLEncoding.EncodeToString(sealed)
}

func (v *vault) openChatRef(ref string) (ChatID, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(ref)
	if err != nil {
		return "", ErrSealed
	}
	plain, err := v.ring.Open(sealed, []byte("chat ref"))
	return ChatID(plain), err
}

// The secret is kept once for each key of the ring, sealed with it, so that an old key can be taken away; and beside
// it what shows whether a ring without any of them belongs to this store.
const (
	secretName = "lookup secret "
	secretMark = "lookup secret mark"
)

// openVault reads the secret from the store, or makes it.
func openVault(ring *Ring, once func(name string, value []byte) ([]byte, error)) (*vault, error) {
	secret, err := ring.readSecret(once)
	if err != nil {
		return nil, fmt.Errorf("lookup secret: %w", err)
	}
	if secret == nil {
		if mark, err := once(secretMark, nil); err != nil || mark != nil {
			return nil, errors.Join(fmt.Errorf("the store was written with another key (LLAVE_KEY): %w", ErrSealed), err)
		}
		secret = make([]byte, 32)
		rand.Read(secret)
	}
	for _, k := range ring.keys {
		only := &Ring{keys: []ringKey{k}}
		sealed, err := once(k.name(), only.Seal(secret, []byte(secretName)))
		if err != nil {
			return nil, fmt.Errorf("lookup secret: %w", err)
		}
		// Somebody else may have been first.
		if secret, err = only.Open(sealed, []byte(secretName)); err != nil {
			return nil, fmt.Errorf("lookup secret: %w", err)
		}
	}
	v := newVault(ring, secret)
	if _, err := once(secretMark, []byte{1}); err != nil {
		return nil, fmt.Errorf("lookup secret: %w", err)
	}
	return v, nil
}

func (k ringKey) name() string { return secretName + hex.EncodeToString(k.id[:]) }

// readSecret finds the secret under one of the ring's keys; nil if it is under none.
func (r *Ring) readSecret(once func(name string, value []byte) ([]byte, error)) ([]byte, error) {
	for _, k := range r.keys {
		sealed, err := once(k.name(), nil)
		if err != nil {
			return nil, err
		}
		if sealed != nil {
			return r.Open(sealed, []byte(secretName))
		}
	}
	return nil, nil
}
