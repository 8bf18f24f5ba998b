package autogestion

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

// A proof is a text that says what was printed on a sheet, signed, in characters that a QR code takes easily:
//
//	"LLAVE1:" base45( payload, signature )
//
// and the payload, with no other way of writing the same:
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
// The signature is Ed25519 over proofDomain and the payload: 31 tokens are 256 characters.
const (
	proofPrefix  = "LLAVE1:"
	proofVersion = 1
	proofDomain  = "llave autogestion sheet 1\x00"
	referenceLen = 5
	tokenBits    = 20
	proofHead    = 1 + keyNameLen + sheetNameLen + referenceLen + 2 + 2 + 1
	// proofTokens is how many tokens a proof can hold.
	proofTokens = sheetMax
	// proofLongest is more than any proof has, so that nobody has us decode a book.
	proofLongest = 300

	firstYear = 2000
	lastYear  = 2199
)

// proof is what stands in a payload.
type proof struct {
	key, sheet, reference []byte
	month                 backend.Month
	first                 int
	digits                []string
}

// payload writes it.
func (p proof) payload() ([]byte, error) {
	if len(p.key) != keyNameLen || len(p.sheet) != sheetNameLen || len(p.reference) != referenceLen || len(p.digits) < 1 || len(p.digits) > proofTokens {
		return nil, errors.New("no sheet that a proof can be made of")
	}
	from, _, err := p.month.Span(time.UTC)
	if err != nil || from.Year() < firstYear || from.Year() > lastYear || p.first < 1 || p.first > numberMost {
		return nil, errors.New("no month or number that a proof can hold")
	}
	b := append([]byte{proofVersion}, p.key...)
	b = append(append(b, p.sheet...), p.reference...)
	b = binary.BigEndian.AppendUint16(b, uint16((from.Year()-firstYear)*12+int(from.Month())-1))
	b = binary.BigEndian.AppendUint16(b, uint16(p.first))
	return appendTokens(append(b, byte(len(p.digits))), p.digits)
}

// appendTokens packs tokens at 20 bits each, the first bit first.
func appendTokens(b []byte, digits []string) ([]byte, error) {
	held, bits := uint32(0), 0
	for _, d := range digits {
		n, err := strconv.ParseUint(d, 10, tokenBits)
		if err != nil || !isDigits(d) {
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

// parsePayload reads a payload. It takes no other than what payload writes.
func parsePayload(b []byte) (p proof, ok bool) {
	if len(b) < proofHead || b[0] != proofVersion {
		return p, false
	}
	cut := func(n int) (part []byte) {
		part, b = b[:n], b[n:]
		return part
	}
	cut(1)
	p.key, p.sheet, p.reference = cut(keyNameLen), cut(sheetNameLen), cut(referenceLen)
	month, first := int(binary.BigEndian.Uint16(cut(2))), int(binary.BigEndian.Uint16(cut(2)))
	count := int(cut(1)[0])
	if month >= (lastYear-firstYear+1)*12 || first < 1 || first > numberMost || count < 1 || count > proofTokens || len(b) != (count*tokenBits+7)/8 {
		return p, false
	}
	p.month = backend.MonthOf(time.Date(firstYear+month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC))
	p.first = first
	p.digits, ok = readTokens(b, count)
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

// sign makes the proof's text.
func (p proof) sign(key ed25519.PrivateKey) (string, error) {
	payload, err := p.payload()
	if err != nil {
		return "", err
	}
	return proofPrefix + encode45(append(payload, ed25519.Sign(key, toSign(payload))...)), nil
}

// proofSize is how many bytes a proof of so many tokens has, with its signature.
func proofSize(tokens int) int { return proofHead + (tokens*tokenBits+7)/8 + ed25519.SignatureSize }

func toSign(payload []byte) []byte { return append([]byte(proofDomain), payload...) }

// openProof takes a text apart: nothing in it is to be believed yet. A text that is longer or shorter than its own head says
// has lost or gained characters, and its signature says nothing of who made it.
func openProof(text string) (payload, signature []byte, why string) {
	body, ours := strings.CutPrefix(text, proofPrefix)
	switch {
	case !ours:
		return nil, nil, "foreign"
	case len(text) > proofLongest:
		return nil, nil, "damaged"
	}
	data, ok := decode45(body)
	if !ok || len(data) < proofHead || len(data) != proofSize(int(data[proofHead-1])) {
		return nil, nil, "damaged"
	}
	at := len(data) - ed25519.SignatureSize
	return data[:at:at], data[at:], ""
}
