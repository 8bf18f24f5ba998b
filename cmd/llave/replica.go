package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/store/sqlitedb"
)

// replicaConfig makes the engine one of several where the store is a Redis. One of them holds all chats and the others stand
// by: what the web chat and the desk remember is in one folder.
func (a *app) replicaConfig() (*engine.ReplicaConfig, error) {
	if a.Store == sqliteStore {
		return nil, nil
	}
	c := &engine.ReplicaConfig{Replica: bot.Replica{ID: newReplicaID(time.Now()), Same: a.sameEverywhere()}, Alone: true}
	var err error
	c.Was, err = a.replaceReplicaID(c.ID)
	return c, err
}

// replaceReplicaID notes the name of this run in the data folder, and returns that of the run before: it is dead, because the
// folder is locked. It is not asked about on another machine, whose folder is a copy.
func (a *app) replaceReplicaID(id string) (was string, err error) {
	path := a.path("replica")
	lock, err := sqlitedb.Lock(path)
	if err != nil {
		return "", storeError(err)
	}
	a.onStop(func(context.Context) error { return lock.Close() })
	host, _ := os.Hostname()
	if text, err := os.ReadFile(path); err == nil {
		if name, machine, _ := strings.Cut(strings.TrimSpace(string(text)), " "); machine == host {
			was = name
		}
	}
	if err := os.WriteFile(path, []byte(id+" "+host+"\n"), 0o600); err != nil {
		return "", refuse("folder", err).because(err)
	}
	return was, nil
}

// newReplicaID is a name of this run of the process. Those that began earlier are lower: who comes later stands by.
func newReplicaID(now time.Time) string {
	return fmt.Sprintf("%020d-%s", now.UnixNano(), rand.Text()[:8])
}

// sameEverywhere is what replicas must have in common. An embedded back end is that of one folder.
func (a *app) sameEverywhere() map[string]string {
	back := a.AutogestionURL
	if back == "" {
		host, _ := os.Hostname()
		folder, _ := filepath.Abs(a.Data)
		back = "embedded, " + host + ":" + folder
	}
	return map[string]string{"LLAVE_AUTOGESTION_URL": back, "LLAVE_TELEGRAM_WEBHOOK": a.TelegramWebhook}
}

// strangerError explains to the operator why this process does not work beside another one.
func strangerError(err error) error {
	var e *engine.StrangerError
	if errors.As(err, &e) {
		return refuse("redis.stranger", e).because(err)
	}
	return err
}

var errStandsBy = errors.New("another process holds the chats: this one stands by")

// standsBy reports whether another replica holds the chats.
func (a *app) standsBy() bool {
	others, shards := a.engine.Replicas()
	return others > 0 && shards == 0
}

// holdingEvery is how often it is looked whether this process holds the chats.
const holdingEvery = 200 * time.Millisecond

// startReplica says what this process does, and ends the program if it loses the chats: whoever starts it again gets one that
// stands by.
func (a *app) startReplica() {
	if a.Store == sqliteStore {
		return
	}
	a.background("replica", func(ctx context.Context) error {
		if a.standsBy() {
			a.log.Info("standing by: another process holds the chats")
		}
		if a.untilHolding(ctx, true) != nil {
			return nil
		}
		a.log.Info("this process holds the chats")
		if a.untilHolding(ctx, false) == nil {
			a.fail(errors.New("another process has taken the chats"))
		}
		return nil
	})
}

// untilHolding waits until this process holds the chats, or holds none.
func (a *app) untilHolding(ctx context.Context, holding bool) error {
	for {
		if _, shards := a.engine.Replicas(); (shards > 0) == holding {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(holdingEvery):
		}
	}
}

// whileHolding lets a channel run only in the process that holds the chats.
func (a *app) whileHolding(run func(context.Context, bot.Accepter) error) func(context.Context, bot.Accepter) error {
	if a.Store == sqliteStore {
		return run
	}
	return func(ctx context.Context, to bot.Accepter) error {
		if a.untilHolding(ctx, true) != nil {
			return nil
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer cancel()
			_ = a.untilHolding(ctx, false)
		}()
		return run(ctx, to)
	}
}

// checkAlone refuses to work on a Redis that a service uses.
func (a *app) checkAlone(ctx context.Context) error {
	leases, ok := a.store.(bot.Replicas)
	if !ok || a.Store == sqliteStore {
		return nil
	}
	id := newReplicaID(time.Now())
	live, err := leases.Heartbeat(ctx, bot.Replica{ID: id, Same: a.sameEverywhere()}, time.Second)
	if err == nil {
		err = leases.Leave(ctx, id, nil)
	}
	if err == nil && len(live) > 1 {
		err = refuse("redis.in_use", nil)
	}
	return err
}
