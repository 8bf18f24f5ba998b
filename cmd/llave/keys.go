package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"strings"

	"llave/bot/keyring"
)

// openRing reads the keys of the store from the data folder, unless the configuration has them.
func (a *app) openRing() error {
	if a.ring != nil {
		return nil
	}
	key, err := loadOrMakeKey(a.path("llave.key"), a.path("llave.db"))
	if err != nil {
		return err
	}
	a.ring, err = keyring.New(key)
	return err
}

// loadOrMakeKey reads a key from a file of the data folder, or makes it there, readable for its owner only. It makes no key
// where the file that the key opens exists: a new key would hide that the old one is missing.
func loadOrMakeKey(path, opens string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(opens); err == nil {
			return nil, refuse("key.missing", values{"path": path, "opens": opens})
		}
		key := make([]byte, keyring.KeySize)
		rand.Read(key)
		return key, writeNew(path, []byte(base64.StdEncoding.EncodeToString(key)+"\n"))
	}
	if err != nil {
		return nil, refuse("key", err).because(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyring.KeySize {
		return nil, refuse("key.shape", values{"path": path, "size": keyring.KeySize})
	}
	return key, nil
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
