package store

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/store/storetest"
)

// bent is the store in memory with some calls replaced by ones that break a promise.
type bent struct {
	*Memory
	accept func(context.Context, bot.Arrival) (bot.Receipt, error)
	load   func(context.Context, bot.ChatKey) (bot.Chat, error)
	commit func(context.Context, bot.Turn) error
	mark   func(context.Context, []bot.DeliveryResult) error
	owing  func(context.Context, bot.Shard, bot.ChatKey, int) ([]bot.ChatKey, error)
	due    func(context.Context, time.Time, bot.TimerDue, int) ([]bot.TimerDue, error)
	events func(context.Context, bot.Shard, uint64, int) ([]bot.Event, error)
	trim   func(context.Context, bot.Shard, uint64) error
	claim  func(context.Context, []bot.Shard) (bot.Fence, error)
	once   func(context.Context, string, []byte) ([]byte, error)
	sweep  func(context.Context, time.Time) error
	dead   func(context.Context, int) ([]bot.DeadLetter, error)
	ping   func(context.Context) error
	begin  func(context.Context, bot.Fence, bot.ChatKey, uint64) error
	idle   func(context.Context, time.Time, int, int) ([]bot.ChatKey, error)
	retry  func(context.Context, uint64, bot.DeadKind) error
	shut   func() error
}

// straight is a bent store with nothing bent yet.
func straight() *bent {
	m := NewMemory()
	return &bent{m, m.Accept, m.Load, m.Commit, m.RecordDelivery, m.PendingChats, m.Due, m.Events, m.Trim, m.AcquireShards, m.PutIfAbsent, m.Sweep,
		m.Dead, m.Ping, m.BeginTurn, m.Idle, m.Retry, m.Close}
}

func (b *bent) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	return b.accept(ctx, a)
}
func (b *bent) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) { return b.load(ctx, k) }
func (b *bent) Commit(ctx context.Context, t bot.Turn) error              { return b.commit(ctx, t) }
func (b *bent) RecordDelivery(ctx context.Context, marks []bot.DeliveryResult) error {
	return b.mark(ctx, marks)
}
func (b *bent) PendingChats(ctx context.Context, s bot.Shard, after bot.ChatKey, n int) ([]bot.ChatKey, error) {
	return b.owing(ctx, s, after, n)
}
func (b *bent) Due(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
	return b.due(ctx, now, after, n)
}
func (b *bent) BeginTurn(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
	return b.begin(ctx, f, k, seq)
}
func (b *bent) Idle(ctx context.Context, now time.Time, skip, n int) ([]bot.ChatKey, error) {
	return b.idle(ctx, now, skip, n)
}
func (b *bent) Retry(ctx context.Context, id uint64, as bot.DeadKind) error {
	return b.retry(ctx, id, as)
}
func (b *bent) Events(ctx context.Context, s bot.Shard, after uint64, n int) ([]bot.Event, error) {
	return b.events(ctx, s, after, n)
}
func (b *bent) Trim(ctx context.Context, s bot.Shard, upto uint64) error { return b.trim(ctx, s, upto) }
func (b *bent) AcquireShards(ctx context.Context, s []bot.Shard) (bot.Fence, error) {
	return b.claim(ctx, s)
}
func (b *bent) PutIfAbsent(ctx context.Context, name string, v []byte) ([]byte, error) {
	return b.once(ctx, name, v)
}
func (b *bent) Sweep(ctx context.Context, now time.Time) error { return b.sweep(ctx, now) }
func (b *bent) Dead(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
	return b.dead(ctx, limit)
}
func (b *bent) Ping(ctx context.Context) error { return b.ping(ctx) }
func (b *bent) Close() error                   { return b.shut() }

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
