package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/store/storetest"
)

// ctxt shortens the signatures of the faults.
type ctxt = context.Context

// faultyStore is the store in memory with one method replaced by one that breaks a promise.
type faultyStore struct {
	*Memory
	accept  func(ctxt, bot.Arrival) (bot.Receipt, error)
	load    func(ctxt, bot.ChatKey) (bot.Chat, error)
	page    func(ctxt, bot.ChatKey, uint64, int) ([]bot.OutboxMessage, error)
	commit  func(ctxt, bot.Turn) error
	record  func(ctxt, []bot.DeliveryResult) error
	pending func(ctxt, bot.Shard, bot.ChatKey, int) ([]bot.ChatKey, error)
	due     func(ctxt, []bot.Shard, time.Time, bot.TimerDue, int) ([]bot.TimerDue, error)
	events  func(ctxt, bot.Shard, uint64, int) ([]bot.Event, error)
	trim    func(ctxt, bot.Shard, uint64) error
	claim   func(ctxt, []bot.Shard) (bot.Fence, error)
	once    func(ctxt, string, []byte) ([]byte, error)
	sweep   func(ctxt, []bot.Shard, time.Time) error
	dead    func(ctxt, int) ([]bot.DeadLetter, error)
	ping    func(ctxt) error
	begin   func(ctxt, bot.Fence, bot.ChatKey, uint64) error
	idle    func(ctxt, time.Time, int, int) ([]bot.ChatKey, error)
	retry   func(ctxt, uint64, bot.DeadKind) error
	numbers func(ctxt, string, int) (uint64, error)
	shut    func() error
}

// newFaultyStore is a store without a fault yet.
func newFaultyStore() *faultyStore {
	m := NewMemory()
	return &faultyStore{m, m.Accept, m.Load, m.Messages, m.Commit, m.RecordDelivery, m.PendingChats, m.Due, m.Events, m.Trim, m.AcquireShards,
		m.PutIfAbsent, m.Sweep, m.Dead, m.Ping, m.BeginTurn, m.Idle, m.Retry, m.TakeNumbers, m.Close}
}

func (b *faultyStore) Accept(c ctxt, a bot.Arrival) (bot.Receipt, error) { return b.accept(c, a) }
func (b *faultyStore) Load(c ctxt, k bot.ChatKey) (bot.Chat, error)      { return b.load(c, k) }
func (b *faultyStore) Messages(c ctxt, k bot.ChatKey, from uint64, limit int) ([]bot.OutboxMessage, error) {
	return b.page(c, k, from, limit)
}
func (b *faultyStore) Commit(c ctxt, t bot.Turn) error                     { return b.commit(c, t) }
func (b *faultyStore) RecordDelivery(c ctxt, r []bot.DeliveryResult) error { return b.record(c, r) }
func (b *faultyStore) PutIfAbsent(c ctxt, name string, v []byte) ([]byte, error) {
	return b.once(c, name, v)
}
func (b *faultyStore) Trim(c ctxt, s bot.Shard, upto uint64) error            { return b.trim(c, s, upto) }
func (b *faultyStore) AcquireShards(c ctxt, s []bot.Shard) (bot.Fence, error) { return b.claim(c, s) }
func (b *faultyStore) Sweep(c ctxt, s []bot.Shard, now time.Time) error       { return b.sweep(c, s, now) }
func (b *faultyStore) Dead(c ctxt, limit int) ([]bot.DeadLetter, error)       { return b.dead(c, limit) }
func (b *faultyStore) Ping(c ctxt) error                                      { return b.ping(c) }
func (b *faultyStore) Retry(c ctxt, id uint64, as bot.DeadKind) error         { return b.retry(c, id, as) }
func (b *faultyStore) Idle(c ctxt, now time.Time, skip, n int) ([]bot.ChatKey, error) {
	return b.idle(c, now, skip, n)
}
func (b *faultyStore) TakeNumbers(c ctxt, name string, n int) (uint64, error) {
	return b.numbers(c, name, n)
}
func (b *faultyStore) Close() error { return b.shut() }

