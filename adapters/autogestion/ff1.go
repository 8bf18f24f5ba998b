package autogestion

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"math/bits"
)

// ff1 is format-preserving encryption after NIST SP 800-38G, method FF1, for decimal numbers of a fixed, even
// length: a keyed permutation of 0 … 10^digits-1 for each tweak.
//
// A permutation is what makes tokens good: over a counter it never repeats, has no bias, and without the key
// earlier values say nothing about later ones. The standard asks for a domain of at least a million: six digits.
type ff1 struct {
	block  cipher.Block
	digits int
	half   uint64 // 10^(digits/2)
}

// ff1MaxDigits keeps both halves, and their sums, within 64 bits.
const ff1MaxDigits = 18

func newFF1(key []byte, digits int) (*ff1, error) {
	if digits < 6 || digits > ff1MaxDigits || digits%2 != 0 {
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
	return &ff1{block: block, digits: digits, half: half}, nil
}

// size is the number of values.
func (f *ff1) size() uint64 { return f.half * f.half }

// ff1Rounds is the number of Feistel rounds the standard fixes.
const ff1Rounds = 10

func (f *ff1) encrypt(tweak []byte, x uint64) uint64 {
	a, b := x/f.half, x%f.half
	for i := range ff1Rounds {
		a, b = b, (a+f.round(tweak, i, b))%f.half
	}
	return a*f.half + b
}

func (f *ff1) decrypt(tweak []byte, x uint64) uint64 {
	a, b := x/f.half, x%f.half
	for i := ff1Rounds - 1; i >= 0; i-- {
		a, b = (b+f.half-f.round(tweak, i, a))%f.half, a
	}
	return a*f.half + b
}

// round is the standard's y mod 10^m: CBC-MAC over P and Q, the first d bytes read as a number. With halves of
// at most nine digits b is at most 4, so d is always 8 bytes: one uint64.
func (f *ff1) round(tweak []byte, i int, b uint64) uint64 {
	width := (bits.Len64(f.half-1) + 7) / 8 // the standard's b: bytes of a half
	zeros := (16 - (len(tweak)+width+1)%16) % 16

	msg := make([]byte, 16, 16+len(tweak)+zeros+1+width)
	msg[0], msg[1], msg[2] = 1, 2, 1
	msg[5] = 10 // radix, in three bytes
	msg[6] = ff1Rounds
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
