package main

import (
	"context"
	"io"
	"strings"
	"time"

	"llave/bot"
	"llave/store"
)

// sqliteStore is the value of LLAVE_STORE for a file in the data folder; every other one is the address of a Redis.
const sqliteStore = "sqlite"

// conversations is a store of the conversations that is closed at the end.
type conversations interface {
	bot.Store
	io.Closer
}

// openStore opens the store of the conversations.
func (a *app) openStore(ctx context.Context) (err error) {
	if a.Store == sqliteStore {
		a.store, err = store.OpenSQLite(a.path("llave.db"))
		err = storeError(err)
	} else {
		a.store, err = a.openRedis(ctx)
	}
	if err != nil {
		a.store = nil
		return err
	}
	a.onStop(func(context.Context) error { return a.store.Close() })
	return nil
}

// openRedis opens the store on a server. One that does not answer is waited for: it may be starting, too.
func (a *app) openRedis(ctx context.Context) (*store.Redis, error) {
	for told := false; ; told = true {
		s, err := store.OpenRedis(ctx, store.RedisConfig{Address: a.Store, Durable: !a.demo})
		switch {
		case err == nil:
			if !s.Facts().AOF {
				a.log.Warn("redis keeps nothing on disk: appendonly is off, and a restart of the server loses all")
			}
			return s, nil
		case len(store.RedisRefusals(err)) > 0:
			return nil, redisError(err)
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !told:
			a.log.Warn("waiting for redis", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// redisErrorTexts are the texts for a server that is refused.
var redisErrorTexts = map[store.RedisRefusal]string{
	store.RedisAddress: "LLAVE_STORE.address", store.RedisOption: "LLAVE_STORE.option", store.RedisDatabase: "redis.database",
	store.RedisAuth: "redis.auth", store.RedisPermission: "redis.permission", store.RedisTLS: "redis.tls", store.RedisVersion: "redis.version",
	store.RedisPolicy: "redis.policy", store.RedisReadOnly: "redis.readonly", store.RedisForeign: "redis.foreign", store.RedisNewer: "redis.newer",
	store.RedisUnfinished: "redis.unfinished", store.RedisVolatile: "redis.volatile",
}

// redisError explains to the operator why a server is not used, and what to do: all reasons at once. The configuration is to blame,
// of the server or of its address, unless a copy into it did not end.
func redisError(err error) *operatorError {
	var texts []string
	code := exitError
	for _, e := range store.RedisRefusals(err) {
		texts = append(texts, refuse(redisErrorTexts[e.Refusal], e.Detail).Error())
		if e.Refusal != store.RedisUnfinished {
			code = exitUsage
		}
	}
	text := texts[0]
	if len(texts) > 1 {
		text = render("config", strings.Join(texts, "\n  "))
	}
	return &operatorError{text: text, cause: err, code: code}
}

func (c *config) checkStore(report errorReport) {
	if c.Store == sqliteStore {
		return
	}
	_, err := store.ParseRedisAddress(c.Store)
	switch {
	case err == nil:
	case !strings.HasPrefix(c.Store, "redis://") && !strings.HasPrefix(c.Store, "rediss://"):
		report("LLAVE_STORE.unknown", nil)
	case err.Refusal == store.RedisOption:
		report("LLAVE_STORE.option", err.Detail)
	case err.Refusal == store.RedisDatabase:
		report("LLAVE_STORE.database", nil)
	default:
		report("LLAVE_STORE.address", nil)
	}
}
