package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"

	"llave/bot/keyring"
	"llave/store"
)

// webKeyName is under which name the store keeps the key of the web chat.
const webKeyName = "webchat key"

// webKey is the key of the web chat. Beside a file it lies in the data folder. Processes on one Redis have the same, which the store
// keeps, sealed: that of the first folder that had one, or a new one. A folder without one gets it, so that cookies stay valid if the
// conversations come back to a file.
func (a *app) webKey(ctx context.Context) ([]byte, error) {
	return a.sharedKey(ctx, webKeyName, "webchat.key", "webchat.db")
}

// sharedKey is a key of the folder, for what a file in it holds. On Redis it is the store's, and the folder gets it if it has none.
func (a *app) sharedKey(ctx context.Context, name, file, opens string) ([]byte, error) {
	path := a.path(file)
	if _, shared := a.store.(*store.Redis); !shared {
		return loadOrMakeKey(a.outerRing(), path, a.path(opens))
	}
	key := make([]byte, keyring.KeySize)
	rand.Read(key)
	_, none := os.Stat(path)
	if none == nil {
		var err error
		if key, err = loadOrMakeKey(a.outerRing(), path, a.path(opens)); err != nil {
			return nil, err
		}
	}
	key, err := keyring.Secret(a.ring, name, key, func(name string, value []byte) ([]byte, error) { return a.store.PutIfAbsent(ctx, name, value) })
	if err == nil && errors.Is(none, fs.ErrNotExist) {
		err = writeNew(path, keyText(a.outerRing(), path, key))
	}
	return key, err
}
