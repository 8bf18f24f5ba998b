package autogestion

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
)

func TestSealing(t *testing.T) {
	k, err := deriveKeys(bytes.Repeat([]byte{1}, 32), bytes.NewReader(bytes.Repeat([]byte{9, 8, 7}, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	box, err := k.seal("mail", "hola")
	if err != nil || bytes.Contains(box, []byte("hola")) {
		t.Fatal(box, err)
	}
	var out string
	if err := k.open("mail", box, &out); err != nil || out != "hola" {
		t.Error(out, err)
	}
	for i := range box {
		bad := bytes.Clone(box)
		bad[i] ^= 1
		if k.open("mail", bad, &out) == nil {
			t.Fatalf("byte %d can be changed", i)
		}
	}
	if k.open("person", box, &out) == nil || k.open("mail", nil, &out) == nil || !errors.Is(k.open("mail", []byte("x"), &out), errSealed) {
		t.Error("opened as something else")
	}
	if bytes.Equal(k.hash("a", "b", "c"), k.hash("a", "bc")) || bytes.Equal(k.hash("a", "b"), k.hash("ab")) {
		t.Error("hashes of different things are the same")
	}
}

// Names that are drawn for hashes are in the order of the hashes, and nobody can guess the rest of them.
func TestSortedIDs(t *testing.T) {
	k, err := deriveKeys(bytes.Repeat([]byte{1}, 32), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for first := range 256 {
		for _, second := range []byte{0, 1, 127, 128, 255} {
			hash := []byte{byte(first), second, 3, 4}
			id, err := k.sortedID("m-", hash)
			if err != nil || id <= last || len(id) != len("m-")+22 {
				t.Fatalf("%x: %q after %q, %v", hash, id, last, err)
			}
			if again, _ := k.sortedID("m-", hash); again[:4] != id[:4] || again[6:] == id[6:] {
				t.Fatalf("%q and %q", id, again)
			}
			last = id
		}
	}
}
