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

	"llave/adapters/telegram"
	"llave/adapters/terminal"
	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/store"
	"llave/store/sqlitedb"
)

// pinnedChannels have something that only one process can have: WhatsApp's session, the terminal. Their chats are run where that is.
// A store keeps the list that was there when it was new.
var pinnedChannels = []string{"terminal", "whatsapp"}

// replicaConfig makes the engine one of several where the store is a Redis. They divide the chats, but those of a pinned channel, which
// are all in the process that has it.
func (a *app) replicaConfig(ctx context.Context, channels map[string]bot.Channel) (*engine.ReplicaConfig, error) {
	if a.Store == sqliteStore {
		return nil, nil
	}
	_, a.ofTerminal = channels[terminal.Channel]
	once := func(name string, value []byte) ([]byte, error) { return a.store.PutIfAbsent(ctx, name, value) }
	pinned, err := keyring.Pinned(a.ring, once, pinnedChannels...)
	if err != nil {
		return nil, strangerError(err)
	}
	a.pinnedApart = len(pinned) > 0
	c := &engine.ReplicaConfig{
		Replica: bot.Replica{ID: newReplicaID(time.Now()), Same: a.sameEverywhere(), Pins: a.whatsappOn()},
		Alone:   a.alone(), Tell: a.tellReplicas,
	}
	c.Was, err = a.replaceReplicaID(c.ID)
	return c, err
}

func (a *app) whatsappOn() bool { return a.WhatsApp == "1" }

// alone reports whether one process holds all chats, and the others stand by. It is so for llave chat, and with WhatsApp in a store whose
// pinned chats have no shards of their own, because an earlier version made it.
func (a *app) alone() bool { return a.ofTerminal || a.whatsappOn() && !a.pinnedApart }

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
	onOff := map[bool]string{true: "1", false: "0"}
	same := map[string]string{
		"LLAVE_AUTOGESTION_URL": back, "LLAVE_TELEGRAM_WEBHOOK": a.TelegramWebhook,
		"LLAVE_WEBCHAT":    a.WebChat,
		"LLAVE_PUBLIC_URL": a.publicURLGiven, "llave chat": onOff[a.ofTerminal],
	}
	if !a.pinnedApart {
		same["LLAVE_WHATSAPP"] = onOff[a.whatsappOn()]
	}
	return same
}

// strangerError explains to the operator why this process does not work with what is in the store, or beside another one.
func strangerError(err error) error {
	var e *engine.StrangerError
	switch {
	case errors.Is(err, keyring.ErrSealed):
		return misuse("store.other_key", nil).because(err)
	case !errors.As(err, &e):
		return err
	}
	for _, d := range e.Differences {
		switch {
		case d.Theirs == store.Copying:
			return refuse("redis.copying", nil).because(err)
		case d.What == "llave chat":
			return refuse("redis.in_use", nil).because(err)
		}
	}
	return misuse("redis.stranger", e.Differences).because(err)
}

// pollChat stands for the poller of Telegram: whoever runs the turns of its shard polls.
func (a *app) pollChat() bot.ChatID {
	chat, err := bot.NewChatID(telegram.Channel, "poll", "poll")
	if err != nil {
		panic(err) // three parts that are never empty
	}
	return chat
}

// holdsPoll reports whether this process receives for a channel that only one may receive for.
func (a *app) holdsPoll() bool {
	if a.alone() {
		_, shards := a.engine.Replicas()
		return shards > 0
	}
	return a.engine.Holds(a.pollChat())
}

// holdsPinned reports whether this process runs the chats of its pinned channel.
func (a *app) holdsPinned() bool {
	if a.alone() {
		return a.holdsPoll()
	}
	return a.engine.HoldsPinned()
}

// holdingEvery is how often it is looked whether this process holds what it needs.
const holdingEvery = 200 * time.Millisecond

// until waits until a condition is as wanted.
func until(ctx context.Context, holds func() bool, want bool) error {
	for holds() != want {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(holdingEvery):
		}
	}
	return ctx.Err()
}

// hold waits until this process receives for a channel that one process receives for, and returns a context that ends when
// another one does: two that fetch take updates from each other.
func (a *app) hold(ctx context.Context) (context.Context, error) { return whileHeld(ctx, a.holdsPoll) }

func whileHeld(ctx context.Context, holds func() bool) (context.Context, error) {
	if err := until(ctx, holds, true); err != nil {
		return nil, err
	}
	held, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_ = until(held, holds, false)
	}()
	return held, nil
}

// whileHolding lets a pinned channel run while this process holds its chats: first the shards, then the session.
func (a *app) whileHolding(run func(context.Context, bot.Accepter) error) func(context.Context, bot.Accepter) error {
	if a.Store == sqliteStore {
		return run
	}
	return func(ctx context.Context, to bot.Accepter) error {
		for {
			held, err := whileHeld(ctx, a.holdsPinned)
			if err != nil {
				return nil // the program stops
			}
			a.log.Info("whatsapp: its chats are in this process")
			if err := run(held, to); err != nil || held.Err() == nil {
				return err
			}
			a.log.Warn("whatsapp: another process has its chats")
		}
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
