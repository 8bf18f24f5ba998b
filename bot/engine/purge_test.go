package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// keeper is a channel with a history.
type keeper struct {
	*screen
	fails int
	ids   map[string]bool
}

func (k *keeper) Forget(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	if k.fails > 0 {
		k.fails--
		return errors.New("cannot")
	}
	k.ids[r.ID+r.At.String()] = true
	return k.Send(ctx, to, bot.Reply{Text: "(forget)"})
}

// A turn that purges has a channel with a history erase it, in order and for as long as it takes. A channel without one
// is told nothing.
func TestAPurgeErasesAHistory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := &keeper{fails: 3, ids: map[string]bool{}}
		history := func(c *engine.Config) {
			k.screen = c.Channels["fake"].(*screen)
			c.Channels["fake"] = k
		}
		h := open(t, memory(), history)
		h.writes(chatA, "one")
		synctest.Wait()
		h.writes(chatA, "purge")
		h.writes(chatA, "two")
		synctest.Wait()
		h.expects(chatA, "1 one")
		h.stop()
		h.start(history)
		defer h.stop()
		time.Sleep(time.Minute)
		h.expects(chatA, "1 one", "(forget)", "2 purged", "3 two")
		if len(k.ids) != 1 || k.ids[""] {
			t.Errorf("what is to be erased comes as %v", k.ids)
		}
		h.writes(chatA, "three")
		time.Sleep(time.Minute)
		h.expects(chatA, "1 one", "(forget)", "2 purged", "3 two", "4 three")
	})
}
