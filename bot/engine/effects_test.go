package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

func TestAnEffectThatIsAskedForAgainIsAnsweredAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Script = insisting{} })
		defer h.stop()
		h.outside.answer = func(context.Context, string, int) error { time.Sleep(4 * time.Second); return nil }
		for range 3 {
			h.writes(chatA, "effect x")
			time.Sleep(6 * time.Second)
		}
		h.expects(chatA, "1 wait", "1 got 1 failed=false late=true", "2 wait", "2 got 1 failed=false late=true", "3 wait", "3 got 1 failed=false late=true")
	})
}

// insisting asks for the same effect each time.
type insisting struct{ echo }

func (i insisting) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d, err := i.echo.Decide(s, in)
	if d.Effect != nil {
		d.Effect.Asked = "the question"
	}
	return d, err
}

// Only a session that this turn's own decision has made may be written into: a turn that is run again, or an answer that comes
// late, begins with the one that is kept.
func TestTheScriptOwnsWhatItHasJustReturned(t *testing.T) {
	bubble(t, func(t *testing.T) {
		own := &owning{}
		h := open(t, memory(), func(c *engine.Config) { c.Script = own })
		defer h.stop()
		for _, takes := range []time.Duration{time.Second, 4 * time.Second} {
			h.outside.set(func(context.Context, string, int) error { time.Sleep(takes); return nil })
			h.writes(chatA, "effect x")
			time.Sleep(6 * time.Second)
		}
		own.mu.Lock()
		defer own.mu.Unlock()
		if want := []bool{false, true, false, false}; !slices.Equal(own.seen, want) {
			t.Errorf("the script owned its session %v, want %v", own.seen, want)
		}
	})
}

// owning notes whether it may write into the session.
type owning struct {
	echo
	mu   sync.Mutex
	seen []bool
}

func (o *owning) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	o.mu.Lock()
	o.seen = append(o.seen, in.Own)
	o.mu.Unlock()
	return o.echo.Decide(s, in)
}

func TestEffects(t *testing.T) {
	slow := func(d time.Duration) func(context.Context, string, int) error {
		return func(ctx context.Context, _ string, _ int) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	down := func(context.Context, string, int) error { return errors.New("no answer") }
	for _, c := range []struct {
		name   string
		text   string
		answer func(context.Context, string, int) error
		wait   time.Duration
		want   []string
	}{
		{"in time", "effect x", slow(2900 * time.Millisecond), 3 * time.Second, []string{"1 got 1 failed=false late=false"}},
		{"late", "effect x", slow(4 * time.Second), 5 * time.Second, []string{"1 wait", "1 got 1 failed=false late=true"}},
		{"at the second try", "effect x", func(_ context.Context, _ string, n int) error {
			if n == 1 {
				return errors.New("lost")
			}
			return nil
		}, 3 * time.Second, []string{"1 got 1 failed=false late=false"}},
		{"never", "effect x", down, 3 * time.Minute, []string{"1 wait", "1 got null failed=true late=true"}},
		{"hanging for ever", "effect x", slow(time.Hour), 3 * time.Minute, []string{"1 wait", "1 got null failed=true late=true"}},
		{"that cannot be asked twice", "once x", slow(time.Second), 2 * time.Second, []string{"1 got 1 failed=false late=true"}},
		{"that cannot be asked twice, slow", "once x", slow(4 * time.Second), 5 * time.Second, []string{"1 wait", "1 got 1 failed=false late=true"}},
		{"that cannot be asked twice, lost", "once x", func(context.Context, string, int) error { time.Sleep(time.Second); return errors.New("no") }, 2 * time.Second, []string{"1 got null failed=true late=true"}},
		{"in a panic", "effect x", func(context.Context, string, int) error { panic("x") }, 3 * time.Minute, []string{"1 wait", "1 got null failed=true late=true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory())
				defer h.stop()
				h.outside.answer = c.answer
				h.writes(chatA, c.text)
				time.Sleep(c.wait)
				h.expects(chatA, c.want...)
				if h.outside.acts() != 1 {
					t.Errorf("%d acts, want 1", h.outside.acts())
				}
				if n := h.outside.asks(); strings.HasPrefix(c.text, "once") && one(n) != 1 {
					t.Errorf("asked %d times for what cannot be asked twice", one(n))
				}
			})
		})
	}
}

