package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// One replica holds all, the others stand by and accept for it; the next one takes over when it stops, or dies.
func TestAReplicaStandsBy(t *testing.T) {
	for _, end := range []trouble{stops, kills} {
		bubble(t, func(t *testing.T) {
			c := newGroup(t, 0)
			c.alone = true
			first, second := c.join(), c.join()
			time.Sleep(groupLease)
			holding := func(want ...int) {
				t.Helper()
				for i, p := range []*process{first, second} {
					if _, n := p.Replicas(); n != want[i] {
						t.Errorf("%s holds %d shards, want %d", p.id, n, want[i])
					}
				}
			}
			holding(bot.Shards, 0)
			say := func(p *process, id string) {
				t.Helper()
				if err := p.Accept(t.Context(), bot.Update{Chat: chatA, ID: id, Kind: bot.Message, Text: "text"}); err != nil {
					t.Error(err)
				}
				time.Sleep(groupLease)
			}
			say(second, "1")
			say(first, "2")
			if end == stops {
				if err := c.leave(0).Stop(t.Context()); err != nil {
					t.Error(err)
				}
			} else {
				c.leave(0).kill()
			}
			say(second, "3")
			time.Sleep(groupLease)
			if _, n := second.Replicas(); n != bot.Shards {
				t.Errorf("the one that stood by holds %d shards", n)
			}
			said := c.screen.read(chatA)
			if !slices.Equal(said, []string{"1 text", "2 text", "3 text"}) {
				t.Errorf("said %q", said)
			}
			c.end()
		})
	}
}

// A replica that was held up for longer than its lease, and was replaced, does not take the shards back.
func TestAReplicaThatWasReplacedStandsBy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 0)
		c.alone = true
		first, second := c.join(), c.join()
		time.Sleep(groupLease)
		first.stopFor(3 * groupLease)
		time.Sleep(2 * groupLease)
		for p, want := range map[*process]int{first: 0, second: bot.Shards} {
			if others, n := p.Replicas(); others != 1 || n != want {
				t.Errorf("%s holds %d shards beside %d others, want %d", p.id, n, others, want)
			}
		}
		if claimed := second.Stats().ShardsClaimed.Load(); claimed != bot.Shards {
			t.Errorf("%d shards were claimed by the second one", claimed)
		}
		c.end()
	})
}

// A replica that is started again after it was killed does not wait for the lease of the one that it was.
func TestAReplicaStartsAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 0)
		c.alone = true
		first := c.join()
		if err := first.Accept(t.Context(), bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "text"}); err != nil {
			t.Error(err)
		}
		c.leave(0).kill()
		c.was = first.id
		second := c.join()
		if others, n := second.Replicas(); others != 0 || n != bot.Shards {
			t.Errorf("it holds %d shards at once, beside %d others", n, others)
		}
		time.Sleep(groupLease / 10)
		if said := c.screen.read(chatA); !slices.Equal(said, []string{"1 text"}) {
			t.Errorf("said %q", said)
		}
		c.end()
	})
}

// A store that went back, as after a failover, is noticed: what was answered and is not any more is answered again, in the same words
// and before what came since, and all shards have other fences. It is noticed by what comes next, whether the store takes that or not.
func TestAStoreThatWentBack(t *testing.T) {
	for name, cuts := range map[string]int{"by a commit": 0, "by a read": 1} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) { wentBack(t, cuts) })
		})
	}
}

func wentBack(t *testing.T, cuts int) {
	c := newGroup(t, 1)
	p := c.alive[0]
	says := func(id string) {
		for p.Accept(t.Context(), bot.Update{Chat: chatA, ID: id, Kind: bot.Message, Text: "text" + id}) != nil {
			time.Sleep(groupLease / 100)
		}
	}
	happen := func(what *int, times int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		*what = times
	}
	says("1")
	time.Sleep(groupLease)
	happen(&p.loses, 1)
	says("2")
	time.Sleep(groupLease / 20)
	happen(&p.cuts, cuts)
	says("3")
	time.Sleep(groupLease)
	if said := c.screen.read(chatA); !slices.Equal(slices.Compact(slices.Clone(said)), []string{"1 text1", "2 text2", "3 text3"}) {
		t.Errorf("said %q", said)
	}
	if back, claims := p.Stats().WentBack.Load(), p.Stats().ShardsClaimed.Load(); back != 1 || claims != 2*bot.Shards {
		t.Errorf("it went back %d times, and %d shards were claimed", back, claims)
	}
	c.end()
}

