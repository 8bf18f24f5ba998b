package engine_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/store"
)

// process is one replica: an engine whose ways to the store and the channel can be held up, as when it is stopped, or cut, as
// when it is killed.
type process struct {
	*engine.Engine
	id string

	mu     sync.Mutex
	paused chan struct{} // closed when it goes on; nil: it runs
	dead   bool

	attempts []time.Time // at effects
	timersOf []bot.Shard // that it asked for timers last
	sweptOf  []bot.Shard // that it swept last
	loses    int         // the next so many commits are lost after they were taken, as by a failover
	cuts     int         // the next so many arrivals are not kept
}

var (
	errDead = errors.New("the process is dead")
	errCut  = errors.New("the store does not answer")
)

// pass holds up a call of a process that is stopped, and cuts that of one that is dead.
func (p *process) pass(ctx context.Context) error {
	p.mu.Lock()
	paused := p.paused
	p.mu.Unlock()
	if paused != nil {
		select {
		case <-paused:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if p.killed() {
		return errDead
	}
	return ctx.Err()
}

func (p *process) killed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
}

// happens counts down one of the things that happen to a process.
func (p *process) happens(n *int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	*n--
	return *n >= 0
}

// stopFor stops the process for a while.
func (p *process) stopFor(d time.Duration) {
	on := make(chan struct{})
	p.mu.Lock()
	p.paused = on
	p.mu.Unlock()
	time.Sleep(d)
	p.mu.Lock()
	p.paused = nil
	p.mu.Unlock()
	close(on)
}

// through is the store as one process sees it.
type through struct {
	*store.Memory
	p *process
	c *group
}

func passed[T any](ctx context.Context, p *process, call func() (T, error)) (T, error) {
	var none T
	if err := p.pass(ctx); err != nil {
		return none, err
	}
	out, err := call()
	if p.killed() {
		return none, errDead
	}
	return out, err
}

func (s *through) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	return passed(ctx, s.p, func() (bot.Receipt, error) {
		if s.p.happens(&s.p.cuts) {
			return bot.Receipt{}, errCut
		}
		return s.Memory.Accept(ctx, a)
	})
}

func (s *through) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	return passed(ctx, s.p, func() (bot.Chat, error) { return s.Memory.Load(ctx, k) })
}

func (s *through) Messages(ctx context.Context, k bot.ChatKey, from uint64, n int) ([]bot.OutboxMessage, error) {
	return passed(ctx, s.p, func() ([]bot.OutboxMessage, error) { return s.Memory.Messages(ctx, k, from, n) })
}

func (s *through) PendingChats(ctx context.Context, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
	return passed(ctx, s.p, func() ([]bot.ChatKey, error) { return s.Memory.PendingChats(ctx, n, after, limit) })
}

func (s *through) Commit(ctx context.Context, t bot.Turn) error {
	_, err := passed(ctx, s.p, func() (bool, error) {
		if s.p.happens(&s.p.loses) {
			return true, nil
		}
		return true, s.c.under(func() error { return s.Memory.Commit(ctx, t) }, bot.HeldShard{Shard: t.Chat.Shard(), Fence: t.Fence})
	})
	return err
}

func (s *through) BeginTurn(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
	_, err := passed(ctx, s.p, func() (bool, error) { return true, s.Memory.BeginTurn(ctx, f, k, seq) })
	return err
}

func (s *through) RecordDelivery(ctx context.Context, r []bot.DeliveryResult) error {
	var held []bot.HeldShard
	for _, one := range r {
		held = append(held, bot.HeldShard{Shard: one.Chat.Shard(), Fence: one.Fence})
	}
	_, err := passed(ctx, s.p, func() (bool, error) {
		return true, s.c.under(func() error { return s.Memory.RecordDelivery(ctx, r) }, held...)
	})
	return err
}

func (s *through) Heartbeat(ctx context.Context, r bot.Replica, lease time.Duration) ([]bot.Replica, error) {
	return passed(ctx, s.p, func() ([]bot.Replica, error) { return s.Memory.Heartbeat(ctx, r, lease) })
}

func (s *through) ClaimShards(ctx context.Context, id string, lease time.Duration, shards []bot.Shard) ([]bot.HeldShard, error) {
	return passed(ctx, s.p, func() (held []bot.HeldShard, err error) {
		return held, s.c.under(func() error {
			held, err = s.Memory.ClaimShards(ctx, id, lease, shards)
			for _, h := range held {
				s.c.latest[h.Shard] = h.Fence
			}
			return err
		})
	})
}

func (s *through) RenewShards(ctx context.Context, lease time.Duration, mine []bot.HeldShard) ([]int64, error) {
	return passed(ctx, s.p, func() ([]int64, error) { return s.Memory.RenewShards(ctx, lease, mine) })
}

func (s *through) ReleaseShards(ctx context.Context, mine []bot.HeldShard) error {
	_, err := passed(ctx, s.p, func() (bool, error) { return true, s.Memory.ReleaseShards(ctx, mine) })
	return err
}

func (s *through) Leave(ctx context.Context, id string, dead []bot.Shard) error {
	_, err := passed(ctx, s.p, func() (bool, error) { return true, s.Memory.Leave(ctx, id, dead) })
	return err
}

func (s *through) Due(ctx context.Context, shards []bot.Shard, now time.Time, after bot.TimerDue, limit int) ([]bot.TimerDue, error) {
	s.p.mu.Lock()
	s.p.timersOf = shards
	s.p.mu.Unlock()
	return s.Memory.Due(ctx, shards, now, after, limit)
}

func (s *through) Sweep(ctx context.Context, shards []bot.Shard, now time.Time) error {
	s.p.mu.Lock()
	s.p.sweptOf = shards
	s.p.mu.Unlock()
	return s.Memory.Sweep(ctx, shards, now)
}

// mouth is the channel as one process sees it.
type mouth struct {
	bot.Channel
	p *process
}

func (m mouth) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	if m.p.killed() {
		return errDead
	}
	return m.Channel.Send(ctx, to, r)
}

// hand is the outside as one process reaches it.
type hand struct {
	*outside
	p *process
}

func (h hand) Run(ctx context.Context, chat bot.ChatID, e bot.Effect) (bot.Value, error) {
	h.p.mu.Lock()
	h.p.attempts = append(h.p.attempts, time.Now())
	h.p.mu.Unlock()
	return h.outside.Run(ctx, chat, e)
}