func (b *faultyStore) PendingChats(c ctxt, s bot.Shard, after bot.ChatKey, n int) ([]bot.ChatKey, error) {
	return b.pending(c, s, after, n)
}

func (b *faultyStore) Due(c ctxt, s []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
	return b.due(c, s, now, after, n)
}

func (b *faultyStore) BeginTurn(c ctxt, f bot.Fence, k bot.ChatKey, seq uint64) error {
	return b.begin(c, f, k, seq)
}

func (b *faultyStore) Events(c ctxt, s bot.Shard, after uint64, n int) ([]bot.Event, error) {
	return b.events(c, s, after, n)
}

// in runs a change under the lock of a chat's shard.
func (b *faultyStore) in(k bot.ChatKey, change func(*memShard, *memChat)) {
	s := b.lock(k)
	defer s.mu.Unlock()
	c := s.chat(k)
	change(s, c)
	s.note(k, c)
}

// inShards runs a change in every shard.
func (b *faultyStore) inShards(change func(*memShard)) {
	for i := range b.shards {
		s := &b.shards[i]
		s.mu.Lock()
		change(s)
		s.mu.Unlock()
	}
}

// fault breaks one promise.
type fault = func(*faultyStore)

// afterAccept changes what is kept or answered of an arrival.
func afterAccept(wrong func(*memShard, *memChat, bot.Arrival, *bot.Receipt)) fault {
	return func(b *faultyStore) {
		b.accept = func(ctx ctxt, a bot.Arrival) (bot.Receipt, error) {
			r, err := b.Memory.Accept(ctx, a)
			if err == nil {
				b.in(a.Chat, func(s *memShard, c *memChat) { wrong(s, c, a, &r) })
			}
			return r, err
		}
	}
}

// afterMessages changes the page that Messages returns; kept is all that the chat has.
func afterMessages(wrong func(kept, page []bot.OutboxMessage, from uint64, limit int) []bot.OutboxMessage) fault {
	return func(b *faultyStore) {
		b.page = func(ctx ctxt, k bot.ChatKey, from uint64, limit int) ([]bot.OutboxMessage, error) {
			page, err := b.Memory.Messages(ctx, k, from, limit)
			s := b.lock(k)
			defer s.mu.Unlock()
			if kept := s.chats[k]; kept != nil {
				page = wrong(kept.outbox, page, from, limit)
			}
			return page, err
		}
	}
}

// afterLoad changes what Load returns.
func afterLoad(wrong func(kept *memChat, loaded *bot.Chat)) fault {
	return func(b *faultyStore) {
		b.load = func(ctx ctxt, k bot.ChatKey) (bot.Chat, error) {
			loaded, err := b.Memory.Load(ctx, k)
			s := b.lock(k)
			defer s.mu.Unlock()
			if kept := s.chats[k]; kept != nil {
				wrong(kept, &loaded)
			}
			return loaded, err
		}
	}
}

// beforeCommit changes the turn of a known chat before it is committed.
func beforeCommit(wrong func(*memChat, *bot.Turn)) fault {
	return func(b *faultyStore) {
		b.commit = func(ctx ctxt, t bot.Turn) error {
			s := b.lock(t.Chat)
			if c := s.chats[t.Chat]; c != nil {
				wrong(c, &t)
			}
			s.mu.Unlock()
			return b.Memory.Commit(ctx, t)
		}
	}
}

// onCommit changes a chat after a turn that ended with an error, nil for one that was written.
func onCommit(want error, wrong func(*faultyStore, *memShard, *memChat, bot.Turn)) fault {
	return func(b *faultyStore) {
		b.commit = func(ctx ctxt, t bot.Turn) error {
			err := b.Memory.Commit(ctx, t)
			if errors.Is(err, want) {
				b.in(t.Chat, func(s *memShard, c *memChat) { wrong(b, s, c, t) })
			}
			return err
		}
	}
}

// eachResult changes delivery results before they are recorded.
func eachResult(wrong func(*bot.DeliveryResult)) fault {
	return func(b *faultyStore) {
		b.record = func(ctx ctxt, results []bot.DeliveryResult) error {
			results = slices.Clone(results)
			for i := range results {
				wrong(&results[i])
			}
			return b.Memory.RecordDelivery(ctx, results)
		}
	}
}

