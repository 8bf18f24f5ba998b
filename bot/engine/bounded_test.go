package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
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
