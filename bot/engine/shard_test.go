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

// A shard that is lost stops at once: nothing that waits in memory is sent, decided or asked any more, and it is all there
// for the next holder.
func TestALostShardStopsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFleet(t, 2)
		h := f.first
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Minute} })
		h.outside.set(func(context.Context, string, int) error { return errors.New("no answer") })
		h.writes(chatA, "text")
		h.writes(chatB, "effect x")
		time.Sleep(5 * time.Second)
		asks := len(h.outside.asks())
		var all []bot.Shard
		for s := range bot.Shards {
			all = append(all, bot.Shard(s))
		}
		if err := f.engines[0].Lose(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		if err := f.engines[0].Drain(t.Context()); err != nil {
			t.Error(err)
		}
		before := h.outside.total()
		h.screen.onSend(nil)
		time.Sleep(time.Minute)
		h.expects(chatA)
		if n := h.outside.total(); n != before || asks != 1 {
			t.Errorf("the back end was asked %d times after the shard was lost", n-before)
		}
		h.outside.set(nil)
		if err := f.engines[1].Acquire(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		f.stop()
		h.expects(chatA, "1 text")
		// The interim may have been superseded by the answer.
		if said := strings.TrimPrefix(strings.Join(h.screen.read(chatB), "|"), "1 wait|"); said != "1 got 1 failed=false late=true" {
			t.Errorf("said %q", said)
		}
	})
}

// slowAccept is a store that keeps an update and takes its time to say so.
type slowAccept struct {
	bot.Store
	gate atomic.Pointer[chan struct{}]
	hide atomic.Bool // chats that are pending, once for each shard
}

// PendingChats misses what is kept a moment after the question.
func (s *slowAccept) PendingChats(ctx context.Context, id bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
	if s.hide.Load() {
		return nil, nil
	}
	return s.Store.PendingChats(ctx, id, after, limit)
}

func (s *slowAccept) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	r, err := s.Store.Accept(ctx, a)
	pass(&s.gate)
	return r, err
}

// An update is kept while its shard is lost, after the next holder has looked for pending chats: it is not acknowledged, and
// when it is repeated the next holder answers it, once.
func TestAnUpdateThatIsKeptWhileTheShardIsLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := &slowAccept{Store: memory()}
		a := open(t, store)
		b := &harness{t: t, store: store, outside: a.outside, screen: a.screen}
		b.startWith(nil)
		var all []bot.Shard
		for s := range bot.Shards {
			all = append(all, bot.Shard(s))
		}
		answer := shut(&store.gate)
		u := bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "hello"}
		accepted := make(chan error)
		go func() { accepted <- a.Accept(t.Context(), u) }()
		synctest.Wait()
		late, cancel := context.WithCancel(t.Context())
		cancel()
		if err := a.Lose(late, all); err == nil {
			t.Error("the shard ended while an update was being accepted, and nothing is said of it")
		}
		synctest.Wait()
		store.hide.Store(true)
		if err := b.Acquire(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		answer()
		if err := <-accepted; !errors.Is(err, bot.ErrNotHeld) {
			t.Errorf("acknowledged with %v by an engine that had lost the shard", err)
		}
		if err := b.Accept(t.Context(), u); err != nil {
			t.Error(err)
		}
		b.expects(chatA, "1 hello")
		a.stop()
		b.stop()
	})
}
