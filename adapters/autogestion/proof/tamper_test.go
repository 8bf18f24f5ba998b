package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// mutant is a proof that was tampered with.
type mutant struct{ class, text string }

// mutants returns mutants of a proof, made with others of the same key and of another.
func mutants(text string, others []string, otherKey []byte) (list []mutant) {
	add := func(class, text string) { list = append(list, mutant{class, text}) }
	open := func(text string) []byte {
		data, _ := decode45(strings.TrimPrefix(text, prefix))
		return data
	}
	data := open(text)
	bytesOf := func(class string, b []byte) { add(class, prefix+encode45(b)) }
	for i := range len(data) * 8 {
		b := bytes.Clone(data)
		b[i/8] ^= 1 << (i % 8)
		bytesOf("bit", b)
	}
	for i := range data {
		bytesOf("byte deleted", slices.Delete(bytes.Clone(data), i, i+1))
		bytesOf("two bytes deleted", slices.Delete(bytes.Clone(data), i, min(i+2, len(data))))
		bytesOf("truncated bytes", data[:i])
		for _, v := range []byte{0, 1, 0x80, 0xff, data[i]} {
			bytesOf("byte inserted", slices.Insert(bytes.Clone(data), i, v))
		}
	}
	for i := range text {
		for _, c := range base45Alphabet {
			if byte(c) != text[i] {
				add("character", text[:i]+string(c)+text[i+1:])
			}
		}
		add("character deleted", text[:i]+text[i+1:])
		add("character inserted", text[:i]+"0"+text[i:])
		add("character inserted", text[:i]+" "+text[i:])
		add("truncated", text[:i])
		add("cut in front", text[i+1:])
		if low := strings.ToLower(text[i : i+1]); low != text[i:i+1] {
			add("lower case", text[:i]+low+text[i+1:])
		}
	}
	for _, more := range []string{"0", "00", "000", " ", "\n", "\r\n", "\x00", text, " " + text} {
		add("more", text+more)
	}
	for _, more := range []string{" ", "\n", "\ufeff", "LLAVE1:", "x"} {
		add("more", more+text)
	}
	add("lower case", strings.ToLower(text))
	add("another prefix", strings.Replace(text, "LLAVE1", "LLAVE2", 1))
	for i := range 64 {
		bytesOf("trailing bytes", append(bytes.Clone(data), make([]byte, i+1)...))
	}
	payload, signature := data[:len(data)-64], data[len(data)-64:]
	bytesOf("signature", append(bytes.Clone(payload), make([]byte, 64)...))
	bytesOf("signature", append(bytes.Clone(payload), moreByTheOrder(signature)...))
	swap := func(class string, from, with []byte, at, n int) {
		b := bytes.Clone(from)
		if at+n <= len(b) && at+n <= len(with) && !bytes.Equal(b[at:at+n], with[at:at+n]) {
			copy(b[at:at+n], with[at:at+n])
			bytesOf(class, b)
		}
	}
	for _, o := range others {
		other := open(o)
		for at := range headLen { // every run of fields, and every run of bytes, of another proof
			for n := 1; at+n <= headLen; n++ {
				swap("fields of another", data, other, at, n)
			}
		}
		for at := headLen; at < len(payload); at++ {
			swap("tokens of another", data, other, at, 1)
			swap("tokens of another", data, other, at, 3)
		}
		bytesOf("signature of another", append(bytes.Clone(payload), other[len(other)-64:]...))
		bytesOf("payload of another", append(bytes.Clone(other[:len(other)-64]), signature...))
	}
	for month := range 2400 { // every month, signed for another
		b := bytes.Clone(data)
		if binary.BigEndian.PutUint16(b[headLen-5:], uint16(month)); !bytes.Equal(b, data) {
			bytesOf("another month", b)
		}
	}
	b := bytes.Clone(data)
	copy(b[1:], otherKey)
	bytesOf("key id of another", b)
	return list
}

// moreByTheOrder adds the order of the group to the second half of a signature: the same number in another spelling.
func moreByTheOrder(signature []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	half := slices.Clone(signature[32:])
	slices.Reverse(half)
	sum := new(big.Int).Add(new(big.Int).SetBytes(half), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(signature[:32]), sum...)
}

