// Package proof signs and verifies the code of a sheet of preprinted tokens. docs/sheets.md describes it for others.
//
// A proof is a text that says what was printed on the sheet, signed, in characters that a QR code holds at little cost:
//
//	"LLAVE1:" base45( payload, signature )
//
// The payload has one spelling only:
//
//	 1 byte   version, 1
//	 4 bytes  key id
//	 9 bytes  sheet
//	 5 bytes  reference of the affiliate
//	 2 bytes  month, counted from January 2000
//	 2 bytes  number on paper of the first token
//	 1 byte   how many tokens, 1 to 31
//	20 bits   each token; then zeros up to a whole byte
//
// The signature is Ed25519 over a fixed domain and the payload. A proof of 31 tokens has 256 characters.
//
// Reading order: payload.go (the format), keys.go (the public keys and their months), verify.go (what is accepted),
// read.go (texts that a scanner, a keyboard or a mail program spoilt), names.go, base45.go.
package proof

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"llave/flows/backend"
)

const (
	prefix    = "LLAVE1:"
	version   = 1
	domain    = "llave autogestion sheet 1\x00"
	tokenBits = 20
	headLen   = 1 + keyNameLen + SheetNameLen + ReferenceLen + 2 + 2 + 1
	// MaxTokens is how many tokens a proof can hold.
	MaxTokens = 31
	// maxLen is more than any proof has. It bounds the work of decoding.
	maxLen = 300

	firstYear = 2000
	lastYear  = 2199
	// lastNumber is the highest number on paper.
	lastNumber = 9999
)

// Payload is the content of a proof before it is signed.
type Payload struct {
	Key, Sheet, Reference []byte
	Month                 backend.Month
	First                 int // number on paper of the first token
	Digits                []string
}

// bytes encodes the payload. It fails if the format cannot hold it.
func (p Payload) bytes() ([]byte, error) {
	if len(p.Key) != keyNameLen || len(p.Sheet) != SheetNameLen || len(p.Reference) != ReferenceLen || len(p.Digits) < 1 || len(p.Digits) > MaxTokens {
		return nil, errors.New("no sheet that a proof can be made of")
	}
	from, _, err := p.Month.Span(time.UTC)
	if err != nil || from.Year() < firstYear || from.Year() > lastYear || p.First < 1 || p.First > lastNumber {
		return nil, errors.New("no month or number that a proof can hold")
	}
	b := append([]byte{version}, p.Key...)
	b = append(append(b, p.Sheet...), p.Reference...)
	b = binary.BigEndian.AppendUint16(b, uint16((from.Year()-firstYear)*12+int(from.Month())-1))
	b = binary.BigEndian.AppendUint16(b, uint16(p.First))
	return appendTokens(append(b, byte(len(p.Digits))), p.Digits)
}

// appendTokens packs tokens at 20 bits each, most significant bit first.
func appendTokens(b []byte, digits []string) ([]byte, error) {
	held, bits := uint32(0), 0
	for _, d := range digits {
		n, err := strconv.ParseUint(d, 10, tokenBits)
		if err != nil || !backend.IsToken(d) {
			return nil, errors.New("no token")
		}
		held, bits = held<<tokenBits|uint32(n), bits+tokenBits
		for ; bits >= 8; bits -= 8 {
			b = append(b, byte(held>>(bits-8)))
		}
		held &= 1<<bits - 1
	}
	if bits > 0 {
		b = append(b, byte(held<<(8-bits)))
	}
	return b, nil
}

// parse decodes a payload. It accepts only what bytes writes.
func parse(b []byte) (p Payload, ok bool) {
	if len(b) < headLen || b[0] != version {
		return p, false
	}
	cut := func(n int) (part []byte) {
		part, b = b[:n], b[n:]
		return part
	}
	cut(1)
	p.Key, p.Sheet, p.Reference = cut(keyNameLen), cut(SheetNameLen), cut(ReferenceLen)
	month, first := int(binary.BigEndian.Uint16(cut(2))), int(binary.BigEndian.Uint16(cut(2)))
	count := int(cut(1)[0])
	if month >= (lastYear-firstYear+1)*12 || first < 1 || first > lastNumber || count < 1 || count > MaxTokens || len(b) != (count*tokenBits+7)/8 {
		return p, false
	}
	p.Month = backend.MonthOf(time.Date(firstYear+month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC))
	p.First = first
	p.Digits, ok = readTokens(b, count)
	return p, ok
}

func readTokens(b []byte, count int) (digits []string, ok bool) {
	held, bits := uint32(0), 0
	for _, c := range b {
		held, bits = held<<8|uint32(c), bits+8
		if bits < tokenBits || len(digits) == count {
			continue
		}
		bits -= tokenBits
		n := held >> bits
		if n >= 1_000_000 {
			return nil, false
		}
		digits = append(digits, fmt.Sprintf("%06d", n))
		held &= 1<<bits - 1
	}
	return digits, held == 0 && len(digits) == count
}

// Sign returns the text of the proof.
func (p Payload) Sign(key ed25519.PrivateKey) (string, error) {
	payload, err := p.bytes()
	if err != nil {
		return "", err
	}
	return prefix + encode45(append(payload, ed25519.Sign(key, toSign(payload))...)), nil
}

// size is the length of payload and signature for so many tokens.
func size(tokens int) int { return headLen + (tokens*tokenBits+7)/8 + ed25519.SignatureSize }

func toSign(payload []byte) []byte { return append([]byte(domain), payload...) }

// Split takes a text apart into the payload and the signature. Neither is verified yet. A text that is longer or shorter
// than its own head says has lost or gained characters: its signature says nothing about the signer. Error: *Unreadable.
func Split(text string) (payload, signature []byte, err error) {
	body, ours := strings.CutPrefix(text, prefix)
	switch {
	case !ours:
		return nil, nil, &Unreadable{"foreign"}
	case len(text) > maxLen:
		return nil, nil, &Unreadable{"damaged"}
	}
	data, ok := decode45(body)
	if !ok || len(data) < headLen || len(data) != size(int(data[headLen-1])) {
		return nil, nil, &Unreadable{"damaged"}
	}
	at := len(data) - ed25519.SignatureSize
	return data[:at:at], data[at:], nil
}
