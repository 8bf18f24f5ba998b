package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
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
	forgets  int         // commits that the store has lost from now on, and reads that show it
}

var errDead = errors.New("the process is dead")

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

// forgot reports whether the store has lost something.
func (p *process) forgot() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgets--
	return p.forgets >= 0
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
	return passed(ctx, s.p, func() (bot.Receipt, error) { return s.Memory.Accept(ctx, a) })
}

func (s *through) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	return passed(ctx, s.p, func() (bot.Chat, error) {
		c, err := s.Memory.Load(ctx, k)
		if s.p.forgot() {
			c.Version, c.Session = 0, nil
		}
		return c, err
	})
}

func (s *through) Messages(ctx context.Context, k bot.ChatKey, from uint64, n int) ([]bot.OutboxMessage, error) {
	return passed(ctx, s.p, func() ([]bot.OutboxMessage, error) { return s.Memory.Messages(ctx, k, from, n) })
}

func (s *through) PendingChats(ctx context.Context, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
	return passed(ctx, s.p, func() ([]bot.ChatKey, error) { return s.Memory.PendingChats(ctx, n, after, limit) })
}

func (s *through) Commit(ctx context.Context, t bot.Turn) error {
	_, err := passed(ctx, s.p, func() (bool, error) {
		if s.p.forgot() {
			return false, bot.ErrConflict
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

// group is some replicas on one store in memory.
type group struct {
	*testing.T
	store   *store.Memory
	outside *outside
	screen  *screen
	alive   []*process
	born    int
	gone    []*process
	alone   bool
	was     string // the replica that the next one to join takes the place of

	fences sync.Mutex
	latest map[bot.Shard]bot.Fence // that was given of each shard
}

// under runs a write, and wants that nothing is written under a fence that is not the latest.
func (c *group) under(write func() error, held ...bot.HeldShard) error {
	c.fences.Lock()
	defer c.fences.Unlock()
	err := write()
	for _, h := range held {
		if err == nil && c.latest[h.Shard] != h.Fence {
			c.Errorf("written in shard %d under fence %d, the latest is %d", h.Shard, h.Fence, c.latest[h.Shard])
		}
	}
	return err
}

const groupLease = 2 * time.Second

func newGroup(t *testing.T, n int) *group {
	c := &group{T: t, latest: map[bot.Shard]bot.Fence{}, store: store.NewMemory(), outside: &outside{did: map[string]int{}, asked: map[string]int{}}, screen: &screen{said: map[bot.ChatID][]string{}}}
	for range n {
		c.join()
	}
	return c
}

// join starts one more replica.
func (c *group) join() *process {
	c.born++
	p := &process{id: fmt.Sprint("replica ", c.born)}
	h := &harness{t: c.T, store: &through{c.store, p, c}, outside: c.outside, screen: c.screen}
	h.start(func(conf *engine.Config) {
		conf.Channels, conf.Effects = map[string]bot.Channel{"fake": mouth{c.screen, p}}, hand{c.outside, p}
		conf.Replica = &engine.ReplicaConfig{Replica: bot.Replica{ID: p.id}, Lease: groupLease, Alone: c.alone, Was: c.was}
	})
	p.Engine = h.Engine
	c.alive = append(c.alive, p)
	return p
}

func (c *group) leave(at int) *process {
	p := c.alive[at]
	c.alive = slices.Delete(c.alive, at, at+1)
	c.gone = append(c.gone, p)
	return p
}

// accept gives an update to some replica until one has kept it.
func (c *group) accept(r *rand.Rand, one func(*rand.Rand) *process, u bot.Update) {
	for {
		ctx, cancel := context.WithTimeout(c.Context(), 5*time.Second)
		err := one(r).Accept(ctx, u)
		cancel()
		if err == nil {
			return
		}
		time.Sleep(time.Duration(1+r.IntN(50)) * time.Millisecond)
	}
}

// end waits until nothing is pending, and ends all.
func (c *group) end() {
	time.Sleep(3 * groupLease)
	for _, p := range c.alive {
		if err := p.Drain(c.Context()); err != nil {
			c.Error(err)
		}
	}
	for _, p := range c.alive {
		if err := p.Stop(c.Context()); err != nil {
			c.Error(err)
		}
	}
	for _, p := range c.gone { // their goroutines end with them
		ctx, cancel := context.WithTimeout(c.Context(), time.Second)
		_ = p.Stop(ctx)
		cancel()
	}
	synctest.Wait()
}

// what may happen to a replica in a run.
type trouble int

const (
	stops  trouble = iota // it is told to stop, and another one starts
	kills                 // it is killed, and another one starts
	pauses                // it is stopped past its lease, and goes on
)

// play has chats write while something happens to the replicas, and returns how many chats there were and how often each wrote.
func (c *group) play(seed uint64, troubles ...trouble) (chats, each int) {
	chats, each = 24, 10
	r := rand.New(rand.NewPCG(seed, 2))
	var mu sync.Mutex // of alive
	one := func(own *rand.Rand) *process {
		mu.Lock()
		defer mu.Unlock()
		return c.alive[own.IntN(len(c.alive))]
	}
	c.outside.set(func(ctx context.Context, _ string, _ int) error {
		select {
		case <-time.After(30 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	c.screen.onSend(func(to bot.ChatID, _ bot.Reply) error {
		time.Sleep(time.Duration(len(to)%7*40) * time.Millisecond)
		return nil
	})
	var writing sync.WaitGroup
	for n := range chats {
		own := rand.New(rand.NewPCG(seed, uint64(n)))
		writing.Go(func() {
			for i := range each {
				text := fmt.Sprint("text ", i)
				if i == each-1 {
					text = fmt.Sprint("effect ", i)
				}
				c.accept(own, one, bot.Update{Chat: numbered(n), ID: fmt.Sprint(i), Kind: bot.Message, Text: text})
				pause := 3000
				if i%2 == 0 {
					pause = 20 // shorter than a beat: what came before may not have been found yet
				}
				time.Sleep(time.Duration(own.IntN(pause)) * time.Millisecond)
			}
		})
	}
	for !idle(&writing) {
		time.Sleep(time.Duration(r.IntN(3000)) * time.Millisecond)
		switch troubles[r.IntN(len(troubles))] {
		case stops:
			mu.Lock()
			p := c.leave(r.IntN(len(c.alive)))
			mu.Unlock()
			if err := p.Stop(c.Context()); err != nil {
				c.Error(err)
			}
		case kills:
			mu.Lock()
			c.leave(r.IntN(len(c.alive))).kill()
			mu.Unlock()
		case pauses:
			one(r).stopFor(groupLease + time.Duration(r.IntN(2000))*time.Millisecond)
			continue
		}
		mu.Lock()
		c.join()
		mu.Unlock()
	}
	c.end()
	return chats, each
}

// answers checks what a chat was told: each update answered, in order, and the same answer if it was said again. exactly wants
// nothing said twice.
func (c *group) answers(seed uint64, said []string, each int, exactly bool) {
	c.Helper()
	seen, last := map[string]int{}, 0
	answered := map[int]string{}
	for _, text := range said {
		seen[text]++
		var n int
		var word string
		if _, err := fmt.Sscan(text, &n, &word); err != nil {
			c.Errorf("seed %d: said %q", seed, text)
			continue
		}
		if word == "wait" {
			continue
		}
		if was, ok := answered[n]; ok && was != text {
			c.Errorf("seed %d: two answers to update %d: %q", seed, n, said)
		}
		if seen[text] == 1 && n < last && word != "got" {
			c.Errorf("seed %d: out of order: %q", seed, said)
		}
		answered[n], last = text, max(last, n)
		if exactly && seen[text] > 1 {
			c.Errorf("seed %d: said twice: %q", seed, said)
		}
	}
	for n := 1; n <= each; n++ {
		if answered[n] == "" {
			c.Errorf("seed %d: update %d was not answered: %q", seed, n, said)
		}
	}
}