// Only the text itself is authentic. In every class some mutants reach the signature, where nothing else would stop them.
func TestTamperedProofsAreRefused(t *testing.T) {
	t.Parallel()
	key, public := testKey(1)
	other, otherPublic := testKey(2)
	keys := Keys{[]Key{public, otherPublic}}
	sign := func(k ed25519.PrivateKey, salt byte, month backend.Month, first, count int) string {
		text, err := testPayload(k, salt, month, first, count).Sign(k)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(keys, text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	others := []string{sign(key, 9, "2026-12", 12, 31), sign(key, 8, "2027-01", 1, 10), sign(other, 7, "2026-11", 1, 10)}
	tried, reached := map[string]int{}, map[string]int{}
	for _, text := range []string{sign(key, 1, "2026-11", 1, 31), sign(key, 3, "2026-12", 32, 1)} {
		for _, m := range mutants(text, others, KeyName(other.Public().(ed25519.PublicKey))) {
			got, err := Verify(keys, m.text)
			var no *NotAuthentic
			var unreadable *Unreadable
			switch {
			case m.text == text || slices.Contains(others, m.text):
				continue // the same as the original
			case !errors.As(err, &no) && !errors.As(err, &unreadable) || len(got.Tokens) != 0:
				t.Fatalf("%s: %q is authentic: %+v, %v", m.class, m.text, got, err)
			case no != nil && no.Why == "forged":
				reached[m.class]++
			}
			tried[m.class]++
		}
	}
	total := 0
	for class, n := range tried {
		total += n
		unreadable := slices.Contains(unreadableClasses, class)
		if unreadable && reached[class] > 0 || !unreadable && reached[class] == 0 {
			t.Errorf("%s: %d of %d get as far as the signature", class, reached[class], n)
		}
		t.Logf("%-22s %6d tried, %6d reached the signature", class, n, reached[class])
	}
	if total < 10_000 {
		t.Errorf("only %d were tried", total)
	}
	t.Logf("%d in all", total)
}

// unreadableClasses are the classes that are refused before the signature is verified: another case, prefix or length.
var unreadableClasses = []string{"lower case", "another prefix", "cut in front", "truncated", "truncated bytes", "more", "trailing bytes",
	"character deleted", "character inserted", "byte deleted", "two bytes deleted", "byte inserted"}

// signedOnce reports whether one of the readings of a text is a genuine proof.
func signedOnce(genuine map[string]bool, text string) bool {
	return slices.ContainsFunc(readings(text), func(r candidate) bool { return genuine[r.text] })
}

// Every text is a signed proof or is refused with a reason.
func FuzzProof(f *testing.F) {
	key, public := testKey(1)
	genuine := map[string]bool{}
	for count := 1; count <= 31; count += 6 {
		p := testPayload(key, byte(count), "2026-11", 1, count)
		text, _ := p.Sign(key)
		genuine[text] = true
		payload, _ := p.bytes()
		f.Add(text)
		f.Add(strings.ToLower(text))
		f.Add(prefix + encode45(payload))
	}
	f.Add("LLAVE1:")
	f.Add("LLAVE1:FGWFGWFGW")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Verify(Keys{[]Key{public}}, text)
		var no *NotAuthentic
		var unreadable *Unreadable
		why := ""
		switch {
		case errors.As(err, &no):
			why = no.Why
		case errors.As(err, &unreadable):
			why = unreadable.Why
		}
		if (err == nil) != genuine[text] || err != nil && (!slices.Contains(Reasons, why) || len(got.Tokens) > 0) {
			t.Fatalf("%q: %+v, %v", text, got, err)
		}
		if p, err := Read(Keys{[]Key{public}}, text); err == nil {
			again, _ := Verify(Keys{[]Key{public}}, text)
			if genuine[text] && !reflect.DeepEqual(p, again) || !signedOnce(genuine, text) {
				t.Fatalf("%q is read as %+v", text, p)
			}
		}
		data, ok := decode45(strings.TrimPrefix(text, prefix))
		if ok && encode45(data) != strings.TrimPrefix(text, prefix) {
			t.Fatalf("%q is taken for %x", text, data)
		}
		if p, ok := parse(data); ok {
			if again, err := p.bytes(); err != nil || !bytes.Equal(again, data) {
				t.Fatalf("%x is read as %+v, which is %x, %v", data, p, again, err)
			}
		}
	})
}