// beforeSweep changes every shard before each sweep.
func beforeSweep(wrong func(s *memShard, now time.Time)) fault {
	return func(b *faultyStore) {
		b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
			b.inShards(func(s *memShard) { wrong(s, now) })
			return b.Memory.Sweep(ctx, shards, now)
		}
	}
}

// wrongDue replaces Due.
func wrongDue(list func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error)) fault {
	return func(b *faultyStore) {
		b.due = func(ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			return list(b.Memory, ctx, shards, now, after, n)
		}
	}
}

// wrongEvents replaces Events.
func wrongEvents(list func(m *Memory, ctx ctxt, n bot.Shard, after uint64, limit int) ([]bot.Event, error)) fault {
	return func(b *faultyStore) {
		b.events = func(ctx ctxt, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
			return list(b.Memory, ctx, n, after, limit)
		}
	}
}

// wrongOwing replaces PendingChats.
func wrongPending(list func(m *Memory, ctx ctxt, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error)) fault {
	return func(b *faultyStore) {
		b.pending = func(ctx ctxt, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
			return list(b.Memory, ctx, n, after, limit)
		}
	}
}

// wrongDead changes what Dead returns of all dead letters.
func wrongDead(wrong func(m *Memory, all []bot.DeadLetter, limit int) []bot.DeadLetter) fault {
	return func(b *faultyStore) {
		b.dead = func(ctx ctxt, limit int) ([]bot.DeadLetter, error) {
			all, err := b.Memory.Dead(ctx, 1<<30)
			return wrong(b.Memory, all, min(limit, len(all))), err
		}
	}
}

// afterRetry changes the chat whose dead letter was put back.
func afterRetry(wrong func(*memChat)) fault {
	return func(b *faultyStore) {
		b.retry = func(ctx ctxt, id uint64, as bot.DeadKind) error {
			dead, _ := b.Memory.Dead(ctx, 1<<30)
			at := slices.IndexFunc(dead, func(d bot.DeadLetter) bool { return d.ID == id })
			err := b.Memory.Retry(ctx, id, as)
			if at >= 0 && err == nil {
				b.in(dead[at].Chat, func(_ *memShard, c *memChat) { wrong(c) })
			}
			return err
		}
	}
}

// keepingDead runs a call and takes back what it did to the dead letters.
func (b *faultyStore) keepingDead(call func() error) error {
	before := slices.Clone(b.rest.dead)
	err := call()
	b.rest.dead = before
	return err
}

// watched is a test that goes red without taking the test around it along.
type watched struct {
	testing.TB // nil: a check that uses more of a test than is written here panics, and that is red as well
	ctx        context.Context
	mu         sync.Mutex
	reasons    []string
}

func (w *watched) Helper()                  {}
func (w *watched) Name() string             { return "watched" }
func (w *watched) Context() context.Context { return w.ctx }
func (w *watched) Logf(string, ...any)      {}
func (w *watched) Log(...any)               {}

func (w *watched) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reasons = append(w.reasons, fmt.Sprintf(format, args...))
}

func (w *watched) Error(args ...any) { w.Errorf("%s", fmt.Sprint(args...)) }
func (w *watched) Fail()             { w.Errorf("failed") }

func (w *watched) Fatalf(format string, args ...any) {
	w.Errorf(format, args...)
	runtime.Goexit()
}

func (w *watched) Fatal(args ...any) { w.Fatalf("%s", fmt.Sprint(args...)) }
func (w *watched) FailNow()          { w.Fatalf("failed") }

func (w *watched) Failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.reasons) > 0
}

// watch runs a check and says whether it went red.
func watch(ctx context.Context, run func(storetest.TB)) (red bool) {
	w := &watched{ctx: ctx}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if p := recover(); p != nil {
				w.Errorf("panic: %v", p)
			}
		}()
		run(w)
	}()
	<-ended
	return w.Failed()
}
