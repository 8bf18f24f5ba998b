package engine_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// waiter says how long each update waited, in minutes.
type waiter struct{}

func (waiter) NewData() any { return &struct{}{} }

func (waiter) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	text := fmt.Sprintf("%s %dm", in.Text, in.Waited/time.Minute)
	return bot.Decision{Session: s, Replies: []bot.Reply{{Kind: bot.Say, Text: text}}}, nil
}

func (waiter) Mask(text string) bot.Masked { return bot.Masked{Text: text} }

func waiting(c *engine.Config) { c.Script = waiter{} }

// saysLate says a text that the channel dates so long ago, by its own clock.
func (h *harness) saysLate(chat bot.ChatID, text string, ago time.Duration) {
	h.t.Helper()
	h.next++
	h.accept(bot.Update{Chat: chat, ID: fmt.Sprintf("late%d", h.next), Kind: bot.Message, Text: text, OccurredAt: time.Now().Add(-ago)})
}

// A channel's clock that is wrong makes nothing old once it is known to be wrong; the same lag on another account counts.
func TestALagIsJudgedByTheUsualOneOfItsAccount(t *testing.T) {
	for name, skew := range map[string]time.Duration{"behind": 11 * time.Minute, "ahead": -11 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory(), waiting)
				defer h.stop()
				h.saysLate(chatA, "first", skew)
				time.Sleep(15 * time.Second)
				h.saysLate(chatB, "second", skew+time.Second)
				h.saysLate(chatA, "third", skew+12*time.Minute)
				h.saysLate("fake/other/a", "elsewhere", 11*time.Minute)
				h.expects(chatA, fmt.Sprintf("first %dm", max(0, skew/time.Minute)), "third 12m")
				h.expects(chatB, "second 0m")
				h.expects("fake/other/a", "elsewhere 11m")
			})
		})
	}
}

// What waited at the channel while nothing could be received is old, however much of it there is: after a start without
// history, and after hours in which everything came at once.
func TestABacklogIsOld(t *testing.T) {
	for name, before := range map[string]int{"after a start": 0, "after an outage": 100} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory(), waiting)
				defer h.stop()
				for i := range before {
					h.saysLate(bot.ChatID(fmt.Sprintf("fake/bot/before%d", i)), "x", time.Duration(i%3)*time.Second)
					time.Sleep(time.Minute)
				}
				// An hour of it, delivered within a minute: for each second of ours a minute of theirs.
				for i := range 60 {
					chat := bot.ChatID(fmt.Sprintf("fake/bot/%d", i))
					late := 80*time.Minute - time.Duration(i)*time.Minute
					h.saysLate(chat, "x", late)
					h.expects(chat, fmt.Sprintf("x %dm", late/time.Minute))
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// The clock of the host is put forward while the program runs: after some seconds that is the usual lag.
func TestAClockThatIsPutForwardIsNoticed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), waiting)
		defer h.stop()
		h.saysLate(chatA, "a", time.Second)
		for i, want := range []string{"a 0m", "b 11m", "b 11m", "b 0m", "b 0m"} {
			if i > 0 {
				h.saysLate(chatA, "b", 11*time.Minute+time.Duration(i%2)*time.Second)
			}
			synctest.Wait()
			if got := h.screen.read(chatA); got[i] != want {
				t.Errorf("update %d: %s, want %s", i, got[i], want)
			}
			time.Sleep(6 * time.Second)
		}
	})
}

// The lag is fixed at acceptance: a turn that is run by another process, with another history, sees the same one. Our own
// waiting is added to it.
func TestATurnRunAgainSeesTheSameLag(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &faulty{Store: memory()}
		h := open(t, f, waiting)
		f.set(&f.commit, func() error { return errors.New("no") })
		h.saysLate(chatA, "x", 7*time.Minute)
		synctest.Wait()
		h.stop()
		f.set(&f.commit, nil)
		time.Sleep(5 * time.Minute)
		h.start(waiting)
		defer h.stop()
		h.expects(chatA, "x 12m")
	})
}