// A process that is held up with a message in hand does not say it when its lease is over: the next holder does.
func TestAReplicaLooksAtItsLeaseBeforeItSends(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 2)
		time.Sleep(groupLease)
		chat := chatA
		for i := 0; !c.alive[0].Holds(chat); i++ {
			chat = numbered(i)
		}
		refused := false
		c.screen.onSend(func(bot.ChatID, bot.Reply) error {
			if refused {
				return nil
			}
			refused = true
			return &bot.RetryAfter{After: 2 * groupLease}
		})
		if err := c.alive[0].Accept(t.Context(), bot.Update{Chat: chat, ID: "1", Kind: bot.Message, Text: "text"}); err != nil {
			t.Error(err)
		}
		time.Sleep(groupLease / 10)
		c.alive[0].stopFor(4 * groupLease)
		time.Sleep(groupLease)
		if said := c.screen.read(chat); len(said) != 1 {
			t.Errorf("said %q", said)
		}
		c.end()
	})
}

// A process that is held up with an effect in hand does not try it again when its lease is over.
func TestAReplicaLooksAtItsLeaseBeforeAnEffect(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 2)
		time.Sleep(groupLease)
		chat := chatA
		for i := 0; !c.alive[0].Holds(chat); i++ {
			chat = numbered(i)
		}
		began := time.Now()
		c.outside.set(func(context.Context, string, int) error {
			if time.Since(began) < 5*groupLease {
				return errors.New("no answer")
			}
			return nil
		})
		if err := c.alive[0].Accept(t.Context(), bot.Update{Chat: chat, ID: "1", Kind: bot.Message, Text: "effect 1"}); err != nil {
			t.Error(err)
		}
		time.Sleep(groupLease / 10)
		c.alive[0].stopFor(4 * groupLease)
		for at, p := range c.alive {
			p.mu.Lock()
			tried := slices.ContainsFunc(p.attempts, func(at time.Time) bool { return at.Sub(began) > groupLease*11/10 })
			p.mu.Unlock()
			if tried != (at == 1) {
				t.Errorf("%s tried the effect when the first one's lease was over: %t", p.id, tried)
			}
		}
		c.end()
		if n := c.outside.acts(); n != 1 {
			t.Errorf("%d effects acted", n)
		}
	})
}

// A replica that is told to stop says so first: the others have its shards within two beats.
func TestAReplicaLeavesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 2)
		time.Sleep(groupLease)
		if others := c.alive[1].Others(); len(others) != 1 || string(others[0].Note) != "says "+c.alive[0].id {
			t.Errorf("the others are %v", others)
		}
		if err := c.leave(0).Stop(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(groupLease / 5)
		if others := c.alive[0].Others(); len(others) != 0 {
			t.Errorf("the one that left is still known: %v", others)
		}
		if _, n := c.alive[0].Replicas(); n != bot.Shards {
			t.Errorf("the other one holds %d shards", n)
		}
		c.end()
	})
}

// A replica that differs from those that live in what all must have in common does not start.
func TestAStrangerDoesNotStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 1)
		h := &harness{t: t, store: c.store, outside: c.outside, screen: c.screen}
		h.build(func(conf *engine.Config) {
			conf.Replica = &engine.ReplicaConfig{Replica: bot.Replica{ID: "stranger", Same: map[string]string{"back end": "another", "address": "also", "nothing": ""}}, Lease: groupLease}
		})
		var stranger *engine.StrangerError
		if err := h.Start(t.Context()); !errors.As(err, &stranger) || !slices.Equal(stranger.Differences, []engine.Difference{{"address", "also", ""}, {"back end", "another", ""}}) {
			t.Errorf("start = %v, want that the addresses and the back ends differ", err)
		}
		_ = h.Stop(t.Context())
		time.Sleep(groupLease)
		if others, n := c.alive[0].Replicas(); others != 0 || n != bot.Shards {
			t.Errorf("%d others, %d shards", others, n)
		}
		c.end()
	})
}

