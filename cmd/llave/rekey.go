package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"llave/bot/keyring"
)

// dataKeys are the files of the data folder that hold the key of a data base each.
var dataKeys = []string{"autogestion.key", "mesa.key", "webchat.key", "whatsapp.key"}

// rekey seals the keys in the data folder with the first key of LLAVE_KEY. What they open stays as it is, so that a service at work
// notices nothing, and tokens keep their digits.
func (p program) rekey(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	var done []string
	if ring := c.outerRing(); ring != nil {
		for _, name := range dataKeys {
			err := sealKeyFile(ring, c.path(name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			done = append(done, name)
		}
	}
	if len(done) > 0 {
		if err := p.audit(ctx, c, "rekey", strings.Join(done, " ")); err != nil {
			return err
		}
	}
	return write(p.stdout, "rekey", values{"Files": done, "Ring": c.outerRing() != nil})
}

// sealKeyFile seals the key in a file, whether it was in the clear or sealed with another key of the ring. The file is replaced as a
// whole: a crash leaves the old one or the new one.
func sealKeyFile(ring *keyring.Ring, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	key, err := readKeyText(ring, path, text)
	if errors.Is(err, keyring.ErrSealed) {
		return refuse("key.sealed", path)
	}
	if err != nil || len(key) != keyring.KeySize {
		return refuse("key.shape", values{"path": path, "size": keyring.KeySize})
	}
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(next, keyText(ring, path, key)); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
