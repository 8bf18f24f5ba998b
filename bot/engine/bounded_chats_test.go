package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// loads is a store that takes its time to load a chat.
type loads struct {
	bot.Store
	gauge
}

func (l *loads) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	defer l.enter()()
	time.Sleep(20 * time.Millisecond)
	return l.Store.Load(ctx, k)
}

// What an earlier process left is taken up little by little, and a chat that writes meanwhile is answered in between.
func TestRecoveryIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const owed = manyChats / 4
		h := open(t, memory())
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Hour} })
		for i := range owed {
			h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "hello"})
		}
		synctest.Wait()
		h.stop()
		slow := &loads{Store: h.store}
		h.store = slow
		h.start()
		defer h.stop()
		took := newcomers(h, 50*time.Millisecond, 40)
		if p95 := took[len(took)*95/100]; p95 > 100*time.Millisecond {
			t.Errorf("a chat that writes during the recovery waits for %v at p95", p95)
		}
		// The oldest of what waits begins anew after the restart: its chat has an answer that is behind the old one.
		h.accept(bot.Update{Chat: numbered(7), ID: "2", Kind: bot.Message, Text: "again"})
		time.Sleep(2 * time.Hour)
		slow.look()
		if n := slow.peak.Load(); n > int64(engine.DefaultLimits.Turns) {
			t.Errorf("%d chats are loaded at once, want at most %d", n, engine.DefaultLimits.Turns)
		}
		if n := slow.goroutines.Load(); n >= 2000 {
			t.Errorf("%d goroutines", n)
		}
		h.Drain(t.Context())
		h.expects(numbered(7), "1 hello", "2 again")
		for i := range owed {
			if i != 7 {
				h.expects(numbered(i), "1 hello")
			}
		}
	})
}

// A chat whose turn is refused by the store again and again holds no place that others need.
func TestAChatThatTheStoreRefusesHoldsNoPlace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &picky{Store: memory()}
		h := open(t, s, func(c *engine.Config) { c.Limits.Turns = 2 })
		for i := range 5 {
			h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "hello"})
		}
		synctest.Wait()
		s.refuse.Store(true)
		for i := range 5 {
			h.accept(bot.Update{Chat: numbered(i), ID: "2", Kind: bot.Message, Text: "again"})
		}
		synctest.Wait()
		h.writes(chatA, "one")
		h.expects(chatA, "1 one")
		s.refuse.Store(false)
		time.Sleep(10 * time.Second)
		for i := range 5 {
			h.expects(numbered(i), "1 hello", "2 again")
		}
		h.stop()
	})
}

// suspected is a store that tells that processes died while each waiting update was being dealt with.
type suspected struct{ bot.Store }

func (d suspected) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	c, err := d.Store.Load(ctx, k)
	for i := range c.Waiting {
		c.Waiting[i].Tries = 3
	}
	return c, err
}

// Updates that may have crashed the process hold no place that others need, neither while they wait for each other nor
// while their effects are answered. That they run one at a time, TestSuspectsRunAlone holds.
func TestSuspectsHoldNoPlace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s)
		s.set(&s.commit, func() error { return errors.New("down") })
		crowd(h, 10)
		synctest.Wait()
		h.stop()
		h.store = suspected{s.Store}
		h.outside.set(func(context.Context, string, int) error {
			time.Sleep(time.Second)
			return nil
		})
		h.start(func(c *engine.Config) { c.Limits.Turns = 2 })
		defer h.stop()
		synctest.Wait()
		h.writes(chatA, "hello")
		h.expects(chatA, "1 hello")
		time.Sleep(11 * time.Second)
		for i := range 10 {
			if said := h.screen.read(numbered(i)); len(said) != 2 || said[0] != "1 wait" {
				t.Errorf("chat %d has received %q, want the interim and the outcome", i, said)
			}
		}
	})
}

// picky refuses second turns while it is told to.
type picky struct {
	bot.Store
	refuse atomic.Bool
}

func (p *picky) Commit(ctx context.Context, t bot.Turn) error {
	if p.refuse.Load() && t.Base == 1 {
		return errors.New("cannot write this row")
	}
	return p.Store.Commit(ctx, t)
}

// Many who write at once while the engine stops lose nothing: what waited for an effect goes on in the next process.
func TestStoppingWhileManyWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.outside.set(func(ctx context.Context, _ string, _ int) error { <-ctx.Done(); return ctx.Err() })
		const n = 500
		crowd(h, n)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.Stop(ctx)
		h.outside.set(nil)
		h.start()
		defer h.stop()
		time.Sleep(time.Minute)
		h.Drain(t.Context())
		var wrong sync.Map
		for i := range n {
			// The interim is dropped where the answer has been written before the outbox is read.
			if said := h.screen.read(numbered(i)); len(said) == 0 || !strings.HasSuffix(said[len(said)-1], "failed=false late=true") || len(said) == 2 && said[0] != "1 wait" {
				wrong.Store(i, said)
			}
		}
		wrong.Range(func(i, said any) bool { t.Errorf("chat %v has received %q", i, said); return false })
	})
}

// Stopping waits for what is under way, and for nothing that waits itself: an effect between two attempts or for its
// place, a flood, a suspect, a chat that the store refuses.
func TestStoppingWaitsForNothingThatWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &picky{Store: memory()}
		h := open(t, s, bounded, func(c *engine.Config) { c.Limits.Calls = 1 })
		hang := make(chan struct{})
		h.outside.set(func(_ context.Context, key string, n int) error {
			if n == 4 {
				<-hang
			}
			return errors.New("no")
		})
		crowd(h, 50) // retried, then stuck behind one that hangs
		for range 40 {
			h.writes(chatA, "hello")
		}
		h.writes(chatB, "hello")
		time.Sleep(5 * time.Second)
		s.refuse.Store(true)
		h.writes(chatB, "again")
		synctest.Wait()
		began := time.Now()
		close(hang)
		h.stop()
		if d := time.Since(began); d > time.Second {
			t.Errorf("stopping took %v", d)
		}
		s.refuse.Store(false)
		h.outside.set(nil)
		h.start(bounded)
		defer h.stop()
		h.Drain(t.Context())
		h.expects(chatB, "1 hello", "2 again")
		for i := range 50 {
			if said := h.screen.read(numbered(i)); len(said) == 0 || !strings.HasSuffix(said[len(said)-1], "failed=false late=true") {
				t.Errorf("chat %d has received %q", i, said)
			}
		}
	})
}
