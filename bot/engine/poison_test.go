package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"llave/bot"
)

func TestPoisonIsQuarantinedAndTheChatGoesOn(t *testing.T) {
	for _, text := range []string{"panic of Juana", "fail", "ever"} {
		t.Run(text, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory())
				defer h.stop()
				h.writes(chatA, "one")
				h.writes(chatA, text)
				h.writes(chatA, "two")
				h.expects(chatA, "1 one", "sorry", "2 two")
				dead, err := h.store.Dead(t.Context(), 10)
				if err != nil || len(dead) != 1 || len(dead[0].Body) == 0 {
					t.Errorf("dead letters: %v, %v", dead, err)
				}
				if strings.Contains(h.log.String(), "Juana") || strings.Contains(fmt.Sprint(dead), "Juana") {
					t.Error("what was said stands in the log or in the clear among the dead letters")
				}
			})
		})
	}
}

// died is a store that tells that earlier processes died with every waiting update in hand.
type died struct{ bot.Store }

func (d died) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	c, err := d.Store.Load(ctx, k)
	for i := range c.Waiting {
		c.Waiting[i].Tries = 10
	}
	return c, err
}

func TestWhatKillsTheProcessIsQuarantined(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s)
		s.set(&s.commit, func() error { return errors.New("down") })
		h.writes(chatA, "one")
		synctest.Wait()
		h.stop()
		h.store = died{s.Store}
		h.start()
		h.expects(chatA, "sorry")
		h.writes(chatA, "two")
		h.expects(chatA, "sorry", "1 two")
		h.stop()
		if n := strings.Count(h.log.String(), `msg="update set aside"`); n != 1 || !strings.Contains(h.log.String(), "again and again") {
			t.Errorf("the log says %d times that an update was set aside, want once, and why:\n%s", n, h.log)
		}
	})
}
