package storetest

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"

	"llave/bot"
)

func hygieneChecks() []Check {
	return []Check{
		{"Hygiene/what a caller does to the slices it passed in changes nothing", hygieneIn},
		{"Hygiene/what a caller does to the slices it got back changes nothing", hygieneOut},
		{"Hygiene/a cancelled call returns an error and writes nothing", hygieneCancelled},
		{"Hygiene/a closed store says so", hygieneClosed},
	}
}

// spoil overwrites slices in place, and what is behind them as far as append would.
func spoil(bodies ...[]byte) {
	for _, b := range bodies {
		for i := range b {
			b[i] = '!'
		}
		_ = append(b, "behind"...)
	}
}

func hygieneIn(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.stage(k)
	turn := w.full(k, seq)
	w.commit(turn)
	a := bot.Arrival{Chat: k, ID: id(2), At: hour(0), Body: bytesOf("arrival")}
	_, err := w.store.Accept(t.Context(), a)
	w.must(err, "accept")
	value := bytesOf("value")
	_, err = w.store.PutIfAbsent(t.Context(), "name", value)
	w.must(err, "once")
	marks := []bot.DeliveryResult{{Chat: k, N: 1 << 8, State: bot.Attempting, Tries: 1}}
	w.mark(marks...)
	shards := []bot.Shard{3}
	w.must(second(w.store.AcquireShards(t.Context(), shards)), "claim")

	before := w.copied(w.look(k))
	spoil(turn.Session, turn.Effect, turn.QuarantinedBody, turn.Replies[0], turn.Replies[1], turn.Events[0], turn.Events[1],
		turn.Timers[0].Body, a.Body, value)
	turn.Replies[0], turn.Events[0], turn.Timers[0].Name = nil, nil, "other"
	marks[0], shards[0] = bot.DeliveryResult{}, 9
	w.equal(w.look(k), before, "after the caller wrote into what it had passed in")
	w.equal(string(before.Chats[k].Session), "full session", "session")
	kept, err := w.store.PutIfAbsent(t.Context(), "name", nil)
	w.must(err, "once")
	w.equal(string(kept), "value", "value kept")
}

func second[T any](_ T, err error) error { return err }

// copied shares nothing with the original.
func (w *world) copied(p snapshot) (c snapshot) {
	w.Helper()
	var b bytes.Buffer
	w.must(gob.NewEncoder(&b).Encode(p), "copy")
	w.must(gob.NewDecoder(&b).Decode(&c), "copy")
	return c
}

func hygieneOut(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.commit(w.full(k, w.stage(k)))
	w.fresh(k, 2)
	kept, err := w.store.PutIfAbsent(t.Context(), "name", bytesOf("value"))
	w.must(err, "once")
	spoil(kept)
	kept, err = w.store.PutIfAbsent(t.Context(), "name", nil)
	w.must(err, "once")
	w.equal(string(kept), "value", "value kept")
	spoil(kept)

	before, spoiled := w.copied(w.look(k)), w.look(k) // a copy: what was got back may be what the store goes on using
	receipt := w.accept(k, 2)
	c := spoiled.Chats[k]
	spoil(c.Session, c.Effect, c.Waiting[0].Body, c.Outbox[0].Body, c.Outbox[1].Body, receipt.Session,
		spoiled.Due[0].Body, spoiled.Dead[0].Body, spoiled.Events[3][0].Body)
	spoil(bytes.Clone(c.Session), w.accept(k, 2).Session)
	c.Waiting[0].Tries, c.Outbox[0].N, spoiled.Events[3][0].Seq = 99, 99, 99
	spoiled.Pending[3][0] = key(9, 9)
	w.equal(w.look(k), before, "after the caller wrote into what it had got back")
	kept, err = w.store.PutIfAbsent(t.Context(), "name", nil)
	w.must(err, "once")
	w.equal(string(kept), "value", "value kept")
}

// calls makes every call of a store that a check can make on a staged chat.
func calls(w *world, k bot.ChatKey, turn bot.Turn) map[string]func(context.Context) error {
	s := w.store
	return map[string]func(context.Context) error{
		"Accept": func(ctx context.Context) error {
			return second(s.Accept(ctx, bot.Arrival{Chat: k, ID: id(50), At: hour(0), Body: bytesOf("late")}))
		},
		"Load":   func(ctx context.Context) error { return second(s.Load(ctx, k)) },
		"Commit": func(ctx context.Context) error { return s.Commit(ctx, turn) },
		"Mark": func(ctx context.Context) error {
			return s.RecordDelivery(ctx, []bot.DeliveryResult{{Chat: k, N: 0, Fence: turn.Fence, State: bot.Delivered}})
		},
		"Owing":  func(ctx context.Context) error { return second(s.PendingChats(ctx, 3, bot.ChatKey{}, 1)) },
		"Due":    func(ctx context.Context) error { return second(s.Due(ctx, AllShards(), hour(1), bot.TimerDue{}, 1)) },
		"Events": func(ctx context.Context) error { return second(s.Events(ctx, 3, 0, 1)) },
		"Trim":   func(ctx context.Context) error { return s.Trim(ctx, 3, 1) },
		"Claim":  func(ctx context.Context) error { return second(s.AcquireShards(ctx, []bot.Shard{3})) },
		"Once":   func(ctx context.Context) error { return second(s.PutIfAbsent(ctx, "late", bytesOf("late"))) },
		"Begin":  func(ctx context.Context) error { return s.BeginTurn(ctx, turn.Fence, k, turn.Update) },
		"Idle":   func(ctx context.Context) error { return second(s.Idle(ctx, hour(1), 0, 1)) },
		"Retry":  func(ctx context.Context) error { return s.Retry(ctx, 1, bot.DeadReply) },
		"Sweep":  func(ctx context.Context) error { return s.Sweep(ctx, AllShards(), hour(0).Add(2*bot.DedupWindow)) },
		"Dead":   func(ctx context.Context) error { return second(s.Dead(ctx, 1)) },
		"Ping":   func(ctx context.Context) error { return s.Ping(ctx) },
	}
}

func hygieneCancelled(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	turn := w.full(k, w.stage(k))
	w.bury(key(200, 1), "dead", 0)
	before := w.look(k)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(w, k, turn) {
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s under a cancelled context = %v, want context.Canceled", name, err)
		}
	}
	w.equal(w.look(k), before, "after the cancelled calls")
	got, err := w.store.PutIfAbsent(t.Context(), "late", bytesOf("in time"))
	w.must(err, "once")
	w.equal(string(got), "in time", "value that a cancelled call must not have kept")
	w.fresh(k, 50)
	if r := w.accept(k, 1); r.Seq != 0 {
		t.Errorf("a cancelled sweep forgot an id")
	}
	w.commit(turn) // and a cancelled claim fenced nobody off
}

func hygieneClosed(t TB, open func() bot.Store) {
	w := enter(t, open())
	closer, ok := w.store.(io.Closer)
	if !ok {
		t.Skip("this store cannot be closed")
	}
	k := key(3, 1)
	turn := w.full(k, w.stage(k))
	w.must(closer.Close(), "close")
	w.must(closer.Close(), "close again")
	for name, call := range calls(w, k, turn) {
		if err := call(t.Context()); !errors.Is(err, bot.ErrClosed) {
			t.Errorf("%s after Close = %v, want ErrClosed", name, err)
		}
	}
}
