package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// manyChats is how many chats ask at once where a bound has to hold.
const manyChats = 8_000

// gauge counts what goes on at once, and the goroutines that there are then.
type gauge struct{ now, peak, goroutines atomic.Int64 }

func (g *gauge) enter() func() {
	highest(&g.peak, g.now.Add(1))
	g.look()
	return func() { g.now.Add(-1) }
}

func (g *gauge) look() { highest(&g.goroutines, int64(runtime.NumGoroutine())) }

func highest(max *atomic.Int64, n int64) {
	for {
		if m := max.Load(); n <= m || max.CompareAndSwap(m, n) {
			return
		}
	}
}

func numbered(n int) bot.ChatID { return bot.ChatID(fmt.Sprintf("fake/bot/%d", n)) }

// crowd has many chats ask for an effect.
func crowd(h *harness, n int) {
	for i := range n {
		h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "effect x"})
	}
}

// newcomers have a chat that needs no back end be answered at several moments. They return how long it took, sorted.
func newcomers(h *harness, every time.Duration, n int) []time.Duration {
	var took []time.Duration
	answered := make(chan time.Time, 1)
	h.screen.onSend(func(to bot.ChatID, _ bot.Reply) error {
		if strings.HasPrefix(to.Native(), "new") {
			answered <- time.Now()
		}
		return nil
	})
	for i := range n {
		asked := time.Now()
		h.accept(bot.Update{Chat: bot.ChatID(fmt.Sprintf("fake/bot/new%d", i)), ID: "1", Kind: bot.Message, Text: "hello"})
		took = append(took, (<-answered).Sub(asked))
		time.Sleep(every)
	}
	slices.Sort(took)
	return took
}

// A back end that is dead, hanging or refusing, takes neither the program nor other chats with it; afterwards each chat
// has received what became of its effect.
func TestADeadBackEndIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		chats int
		dead  func(context.Context) error
	}{
		"hanging":  {manyChats, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
		"refusing": {manyChats / 4, func(context.Context) error { return errors.New("connection refused") }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory())
				defer h.stop()
				var calls gauge
				h.outside.set(func(ctx context.Context, _ string, _ int) error {
					defer calls.enter()()
					return c.dead(ctx)
				})
				crowd(h, c.chats)
				took := newcomers(h, 250*time.Millisecond, 80)
				if p95 := took[len(took)*95/100]; p95 > 100*time.Millisecond {
					t.Errorf("a chat that needs no back end waits for %v at p95", p95)
				}
				time.Sleep(3 * time.Minute)
				calls.look()
				if n := calls.peak.Load(); n > int64(engine.DefaultLimits.Calls) {
					t.Errorf("%d calls at once, want at most %d", n, engine.DefaultLimits.Calls)
				}
				if n := calls.goroutines.Load(); n >= 2000 {
					t.Errorf("%d goroutines", n)
				}
				h.Drain(t.Context())
				for i := range c.chats {
					h.expects(numbered(i), "1 wait", "1 got null failed=true late=true")
				}
			})
		})
	}
}

// A back end that comes back answers everybody within their budget, and is not asked by all at once.
func TestABackEndThatComesBackAnswersEverybody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		var calls gauge
		dead := atomic.Bool{}
		dead.Store(true)
		h.outside.set(func(ctx context.Context, _ string, _ int) error {
			defer calls.enter()()
			if dead.Load() {
				return errors.New("connection refused")
			}
			time.Sleep(50 * time.Millisecond)
			return nil
		})
		const n = 2000
		crowd(h, n)
		time.Sleep(30 * time.Second)
		if asked := h.outside.acts(); asked > 200 {
			t.Errorf("a dead back end was asked for %d of %d effects in half a minute", asked, n)
		}
		if running, waiting, open := h.Effects(); running+waiting != n || !open {
			t.Errorf("%d effects run and %d wait, breaker open: %t", running, waiting, open)
		}
		dead.Store(false)
		time.Sleep(10 * time.Second)
		if running, waiting, open := h.Effects(); running+waiting != 0 || open {
			t.Errorf("%d effects run and %d wait, breaker open: %t", running, waiting, open)
		}
		for i := range n {
			if said := h.screen.read(numbered(i)); len(said) != 2 || !strings.HasSuffix(said[1], "failed=false late=true") {
				t.Fatalf("10 s after the back end came back, chat %d has received %q", i, said)
			}
		}
		if p := calls.peak.Load(); p > int64(engine.DefaultLimits.Calls) {
			t.Errorf("%d calls at once", p)
		}
	})
}

