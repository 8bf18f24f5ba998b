package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// fleet is several engines on one store, one channel and one back end. Each shard is held by one of them, or by none while it
// is handed over.
type fleet struct {
	*testing.T
	engines []*engine.Engine
	holder  [bot.Shards]atomic.Int32
	first   *harness
}

// newFleet starts n engines; the first one holds every shard.
func newFleet(t *testing.T, n int) *fleet {
	f := &fleet{T: t, first: open(t, memory())}
	f.engines = append(f.engines, f.first.Engine)
	for range n - 1 {
		h := &harness{t: t, store: f.first.store, outside: f.first.outside, screen: f.first.screen}
		h.startWith(nil)
		f.engines = append(f.engines, h.Engine)
	}
	return f
}

// move hands shards over to another engine: their holder releases them, or loses them.
func (f *fleet) move(shards []bot.Shard, to int, lose bool) {
	ctx, cancel := context.WithTimeout(f.Context(), time.Minute)
	defer cancel()
	for i, e := range f.engines {
		var held []bot.Shard
		for _, s := range shards {
			if int(f.holder[s].Load()) == i {
				held = append(held, s)
			}
		}
		end := e.Release
		if lose {
			end = e.Lose
		}
		if err := end(ctx, held); err != nil {
			f.Errorf("lost %t: %v", lose, err)
		}
	}
	if err := f.engines[to].Acquire(ctx, shards); err != nil {
		f.Error(err)
	}
	for _, s := range shards {
		f.holder[s].Store(int32(to))
	}
}

// accept gives an update to one engine after another until one has kept it, as a channel does that repeats what was not
// acknowledged.
func (f *fleet) accept(r *rand.Rand, u bot.Update) {
	for {
		err := f.engines[r.IntN(len(f.engines))].Accept(f.Context(), u)
		if err == nil {
			return
		}
		if !errors.Is(err, bot.ErrNotHeld) {
			f.Errorf("%s: %v", u.ID, err)
			return
		}
		time.Sleep(time.Duration(1+r.IntN(5)) * time.Millisecond)
	}
}

func (f *fleet) stop() {
	for _, e := range f.engines {
		if err := e.Drain(f.Context()); err != nil {
			f.Error(err)
		}
	}
	synctest.Wait()
	for _, e := range f.engines {
		if err := e.Stop(f.Context()); err != nil {
			f.Error(err)
		}
	}
}

// Shards go from engine to engine under load, released and lost, while chats write and effects take their time: every
// update is answered, nothing is sent twice, and no effect acts twice.
func TestShardsAreHandedOver(t *testing.T) {
	const chats, each = 60, 8
	for seed := range uint64(10) {
		bubble(t, func(t *testing.T) {
			f := newFleet(t, 3)
			r := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			draw := func(n int) time.Duration {
				mu.Lock()
				defer mu.Unlock()
				return time.Duration(r.IntN(n)) * time.Millisecond
			}
			f.first.screen.onSend(func(bot.ChatID, bot.Reply) error {
				time.Sleep(draw(20))
				if draw(10) == 0 {
					return &bot.RetryAfter{After: 30 * time.Millisecond}
				}
				return nil
			})
			f.first.outside.set(func(ctx context.Context, _ string, _ int) error {
				select {
				case <-time.After(draw(4000)): // some answer late
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			var writing sync.WaitGroup
			for c := range chats {
				own := rand.New(rand.NewPCG(seed, uint64(c)))
				writing.Go(func() {
					for i := range each {
						text := fmt.Sprint("text ", i)
						if i == each-1 {
							text = fmt.Sprint("effect ", i)
						}
						f.accept(own, bot.Update{Chat: numbered(c), ID: fmt.Sprint(i), Kind: bot.Message, Text: text})
						time.Sleep(time.Duration(own.IntN(600)) * time.Millisecond)
					}
				})
			}
			moved := 0
			for done := false; !done; moved++ {
				var shards []bot.Shard
				for s := range bot.Shards {
					if draw(4) == 0 {
						shards = append(shards, bot.Shard(s))
					}
				}
				f.move(shards, int(draw(3)/time.Millisecond), draw(2) == 0)
				time.Sleep(draw(150))
				done = idle(&writing)
			}
			f.stop()
			for c := range chats {
				checkFleet(t, seed, f.first.screen.read(numbered(c)), each)
			}
			if n := f.first.outside.acts(); n != chats {
				t.Errorf("seed %d: %d effects acted, want %d", seed, n, chats)
			}
			if moved < 10 {
				t.Errorf("seed %d: shards moved %d times only", seed, moved)
			}
		})
	}
}

// idle reports whether a group is done, after a moment.
func idle(wg *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-time.After(time.Millisecond):
		return false
	}
}

// checkFleet checks that each update of a chat was answered once, and what needs no effect in order.
func checkFleet(t *testing.T, seed uint64, said []string, each int) {
	t.Helper()
	answered, interims, last := map[int]int{}, map[int]int{}, 0
	for _, text := range said {
		var n int
		var word string
		if _, err := fmt.Sscan(text, &n, &word); err != nil {
			t.Errorf("seed %d: said %q", seed, text)
			continue
		}
		switch word {
		case "wait":
			interims[n]++
		case "got":
			answered[n]++
			if !strings.Contains(text, "failed=false") {
				t.Errorf("seed %d: %q", seed, text)
			}
		default:
			answered[n]++
			if n < last {
				t.Errorf("seed %d: out of order: %q", seed, said)
			}
			last = n
		}
	}
	for n := 1; n <= each; n++ {
		if answered[n] != 1 || interims[n] > 1 {
			t.Errorf("seed %d: update %d was answered %d times: %q", seed, n, answered[n], said)
		}
	}
}

// A shard that is acquired again by its holder goes on: what was being sent is sent once.
func TestAShardIsAcquiredAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { time.Sleep(time.Second); return nil })
		h.writes(chatA, "one")
		h.writes(chatA, "two")
		time.Sleep(100 * time.Millisecond)
		var all []bot.Shard
		for s := range bot.Shards {
			all = append(all, bot.Shard(s))
		}
		if err := h.Acquire(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		h.writes(chatA, "three")
		time.Sleep(time.Minute)
		h.expects(chatA, "1 one", "2 two", "3 three")
	})
}

// A process that holds no shard of a chat keeps nothing of it and says so.
func TestAnUpdateOfAnotherHolderIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFleet(t, 2)
		u := bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "hello"}
		if err := f.engines[1].Accept(t.Context(), u); !errors.Is(err, bot.ErrNotHeld) {
			t.Errorf("accepted by an engine without shards: %v", err)
		}
		var all []bot.Shard
		for s := range bot.Shards {
			all = append(all, bot.Shard(s))
		}
		f.move(all, 1, true)
		if err := f.engines[0].Accept(t.Context(), u); !errors.Is(err, bot.ErrNotHeld) {
			t.Errorf("accepted by the engine that lost the shard: %v", err)
		}
		if err := f.engines[1].Accept(t.Context(), u); err != nil {
			t.Error(err)
		}
		f.stop()
		f.first.expects(chatA, "1 hello")
	})
}
