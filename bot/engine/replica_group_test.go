package engine_test

import (
	"cmp"
	"context"
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
	pins    bool                    // whether the next one to join pins
	sweep   time.Duration           // between sweeps; zero: as usual
	loses   func(bot.WakeKind) bool // whether wake-ups are lost on their way; nil: none
	was     string                  // the replica that the next one to join takes the place of

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
		conf.Pinned = []string{"pinned"}
		if c.pins {
			conf.Channels["pinned"] = mouth{c.screen, p}
		}
		conf.Timing.Sweep = cmp.Or(c.sweep, conf.Timing.Sweep)
		conf.Replica = &engine.ReplicaConfig{Replica: bot.Replica{ID: p.id, Pins: c.pins}, Lease: groupLease, Alone: c.alone, Was: c.was, Tell: func() []byte { return []byte("says " + p.id) }}
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
