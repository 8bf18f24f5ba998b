package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// local is an outside some of whose effects ask no back end.
type local struct{ *outside }

func (local) Local(string) bool { return true }

func TestWhatAsksNoBackEndDoesNotWaitForOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Effects = local{c.Effects.(*outside)} })
		defer h.stop()
		h.outside.set(func(_ context.Context, _ string, n int) error {
			if n < 3 {
				return errors.New("not yet")
			}
			return nil
		})
		crowd(h, 200)
		time.Sleep(2 * time.Second)
		for i := range 200 {
			if said := h.screen.read(numbered(i)); len(said) != 1 || !strings.HasSuffix(said[0], "failed=false late=false") {
				t.Fatalf("chat %d has received %q", i, said)
			}
		}
	})
}

// nearby has the texts "near" ask for an effect that asks no back end.
type nearby struct{ echo }

func (n nearby) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	near := in.Text == "near"
	if near {
		in.Text = "effect near"
	}
	d, err := n.echo.Decide(s, in)
	if near && d.Effect != nil {
		d.Effect.Op = "near"
	}
	return d, err
}

// partlyLocal is an outside of which only one effect asks no back end.
type partlyLocal struct{ *outside }

func (partlyLocal) Local(op string) bool { return op == "near" }

func (p partlyLocal) Run(ctx context.Context, chat bot.ChatID, e bot.Effect) (bot.Value, error) {
	if p.Local(e.Op) {
		return bot.Of("near"), nil
	}
	return p.outside.Run(ctx, chat, e)
}

// What asks no back end does not wait behind what does: neither for a place nor for the breaker.
func TestWhatAsksNoBackEndDoesNotWaitBehindWhatDoes(t *testing.T) {
	for name, dead := range map[string]func(context.Context, string, int) error{
		"hanging":  hang,
		"refusing": func(context.Context, string, int) error { return errors.New("connection refused") },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory(), func(c *engine.Config) {
					c.Script, c.Effects, c.Limits.Calls = nearby{}, partlyLocal{c.Effects.(*outside)}, 20
				})
				defer h.stop()
				h.outside.set(dead)
				crowd(h, 200)
				time.Sleep(30 * time.Second)
				h.writes(chatA, "near")
				h.expects(chatA, `1 got "near" failed=false late=false`)
				h.Drain(t.Context())
			})
		})
	}
}