// A turn that waits for an effect leaves its place to others; so does one whose effect waits for its place.
func TestATurnThatWaitsHoldsNoPlace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Limits = engine.Limits{Turns: 1, Calls: 1} })
		defer h.stop()
		free := make(chan struct{})
		h.outside.set(func(context.Context, string, int) error { <-free; return nil })
		h.writes(chatA, "effect x")
		h.writes(chatB, "effect x")
		h.writes("fake/bot/c", "hello")
		h.expects("fake/bot/c", "1 hello")
		h.expects(chatA)
		close(free)
		h.expects(chatA, "1 got 1 failed=false late=false")
		h.expects(chatB, "1 got 2 failed=false late=false")
	})
}

// An effect that gets no place in time is pending like one that is slow, and performed when there is a place.
func TestAnEffectThatGetsNoPlaceInTimeIsPending(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Limits.Calls = 1 })
		defer h.stop()
		h.outside.set(func(context.Context, string, int) error { time.Sleep(5 * time.Second); return nil })
		h.writes(chatA, "effect x")
		synctest.Wait()
		h.writes(chatB, "effect x")
		time.Sleep(4 * time.Second)
		h.expects(chatB, "1 wait")
		h.writes(chatB, "hello")
		h.expects(chatB, "1 wait", "2 hello")
		time.Sleep(7 * time.Second)
		h.expects(chatA, "1 wait", "1 got 1 failed=false late=true")
		h.expects(chatB, "1 wait", "2 hello", "1 got 2 failed=false late=true")
	})
}

// wary says whether the outcome of an effect that failed is unknown.
type wary struct{ echo }

func (w wary) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d, err := w.echo.Decide(s, in)
	if in.Result != nil {
		d.Replies = []bot.Reply{{Kind: bot.Say, Text: fmt.Sprintf("failed=%t unknown=%t", in.Result.Failed, in.Result.Unknown)}}
	}
	return d, err
}

// What was never sent has a known outcome: it did not happen. That holds for what cannot be asked twice, too.
func TestWhatWasNotSentHasNoUnknownOutcome(t *testing.T) {
	for _, word := range []string{"effect", "once"} {
		bubble(t, func(t *testing.T) {
			h := open(t, memory(), func(c *engine.Config) { c.Script, c.Limits.Calls = wary{}, 4 })
			defer h.stop()
			h.outside.set(func(context.Context, string, int) error { return errors.New("connection refused") })
			for i := range 300 { // more than open the breaker
				h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: word + " x"})
			}
			time.Sleep(3 * time.Minute)
			h.Drain(t.Context())
			known, unknown := 0, 0
			for i := range 300 {
				switch said := h.screen.read(numbered(i)); said[len(said)-1] {
				case "failed=true unknown=true":
					unknown++
				case "failed=true unknown=false":
					known++
				default:
					t.Errorf("chat %d has received %q", i, said)
				}
			}
			sent := len(h.outside.asks())
			if unknown != sent || known == 0 {
				t.Errorf("%s: %d effects were sent; of %d the outcome is unknown, of %d it is known", word, sent, unknown, known)
			}
		})
	}
}

// The breaker counts only calls without an answer: neither refusals, which are answers, nor a fault of our own.
func TestTheBreakerCountsOnlyWhatIsNotAnswered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.outside.set(func(context.Context, string, int) error { panic("a fault of our own") })
		for i := range 100 {
			h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "once x"})
		}
		synctest.Wait()
		if n := len(h.outside.asks()); n != 100 {
			t.Errorf("%d of 100 effects were tried", n)
		}
		h.outside.set(nil)
		h.writes(chatA, "effect x")
		h.expects(chatA, "1 got 101 failed=false late=false")
	})
}

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
