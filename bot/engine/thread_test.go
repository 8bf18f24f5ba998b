package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// threads has the screen note where each reply goes.
func threads(h *harness) func() string {
	var mu sync.Mutex
	var got []string
	h.screen.onSend(func(_ bot.ChatID, r bot.Reply) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Text+"@"+r.Thread)
		return nil
	})
	return func() string {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(got, "|")
	}
}

func (h *harness) saysIn(thread, text string) {
	h.t.Helper()
	h.next++
	h.accept(bot.Update{Chat: chatA, ID: "t" + string(rune('a'+h.next)), Kind: bot.Message, Text: text, Thread: thread})
}

// Replies go where they were asked for: at once, late, and after the person went on elsewhere.
func TestRepliesGoToTheThreadThatAsked(t *testing.T) {
	for _, word := range []string{"effect", "once"} {
		bubble(t, func(t *testing.T) {
			h := open(t, memory())
			defer h.stop()
			received := threads(h)
			h.outside.answer = func(context.Context, string, int) error { time.Sleep(4 * time.Second); return nil }
			h.saysIn("77", "hello")
			h.saysIn("77", word+" x")
			time.Sleep(3500 * time.Millisecond)
			h.saysIn("88", "elsewhere")
			time.Sleep(time.Minute)
			h.saysIn("", "nowhere")
			if got := received(); got != "1 hello@77|2 wait@77|3 elsewhere@88|2 got 1 failed=false late=true@77|4 nowhere@" {
				t.Errorf("%s: %s", word, got)
			}
		})
	}
}

// What nobody asked for goes where the person wrote last.
func TestAnAlarmGoesToTheLastThread(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		received := threads(h)
		h.saysIn("77", "timer x")
		time.Sleep(2 * time.Hour)
		if got := received(); got != "1 set@77|alarm x@77" {
			t.Error(got)
		}
	})
}

// A restart forgets no thread: neither that of a reply that waits, nor that of an effect that is not answered.
func TestThreadsSurviveARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.outside.set(func(context.Context, string, int) error { return errors.New("down") })
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return errors.New("down") })
		h.saysIn("77", "timer x")
		h.saysIn("77", "effect x")
		time.Sleep(5 * time.Second)
		h.saysIn("88", "elsewhere")
		time.Sleep(time.Second)
		h.stop()
		h.outside.set(nil)
		received := threads(h)
		h.start()
		defer h.stop()
		time.Sleep(2 * time.Hour)
		if got := received(); got != "1 set@77|3 elsewhere@88|2 got 1 failed=false late=true@77|alarm x@88" {
			t.Error(got)
		}
	})
}

// What is said instead of a reply that came too late goes where that would have gone.
func TestWhatIsSaidInsteadKeepsTheThread(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return errors.New("down") })
		h.saysIn("77", "show x")
		time.Sleep(2 * time.Minute)
		received := threads(h)
		time.Sleep(10 * time.Minute)
		if got := received(); got != "too late@77" {
			t.Error(got)
		}
	})
}
