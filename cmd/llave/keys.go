package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"llave/bot/keyring"
)

// openRing reads the keys of the store from the data folder, unless the configuration has them.
func (a *app) openRing() error {
	if a.ring != nil {
		return nil
	}
	key, err := loadOrMakeKey(nil, a.path("llave.key"), a.path("llave.db"))
	if err != nil {
		return err
	}
	a.ring, err = keyring.New(key)
	return err
}

// loadOrMakeKey reads a key from a file of the data folder, or makes it there, readable for its owner only. It makes no key
// where the file that the key opens exists: a new key would hide that the old one is missing. With a ring, which is then not in the
// folder, the new key is sealed in its file; one that stands there in the clear is read, too, until llave rekey seals it.
func loadOrMakeKey(ring *keyring.Ring, path, opens string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(opens); err == nil {
			return nil, refuse("key.missing", values{"path": path, "opens": opens})
		}
		key := make([]byte, keyring.KeySize)
		rand.Read(key)
		return key, writeNew(path, keyText(ring, path, key))
	}
	if err != nil {
		return nil, refuse("key", err).because(err)
	}
	key, err := readKeyText(ring, path, text)
	if errors.Is(err, keyring.ErrSealed) {
		return nil, refuse("key.sealed", path)
	}
	if err != nil || len(key) != keyring.KeySize {
		return nil, refuse("key.shape", values{"path": path, "size": keyring.KeySize})
	}
	return key, nil
}

// sealedKey begins the file of a key that a ring seals.
const sealedKey = "sealed:"

// keyText is the content of a key's file.
func keyText(ring *keyring.Ring, path string, key []byte) []byte {
	if ring == nil {
		return []byte(base64.StdEncoding.EncodeToString(key) + "\n")
	}
	return []byte(sealedKey + base64.StdEncoding.EncodeToString(ring.Seal(key, keyPlace(path))) + "\n")
}

// keyPlace binds a sealed key to its file's name: another key cannot be put in its place.
func keyPlace(path string) []byte { return []byte("key file " + filepath.Base(path)) }

// readKeyText reads it. It fails with keyring.ErrSealed if no key of the ring opens it.
func readKeyText(ring *keyring.Ring, path string, text []byte) ([]byte, error) {
	rest, sealed := strings.CutPrefix(strings.TrimSpace(string(text)), sealedKey)
	key, err := base64.StdEncoding.DecodeString(rest)
	if err != nil || !sealed {
		return key, err
	}
	if ring == nil {
		return nil, keyring.ErrSealed
	}
	return ring.Open(key, keyPlace(path))
}

// outerRing is the ring of LLAVE_KEY, nil if there is none: a key that lies in the folder seals no other one there.
func (c *config) outerRing() *keyring.Ring {
	if c.Key == "" {
		return nil
	}
	return c.ring
}

// writeNew writes a file that must not exist, durably: a lost key makes unreadable all that it encrypted.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return refuse("key", err).because(err)
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return refuse("key", err).because(err)
	}
	if err := f.Sync(); err != nil {
		return refuse("key", err).because(err)
	}
	return f.Close()
}
