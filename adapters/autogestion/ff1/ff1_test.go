package ff1

import (
	"encoding/hex"
	"testing"
)

// The radix-10 samples of NIST's FF1samples.pdf.
func TestNISTSamples(t *testing.T) {
	const (
		k128 = "2B7E151628AED2A6ABF7158809CF4F3C"
		k192 = k128 + "EF4359D8D580AA4F"
		k256 = k192 + "7F036D6F04FC6A94"
		tw   = "39383736353433323130"
	)
	for _, v := range []struct {
		name, key, tweak string
		want             uint64
	}{
		{"sample 1", k128, "", 2433477484},
		{"sample 2", k128, tw, 6124200773},
		{"sample 4", k192, "", 2830668132},
		{"sample 5", k192, tw, 2496655549},
		{"sample 7", k256, "", 6657667009},
		{"sample 8", k256, tw, 1001623463},
	} {
		key, _ := hex.DecodeString(v.key)
		tweak, _ := hex.DecodeString(v.tweak)
		f, err := New(key, 10)
		if err != nil {
			t.Fatal(err)
		}
		const plain = 123456789 // 0123456789
		if got := f.Encrypt(tweak, plain); got != v.want {
			t.Errorf("%s: got %010d, want %010d", v.name, got, v.want)
		}
		if got := f.Decrypt(tweak, v.want); got != plain {
			t.Errorf("%s: back to %010d", v.name, got)
		}
	}
}

// Each counter has digits of its own, and they lead back to it.
func TestFF1IsAPermutationOfSixDigits(t *testing.T) {
	f, err := New(make([]byte, 32), 6)
	if err != nil {
		t.Fatal(err)
	}
	tweak := []byte("m-1")
	// One in nine: all of them take ten seconds with the race detector, and were run once.
	const step = 9
	seen := make([]bool, f.Size())
	for x := uint64(0); x < f.Size(); x += step {
		y := f.Encrypt(tweak, x)
		if y >= f.Size() || seen[y] {
			t.Fatalf("counter %d: %d is out of range or was given before", x, y)
		}
		seen[y] = true
		if x%1009 == 0 && f.Decrypt(tweak, y) != x {
			t.Fatalf("counter %d does not come back from %06d", x, y)
		}
	}
}

func TestTweaksDiffer(t *testing.T) {
	f, _ := New(make([]byte, 32), 6)
	same := 0
	for x := range uint64(2000) {
		if f.Encrypt([]byte("a"), x) == f.Encrypt([]byte("b"), x) {
			same++
		}
	}
	if same > 5 {
		t.Errorf("two affiliates share %d of their first 2000 tokens by counter", same)
	}
}

func TestOddAndShortLengthsAreRefused(t *testing.T) {
	for _, n := range []int{0, 4, 5, 7, 20} {
		if _, err := New(make([]byte, 32), n); err == nil {
			t.Errorf("%d digits were accepted", n)
		}
	}
}
