package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llave/bot/keyring"
)

// With a ring of its own no key lies readable in the folder; rekey seals what lay there and moves on to a new ring; the key itself
// stays, and another's file is no key.
func TestKeysAreSealedByTheRing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "autogestion.key")
	text := func(b byte) string {
		return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keyring.KeySize))
	}
	rings := map[string]*keyring.Ring{}
	for _, keys := range []string{text(1), text(2), text(2) + "," + text(1)} {
		ring, err := keyring.Parse(keys)
		if err != nil {
			t.Fatal(err)
		}
		rings[keys] = ring
	}
	plain, err := loadOrMakeKey(nil, path, "none")
	if err != nil {
		t.Fatal(err)
	}
	rekey := func(keys string) error {
		t.Helper()
		var out bytes.Buffer
		p := program{getenv: map[string]string{"LLAVE_DATA": folder, "LLAVE_KEY": keys}, stdout: &out}
		return p.rekey(t.Context(), nil)
	}
	for _, keys := range []string{"", text(1), text(2) + "," + text(1), text(2)} {
		if err := rekey(keys); err != nil {
			t.Fatal(err)
		}
		content, _ := os.ReadFile(path)
		if shown := strings.Contains(string(content), base64.StdEncoding.EncodeToString(plain)); shown != (keys == "") {
			t.Errorf("with %q the key is in the clear: %v", keys, shown)
		}
		if key, err := loadOrMakeKey(rings[keys], path, "none"); err != nil || !bytes.Equal(key, plain) {
			t.Errorf("with %q: %v", keys, err)
		}
	}
	if _, err := loadOrMakeKey(rings[text(1)], path, "none"); err == nil {
		t.Error("the old ring opens it")
	}
	if _, err := loadOrMakeKey(nil, path, "none"); err == nil {
		t.Error("it opens without a ring")
	}
	if err := rekey(text(1)); err == nil {
		t.Error("rekey with a ring that does not open it")
	}
	other := filepath.Join(folder, "mesa.key")
	content, _ := os.ReadFile(path)
	if err := os.WriteFile(other, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadOrMakeKey(rings[text(2)], other, "none"); err == nil {
		t.Error("a key opens in another's place")
	}
	fresh := filepath.Join(folder, "webchat.key")
	if _, err := loadOrMakeKey(rings[text(2)], fresh, "none"); err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(fresh); !strings.HasPrefix(string(content), sealedKey) {
		t.Error("a new key is in the clear")
	}
}