// Each of two replicas asks for the timers of its own shards, and sweeps those.
func TestReplicasDivideTimersAndSweeps(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 0)
		c.sweep = time.Second
		c.join()
		c.join()
		time.Sleep(3 * groupLease)
		times := map[bot.Shard]int{}
		for _, p := range c.alive {
			_, held := p.Replicas()
			p.mu.Lock()
			timers, swept := p.timersOf, p.sweptOf
			p.mu.Unlock()
			if held == 0 || len(timers) != held || !slices.Equal(timers, swept) {
				t.Errorf("%s holds %d shards, asks for the timers of %d and sweeps %d", p.id, held, len(timers), len(swept))
			}
			for _, s := range timers {
				times[s]++
			}
		}
		for s, n := range times {
			if n != 1 {
				t.Errorf("shard %d is asked for by %d", s, n)
			}
		}
		if len(times) != bot.Shards {
			t.Errorf("%d shards are asked for", len(times))
		}
		c.end()
	})
}

// Replicas are stopped in order under load, and others start: every update is answered once and in order, whichever of them
// took it in, and nothing is said twice.
func TestReplicasStopInTurn(t *testing.T) {
	for seed := range uint64(4) {
		bubble(t, func(t *testing.T) {
			c := newGroup(t, 3)
			chats, each := c.play(seed, stops)
			for n := range chats {
				c.answers(seed, c.screen.read(numbered(n)), each, true)
			}
			if n := c.outside.acts(); n != chats {
				t.Errorf("seed %d: %d effects acted, want %d", seed, n, chats)
			}
			var elsewhere, lost int64
			for _, p := range c.gone {
				elsewhere, lost = elsewhere+p.Stats().Elsewhere.Load(), lost+p.Stats().ShardsLost.Load()
			}
			if elsewhere == 0 || lost != 0 {
				t.Errorf("seed %d: %d updates were accepted for others and %d shards lost, want some and none", seed, elsewhere, lost)
			}
		})
	}
}

// Replicas are killed, and stopped for longer than their lease: every update is answered, in order, with one answer, and no
// effect acts twice. A message may be repeated verbatim.
func TestReplicasDieAndPause(t *testing.T) {
	var lost int64
	for seed := range uint64(6) {
		bubble(t, func(t *testing.T) {
			c := newGroup(t, 3)
			chats, each := c.play(seed, kills, pauses)
			for n := range chats {
				c.answers(seed, c.screen.read(numbered(n)), each, false)
			}
			if n := c.outside.acts(); n != chats {
				t.Errorf("seed %d: %d effects acted, want %d", seed, n, chats)
			}
			for _, p := range append(c.alive, c.gone...) {
				lost += p.Stats().ShardsLost.Load()
			}
		})
	}
	if lost == 0 {
		t.Error("no replica lost a shard that it believed to hold")
	}
}

// One of several processes reads the logs of all shards, whoever writes them, also when they change hands.
func TestOneReplicaReadsAllLogs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := newGroup(t, 2)
		time.Sleep(groupLease)
		d := newDesk()
		read := func() int {
			d.mu.Lock()
			defer d.mu.Unlock()
			return len(d.all)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		reading.Go(func() { c.alive[0].Feed(ctx, d) })
		write := func(p *process, round int) {
			for i := range 40 { // chats of both
				chat := bot.ChatID(fmt.Sprintf("fake/acct/%d", i))
				u := bot.Update{Chat: chat, ID: fmt.Sprint(round), Kind: bot.Message, Text: fmt.Sprint("event ", round)}
				if err := p.Accept(t.Context(), u); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(groupLease)
		}
		write(c.alive[1], 1)
		if n := read(); n != 40 {
			t.Errorf("%d events of 40", n)
		}
		if err := c.leave(1).Stop(t.Context()); err != nil {
			t.Error(err)
		}
		write(c.alive[0], 2)
		if n := read(); n != 80 {
			t.Errorf("%d events of 80 after the change", n)
		}
		cancel()
		reading.Wait()
		c.end()
	})
}