func one(m map[string]int) int {
	for _, n := range m {
		return n
	}
	return 0
}

func TestAChatGoesOnWhileAnEffectIsPending(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		free := make(chan struct{})
		h.outside.answer = func(context.Context, string, int) error { <-free; return nil }
		h.writes(chatA, "effect x")
		time.Sleep(4 * time.Second)
		h.writes(chatA, "hello")
		h.expects(chatA, "1 wait", "2 hello")
		close(free)
		h.expects(chatA, "1 wait", "2 hello", "1 got 1 failed=false late=true")
	})
}

func TestAPendingEffectOutlivesTheProcess(t *testing.T) {
	for text, want := range map[string]string{"effect x": "1 got 1 failed=false late=true", "once x": "1 got null failed=true late=true"} {
		bubble(t, func(t *testing.T) {
			h := open(t, memory())
			h.outside.answer = func(context.Context, string, int) error { time.Sleep(30 * time.Second); return errors.New("no") }
			h.writes(chatA, text)
			time.Sleep(4 * time.Second)
			h.expects(chatA, "1 wait")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			h.Stop(ctx)
			time.Sleep(31 * time.Second) // what hung in it is over
			h.outside.set(nil)
			h.start()
			defer h.stop()
			time.Sleep(time.Second)
			h.expects(chatA, "1 wait", want)
			if h.outside.acts() != 1 {
				t.Errorf("%s: %d acts, want 1", text, h.outside.acts())
			}
		})
	}
}

func TestAnEffectThatIsDroppedIsNotTriedAnyLonger(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.outside.answer = func(context.Context, string, int) error { return errors.New("no") }
		h.writes(chatA, "effect x")
		time.Sleep(4 * time.Second)
		h.writes(chatA, "drop")
		synctest.Wait()
		before := one(h.outside.asks())
		time.Sleep(5 * time.Minute)
		h.expects(chatA, "1 wait", "2 dropped")
		if n := one(h.outside.asks()); n > before {
			t.Errorf("tried %d times more", n-before)
		}
	})
}

// choking cannot deal with an answer that comes late.
type choking struct{ echo }

func (c choking) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	if in.Result != nil && in.Result.Late {
		return bot.Decision{}, errors.New("cannot")
	}
	d, err := c.echo.Decide(s, in)
	if in.Text == "pending?" {
		d.Replies = []bot.Reply{{Kind: bot.Say, Text: fmt.Sprint(s.Pending != nil)}}
	}
	return d, err
}

// An answer that is set aside is no longer awaited: the chat would wait for ever.
func TestAnAnswerThatIsQuarantinedIsNotAwaited(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Script = choking{} })
		defer h.stop()
		h.outside.answer = func(context.Context, string, int) error { time.Sleep(4 * time.Second); return nil }
		h.writes(chatA, "effect x")
		time.Sleep(time.Minute)
		h.writes(chatA, "pending?")
		h.expects(chatA, "1 wait", "sorry", "false")
	})
}

// The answer to what cannot be asked twice comes while the engine stops: the next process knows it.
func TestAnAnswerThatComesWhileTheEngineStopsIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.outside.set(func(context.Context, string, int) error { time.Sleep(2 * time.Second); return nil })
		h.writes(chatA, "once x")
		time.Sleep(time.Second)
		h.stop()
		h.expects(chatA)
		h.start()
		defer h.stop()
		h.expects(chatA, "1 got 1 failed=false late=true")
		if n := one(h.outside.asks()); n != 1 {
			t.Errorf("it was asked for %d times", n)
		}
	})
}
