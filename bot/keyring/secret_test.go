package keyring

import (
	"bytes"
	"errors"
	"testing"
)

// Two processes that begin at once have one secret, also with their keys in different order; it survives the change of the key, and
// another key is refused.
func TestSecret(t *testing.T) {
	old, next, other := bytes.Repeat([]byte{1}, KeySize), bytes.Repeat([]byte{2}, KeySize), bytes.Repeat([]byte{3}, KeySize)
	kept := map[string][]byte{}
	once := func(name string, value []byte) ([]byte, error) {
		if kept[name] == nil && value != nil {
			kept[name] = value
		}
		return kept[name], nil
	}
	secret := func(proposed string, during func(), keys ...[]byte) string {
		t.Helper()
		r, err := New(keys...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Secret(r, "x", []byte(proposed), func(name string, value []byte) ([]byte, error) {
			if value != nil && during != nil {
				f := during
				during = nil
				f()
			}
			return once(name, value)
		})
		if err != nil {
			if !errors.Is(err, ErrSealed) {
				t.Error(err)
			}
			return "refused"
		}
		return string(got)
	}
	var second string
	first := secret("first", func() { second = secret("second", nil, next, old) }, old, next)
	if first != second || first != "second" {
		t.Errorf("two at once have %q and %q", first, second)
	}
	for _, keys := range [][][]byte{{old}, {next}, {other, old}, {other}} {
		if got := secret("late", nil, keys...); got != "second" {
			t.Errorf("later it is %q", got)
		}
	}
	if got := secret("late", nil, bytes.Repeat([]byte{4}, KeySize)); got != "refused" {
		t.Errorf("with another key it is %q", got)
	}
	for name, v := range kept {
		if bytes.Contains(v, []byte("second")) {
			t.Errorf("%s can be read", name)
		}
	}
}
