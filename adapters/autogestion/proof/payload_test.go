package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// The examples of RFC 9285, and its refusals.
func TestBase45(t *testing.T) {
	for plain, text := range map[string]string{"": "", "AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0", "\xff\xff": "FGW", "\xff": "U5"} {
		if got := encode45([]byte(plain)); got != text {
			t.Errorf("%q is %q, want %q", plain, got, text)
		}
		if got, ok := decode45(text); !ok || string(got) != plain {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"A", "BB8A", "GGW", "FGX", ":::", "V5", "::", "bb8", "B\u00c38", "BB,", "BB8\n\n", "\x00\x00"} {
		if got, ok := decode45(text); ok {
			t.Errorf("%q is taken for %x", text, got)
		}
	}
}

// Every text of two or three characters is invalid, or the only one for its bytes.
func TestBase45HasOneSpelling(t *testing.T) {
	seen := 0
	for n := range 45 * 45 * 46 {
		text := string([]byte{base45Alphabet[n%45], base45Alphabet[n/45%45]})
		if c := n / (45 * 45); c < 45 {
			text += base45Alphabet[c : c+1]
		}
		if data, ok := decode45(text); ok {
			seen++
			if encode45(data) != text {
				t.Fatalf("%q is taken for %x, which is %q", text, data, encode45(data))
			}
		}
	}
	if seen != 1<<16+1<<8 {
		t.Errorf("%d texts are taken, want one for each of the bytes", seen)
	}
}

// testKey returns a signing key and its public part.
func testKey(n byte) (ed25519.PrivateKey, Key) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	return key, Key{ID: KeyID(KeyName(public)), Public: public, Since: moment(2026, 11, 23, 10, 0, 0)}
}

// testPayload returns a payload of count tokens; the salt makes it a sheet of its own.
func testPayload(key ed25519.PrivateKey, salt byte, month backend.Month, first, count int) Payload {
	p := Payload{Key: KeyName(key.Public().(ed25519.PublicKey)), Sheet: bytes.Repeat([]byte{salt}, SheetNameLen),
		Reference: []byte{salt, 2, 3, 4, 5}, Month: month, First: first}
	for n := range count {
		p.Digits = append(p.Digits, fmt.Sprintf("%06d", (n*104729+int(salt)*7919+999_990)%1_000_000))
	}
	return p
}

func TestAProofSaysWhatItWasMadeOf(t *testing.T) {
	key, public := testKey(1)
	for count := 1; count <= MaxTokens; count++ {
		for _, month := range []backend.Month{"2026-11", "2026-12", "2199-12"} {
			p := testPayload(key, byte(count), month, 310-count, count)
			text, err := p.Sign(key)
			if err != nil || len(text) > maxLen || strings.Trim(text, base45Alphabet) != "" {
				t.Fatalf("%q, %v", text, err)
			}
			got, err := Verify(Keys{[]Key{public}}, text)
			if err != nil || got.Month != month || got.Key != public.ID || got.Sheet != SheetID(p.Sheet) || got.Reference != FormatReference(p.Reference) || len(got.Tokens) != count {
				t.Fatalf("%d: %+v, %v", count, got, err)
			}
			for n, tok := range got.Tokens {
				if tok.Number != p.First+n || tok.Digits != p.Digits[n] || !tok.UsedAt.IsZero() {
					t.Fatalf("token %d is %+v", n, tok)
				}
			}
			if again, _ := p.Sign(key); again != text {
				t.Fatal("signed again, it is another text")
			}
		}
	}
	text, _ := testPayload(key, 1, "2026-11", 1, MaxTokens).Sign(key)
	if len(text) != 256 {
		t.Errorf("31 tokens are %d characters", len(text))
	}
}

// Paper stays: every later version, and every reader of docs/sheets.md, reads a proof of this version.
func TestTheFormatIsWhatWasPrinted(t *testing.T) {
	key, public := testKey(1)
	text, err := testPayload(key, 5, "2026-11", 4, 2).Sign(key)
	const printed = "LLAVE1::80+WEY6DPS0PS0PS0PS0MS07H0LS0LF8 M0:91OD2SRN1DIM67$U1PH4C*CV%O.YG04KA*RMNL*V5ASF2HL*7GEILS89A8IRRCV59LND19BUGJF443XJ*8FS13CXTJ85LG5AJPNF310"
	if err != nil || text != printed {
		t.Errorf("it is written as %q now, %v", text, err)
	}
	if p, err := Verify(Keys{[]Key{public}}, printed); err != nil || p.Tokens[0] != (backend.Preprint{Number: 4, Digits: p.Tokens[0].Digits}) || p.Month != "2026-11" {
		t.Errorf("%+v, %v", p, err)
	}
	payload, signature := mustPayload(t, printed), mustSignature(t, printed)
	if !ed25519.Verify(public.Public, append([]byte("llave autogestion sheet 1\x00"), payload...), signature) || ed25519.Verify(public.Public, payload, signature) {
		t.Error("it is not signed for this use alone")
	}
}

