// Package ff1 is format-preserving encryption after NIST SP 800-38G, method FF1, for decimal numbers of a fixed, even
// length.
//
// A permutation is the right source of tokens: over a counter it never repeats, it has no bias, and without the key the
// earlier values say nothing about the later ones. The standard asks for a domain of at least a million: six digits.
package ff1

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"math/bits"
)

// Cipher is a keyed permutation of the numbers 0 … 10^digits-1: another one for each tweak.
type Cipher struct {
	block  cipher.Block
	digits int
	half   uint64 // 10^(digits/2)
}

// maxDigits keeps both halves and their sums within 64 bits.
const maxDigits = 18

// New makes a cipher. The key is one of AES: 16, 24 or 32 bytes.
func New(key []byte, digits int) (*Cipher, error) {
	if digits < 6 || digits > maxDigits || digits%2 != 0 {
		return nil, errors.New("ff1: length must be even, from 6 to 18")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	half := uint64(1)
	for range digits / 2 {
		half *= 10
	}
	return &Cipher{block: block, digits: digits, half: half}, nil
}

// Size returns the number of values.
func (f *Cipher) Size() uint64 { return f.half * f.half }

// rounds is the number of Feistel rounds that the standard fixes.
const rounds = 10

// Encrypt returns the value at place x of the permutation.
func (f *Cipher) Encrypt(tweak []byte, x uint64) uint64 {
	a, b := x/f.half, x%f.half
	for i := range rounds {
		a, b = b, (a+f.round(tweak, i, b))%f.half
	}
	return a*f.half + b
}

// Decrypt returns the place of the value x.
func (f *Cipher) Decrypt(tweak []byte, x uint64) uint64 {
	a, b := x/f.half, x%f.half
	for i := rounds - 1; i >= 0; i-- {
		a, b = (b+f.half-f.round(tweak, i, a))%f.half, a
	}
	return a*f.half + b
}

// round returns the standard's y mod 10^m: CBC-MAC over P and Q, its first d bytes read as a number. Halves have at most
// nine digits, so the standard's b is at most 4 and d is always 8 bytes: one uint64.
func (f *Cipher) round(tweak []byte, i int, b uint64) uint64 {
	width := (bits.Len64(f.half-1) + 7) / 8 // the standard's b: bytes of a half
	zeros := (16 - (len(tweak)+width+1)%16) % 16

	msg := make([]byte, 16, 16+len(tweak)+zeros+1+width)
	msg[0], msg[1], msg[2] = 1, 2, 1
	msg[5] = 10 // radix, in three bytes
	msg[6] = rounds
	msg[7] = byte(f.digits / 2)
	binary.BigEndian.PutUint32(msg[8:], uint32(f.digits))
	binary.BigEndian.PutUint32(msg[12:], uint32(len(tweak)))

	msg = append(msg, tweak...)
	msg = append(msg, make([]byte, zeros)...)
	msg = append(msg, byte(i))
	for k := width - 1; k >= 0; k-- {
		msg = append(msg, byte(b>>(8*k)))
	}

	var mac [16]byte
	for ; len(msg) > 0; msg = msg[16:] {
		for k := range mac {
			mac[k] ^= msg[k]
		}
		f.block.Encrypt(mac[:], mac[:])
	}
	return binary.BigEndian.Uint64(mac[:8]) % f.half
}
