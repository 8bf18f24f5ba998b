package engine_test

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/outbox"
)

// recorder is a store that remembers, opened, what was written into it. It sees what a process that dies meanwhile does not.
type recorder struct {
	bot.Store
	t      *testing.T
	sealer *keyring.Sealer

	mu       sync.Mutex
	updates  map[arrived]bot.Accepted
	accepted []bot.Accepted
	turns    []recorded
	results  []bot.Entry // events of delivery results
	logged   int         // events in all
}

// recorded is a turn that was committed.
type recorded struct {
	update  bot.Accepted
	before  *bot.Case
	gone    bool // before it
	after   *bot.Case
	replies []bot.Reply
	entries []bot.Entry
	timer   *bot.TimerSet // of the case
	asked   string        // by whom the effect was requested that is pending now
	key     string        // its key
	set     bot.Turn
}

func record(t *testing.T, s bot.Store) *recorder {
	t.Helper()
	ring, err := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := keyring.Open(ring, func(name string, value []byte) ([]byte, error) { return s.PutIfAbsent(t.Context(), name, value) })
	if err != nil {
		t.Fatal(err)
	}
	return &recorder{Store: s, t: t, sealer: sealer, updates: map[arrived]bot.Accepted{}}
}

func (r *recorder) open(kind byte, key bot.ChatKey, body []byte, into any) {
	if len(body) == 0 {
		return
	}
	if err := r.sealer.OpenJSON(kind, key, body, into); err != nil {
		r.t.Errorf("%c cannot be opened: %v", kind, err)
	}
}

func (r *recorder) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	r.mu.Lock() // before its turn is committed it is known here
	defer r.mu.Unlock()
	got, err := r.Store.Accept(ctx, a)
	if err == nil && got.Seq != 0 {
		var u bot.Accepted
		r.open(keyring.ForUpdate, a.Chat, a.Body, &u)
		r.updates[arrived{a.Chat, got.Seq}] = u
		r.accepted = append(r.accepted, u)
	}
	return got, err
}

func (r *recorder) Commit(ctx context.Context, t bot.Turn) error {
	before, err := r.Store.Load(ctx, t.Chat)
	if err != nil {
		return err
	}
	if err := r.Store.Commit(ctx, t); err != nil {
		return err
	}
	var was, is bot.Session
	r.open(keyring.ForSession, t.Chat, before.Session, &was)
	r.open(keyring.ForSession, t.Chat, t.Session, &is)
	w := recorded{before: was.Case, gone: was.Gone, after: is.Case, set: t}
	for _, body := range t.Replies {
		var c outbox.Content
		r.open(keyring.ForMessage, t.Chat, body, &c)
		w.replies = append(w.replies, c.Reply)
	}
	for _, body := range t.Events {
		var l bot.Logged
		r.open(keyring.ForEvent, t.Chat, body, &l)
		if l.Entry != nil {
			w.entries = append(w.entries, *l.Entry)
		}
	}
	for i, set := range t.Timers {
		if set.Name == bot.CaseTimer {
			w.timer = &t.Timers[i]
		}
	}
	if t.Effect != nil {
		var p struct{ Effect bot.Effect }
		r.open(keyring.ForEffect, t.Chat, t.Effect, &p)
		w.asked, w.key = p.Effect.Asked, p.Effect.Key
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w.update = r.updates[arrived{t.Chat, t.Update}]
	r.turns = append(r.turns, w)
	r.logged += len(t.Events)
	return nil
}

func (r *recorder) RecordDelivery(ctx context.Context, results []bot.DeliveryResult) error {
	err := r.Store.RecordDelivery(ctx, results)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range results {
		if k.Event == nil {
			continue
		}
		var l bot.Logged
		r.open(keyring.ForEvent, k.Chat, k.Event, &l)
		r.results = append(r.results, *l.Entry)
	}
	return nil
}

// arrived names an update: a store numbers them within a shard.
type arrived struct {
	chat bot.ChatKey
	seq  uint64
}