// The owner of another key, even of this list, signs in its own name only.
func TestAProofNamesTheKeyThatSignedIt(t *testing.T) {
	key, public := testKey(1)
	other, otherPublic := testKey(2)
	p := testPayload(key, 1, "2026-11", 1, 5)
	text, err := p.Sign(other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(Keys{[]Key{public, otherPublic}}, text); !isWhy(err, "forged") {
		t.Errorf("signed by another than it says: %v", err)
	}
	if _, err := Verify(Keys{[]Key{otherPublic}}, text); !isWhy(err, "key") {
		t.Errorf("signed by a key that it does not name: %v", err)
	}
}

func TestWhatAProofCannotHold(t *testing.T) {
	key, _ := testKey(1)
	for name, bend := range map[string]func(*Payload){
		"no token": func(p *Payload) { p.Digits = nil }, "too many tokens": func(p *Payload) { p.Digits = slices.Repeat(p.Digits, 32) },
		"five digits": func(p *Payload) { p.Digits[0] = "12345" }, "a sign": func(p *Payload) { p.Digits[0] = "+12345" }, "seven digits": func(p *Payload) { p.Digits[0] = "0012345" },
		"no month": func(p *Payload) { p.Month = "2026-13" }, "long ago": func(p *Payload) { p.Month = "1999-12" }, "far ahead": func(p *Payload) { p.Month = "2200-01" },
		"number 0": func(p *Payload) { p.First = 0 }, "number 10000": func(p *Payload) { p.First = 10000 },
		"a short sheet": func(p *Payload) { p.Sheet = p.Sheet[1:] }, "a long reference": func(p *Payload) { p.Reference = make([]byte, 6) }, "no key": func(p *Payload) { p.Key = nil },
	} {
		p := testPayload(key, 1, "2026-11", 1, 1)
		bend(&p)
		if text, err := p.Sign(key); err == nil {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// A payload has one spelling. Another spelling is refused even with a valid signature.
func TestPayloadsHaveOneSpelling(t *testing.T) {
	key, public := testKey(1)
	good, err := testPayload(key, 1, "2026-11", 1, 3).bytes() // 60 bits: the last four must be zero
	if err != nil {
		t.Fatal(err)
	}
	const monthAt, countAt = headLen - 5, headLen - 1
	with := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(good)) }
	set := func(at int, v ...byte) []byte {
		return with(func(b []byte) []byte { copy(b[at:], v); return b })
	}
	verify := func(payload []byte) error {
		_, err := Verify(Keys{[]Key{public}}, prefix+encode45(append(bytes.Clone(payload), ed25519.Sign(key, toSign(payload))...)))
		return err
	}
	if err := verify(good); err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string][]byte{
		"version 0": set(0, 0), "version 2": set(0, 2), "a padding bit": with(func(b []byte) []byte { b[len(b)-1] |= 1; return b }),
		"every padding bit": with(func(b []byte) []byte { b[len(b)-1] |= 15; return b }),
		"no token":          with(func(b []byte) []byte { b[countAt] = 0; return b[:headLen] }), "count 0": set(countAt, 0), "one less": set(countAt, 2), "one more": set(countAt, 4),
		"32 tokens":   with(func(b []byte) []byte { b[countAt] = 32; return append(b[:headLen], make([]byte, 80)...) }),
		"a byte more": with(func(b []byte) []byte { return append(b, 0) }), "a byte less": good[:len(good)-1],
		"month 2400": set(monthAt, binary.BigEndian.AppendUint16(nil, 2400)...), "month 65535": set(monthAt, 255, 255),
		"number 0": set(monthAt+2, 0, 0), "number 10000": set(monthAt+2, binary.BigEndian.AppendUint16(nil, 10000)...),
		"token 1000000": set(headLen, 0xf4, 0x24, 0x00), "token 1048575": set(headLen, 0xff, 0xff, 0xff), "nothing but the head": good[:headLen],
	} {
		var no *NotAuthentic
		var unreadable *Unreadable
		if err := verify(payload); !(errors.As(err, &no) && no.Why == "damaged") && !(errors.As(err, &unreadable) && unreadable.Why == "damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func mustPayload(t *testing.T, text string) []byte {
	t.Helper()
	payload, _, err := Split(text)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func mustSignature(t *testing.T, text string) []byte {
	t.Helper()
	_, signature, _ := Split(text)
	return signature
}

func isWhy(err error, why string) bool {
	var no *NotAuthentic
	return errors.As(err, &no) && no.Why == why
}

// tampered returns a proof with its first token changed.
func tampered(t *testing.T, text string) string {
	t.Helper()
	payload, signature := mustPayload(t, text), mustSignature(t, text)
	payload[headLen] ^= 1
	return prefix + encode45(append(payload, signature...))
}
