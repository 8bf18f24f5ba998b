package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"llave/store"
)

// storePlace is where a store is, and how it is called: without the password of an address.
type storePlace struct {
	store.Place
	name string
}

// copyStore copies the conversations from a file to a Redis, or from a Redis to a file. No service may use either.
func (p program) copyStore(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return usage("store copy")
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	from, err := c.storePlace(args[0])
	if err != nil {
		return err
	}
	to, err := c.storePlace(args[1])
	if err != nil {
		return err
	}
	if to.File != "" {
		if err := os.MkdirAll(filepath.Dir(to.File), 0o700); err != nil {
			return refuse("folder", err).because(err)
		}
	}
	done, err := store.Copy(ctx, from.Place, to.Place, p.tellCopied())
	if err != nil {
		return copyError(ctx, err, from.name, to.name)
	}
	if err := p.audit(ctx, c, "store copy", from.name+" → "+to.name); err != nil {
		return err
	}
	keyFile := filepath.Join(filepath.Dir(from.File), "llave.key")
	if _, err := os.Stat(keyFile); err != nil || c.Key != "" {
		keyFile = ""
	}
	return write(p.stdout, "copy.done", values{"Done": done, "From": from.name, "To": to.name, "ToRedis": to.File == "", "KeyFile": keyFile})
}

// toldEvery is after how many chats the progress is printed.
const toldEvery = 20_000

func (p program) tellCopied() func(store.Copied) {
	next := int64(toldEvery)
	return func(c store.Copied) {
		if c.Chats >= next {
			next = c.Chats + toldEvery
			write(p.stdout, "copy.progress", c)
		}
	}
}

// storePlace reads an argument: a data folder, a file in it, an address, or LLAVE_STORE, so that a password need not be among the
// arguments, which other users of the machine can read.
func (c *config) storePlace(text string) (at storePlace, err error) {
	if text == "LLAVE_STORE" {
		if c.Store == sqliteStore {
			return at, misuse("copy.no_store", nil)
		}
		text = c.Store
	}
	if strings.HasPrefix(text, "redis://") || strings.HasPrefix(text, "rediss://") {
		if _, refused := store.ParseRedisAddress(text); refused != nil {
			return at, redisError(refused)
		}
		at.Redis.Address = text
		at.name = publicAddress(text)
		return at, nil
	}
	folder := text
	if st, err := os.Stat(text); filepath.Ext(text) == ".db" && (err != nil || !st.IsDir()) {
		at.File, folder = text, filepath.Dir(text)
	} else {
		at.File = filepath.Join(text, "llave.db")
	}
	at.name = at.File
	return at, (&config{Data: folder}).checkRestored()
}

// publicAddress is what may be shown of an address that can be read.
func publicAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "Redis"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// copyErrorTexts are the texts for a copy that is not made, and whether they are of the source.
var copyErrorTexts = map[store.CopyRefusal]struct {
	key    string
	source bool
}{
	store.CopyNoSource: {"copy.source", true}, store.CopySource: {"copy.source_used", true}, store.CopyTarget: {"copy.target_used", false},
	store.CopyHolds: {"copy.holds", false}, store.CopySame: {"copy.same", false}, store.CopyFenced: {"copy.fenced", true},
}

// copyError explains to the operator why a store is not copied.
func copyError(ctx context.Context, err error, from, to string) error {
	var refused *store.CopyError
	switch {
	case ctx.Err() != nil:
		return refuse("copy.interrupted", nil)
	case errors.As(err, &refused):
		text, name := copyErrorTexts[refused.Refusal], to
		if text.source {
			name = from
		}
		e := refuse(text.key, name).because(err)
		if refused.Refusal == store.CopySame {
			e.code = exitUsage
		}
		return e
	case len(store.RedisRefusals(err)) > 0:
		return redisError(err)
	case errors.Is(err, store.ErrFull):
		return refuse("copy.full", to).because(err)
	}
	if explained := storeError(err); explained != err {
		return explained
	}
	return refuse("copy.failed", err).because(err)
}
