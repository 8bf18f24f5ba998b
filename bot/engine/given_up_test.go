package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// What cannot be sent, and then is put back, is sent under the same number as before; a link never is.
func TestRepliesThatWereGivenUpAreSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), withKeys(t, 1))
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.PermanentFailure{Reason: "blocked"} })
		h.writes(chatA, "one")
		h.writes(chatA, "secret https://link")
		h.writes(chatA, "show token")
		synctest.Wait()
		h.screen.onSend(nil)
		h.writes(chatA, "four")
		synctest.Wait()
		h.stop()
		time.Sleep(time.Hour)
		refused := h.retryAll(h.deadLetters(1))
		if len(refused) != 2 || refused[engine.ErrOnlyOnce] != 1 || refused[engine.ErrOver] != 1 {
			t.Errorf("refused: %v, want the link and the token whose time is over", refused)
		}
		var ids []string
		h.screen.onSend(func(_ bot.ChatID, r bot.Reply) error { ids = append(ids, r.ID); return nil })
		h.start(withKeys(t, 1))
		// What was said of the link and the token could not be sent either.
		h.expects(chatA, "4 four", "1 one", "undelivered: unsent", "undelivered: unsent")
		if len(ids) != 3 || ids[0] != "0" {
			t.Errorf("they were sent as %v, want their own numbers, 0 first", ids)
		}
		h.stop()
	})
}

// What a later turn withdrew is withdrawn among the dead, too: it must not reach a chat that is not linked any more.
func TestWhatWasWithdrawnIsNotSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), withKeys(t, 1))
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.PermanentFailure{Reason: "blocked"} })
		h.writes(chatA, "one")
		synctest.Wait()
		h.screen.onSend(nil)
		h.writes(chatA, "purge")
		synctest.Wait()
		h.stop()
		d := h.deadLetters(1)
		if all, err := d.List(t.Context()); err != nil || len(all) != 1 || !all[0].Withdrawn || all[0].Readable {
			t.Errorf("the dead: %+v, %v", all, err)
		}
		if refused := h.retryAll(d); refused[engine.ErrWithdrawn] != 1 {
			t.Errorf("refused: %v", refused)
		}
	})
}

// The store is asked now and then whether it takes what it is given, also while nobody writes.
func TestAFullDiskIsNotReady(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &full{Store: memory()}
		h := open(t, p)
		time.Sleep(time.Hour)
		if err := h.Ready(); err != nil {
			t.Fatal(err)
		}
		p.full.Store(true)
		time.Sleep(time.Minute)
		if h.Ready() == nil {
			t.Error("ready while the disk is full and nobody writes")
		}
		p.full.Store(false)
		time.Sleep(2 * time.Second)
		if err := h.Ready(); err != nil {
			t.Errorf("not ready when there is room again: %v", err)
		}
		h.stop()
	})
}

// full is a store whose disk gets full.
type full struct {
	bot.Store
	full atomic.Bool
}

func (f *full) Ping(ctx context.Context) error {
	if f.full.Load() {
		return errors.New("no room")
	}
	return f.Store.Ping(ctx)
}

// The log names a chat by the same short key as the list of dead letters.
func TestTheLogNamesAChatAsTheListOfDeadLettersDoes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), withKeys(t, 1))
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.PermanentFailure{Reason: "blocked"} })
		h.writes(chatA, "one")
		synctest.Wait()
		h.stop()
		all, err := h.deadLetters(1).List(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("the dead: %+v, %v", all, err)
		}
		key := all[0].Chat[strings.LastIndex(all[0].Chat, "/")+1:]
		if line := `msg="outbox message is a dead letter" key=` + key + " n=0 reason=blocked"; len(key) != 8 || !strings.Contains(h.log.String(), line) {
			t.Errorf("no line %q in\n%s", line, h.log)
		}
	})
}
