package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// Purging, and blocking, do not take an agent's words away without a word.
func TestAgentsWordsOutliveAPurge(t *testing.T) {
	for _, restart := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			h, d := openDesk(t, memory())
			defer func() { h.stop() }()
			h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: 30 * time.Minute} })
			for i := range 100 { // more than a chat holds in memory
				h.writes(chatA, fmt.Sprint("hello ", i))
				time.Sleep(100 * time.Millisecond)
			}
			opened(t, h, d)
			h.says(d, "first words")
			h.says(d, "second words")
			h.writes(chatA, "purge")
			synctest.Wait()
			if restart {
				h.stop()
				h.start(withDesk)
				h.feed(d)
			}
			h.screen.onSend(nil)
			time.Sleep(time.Hour)
			if got := h.screen.read(chatA); len(got) < 4 || !slices.Equal(got[:4], []string{"in case 1", "told taken", "first words", "second words"}) {
				t.Errorf("what is said begins with %q", got[:min(len(got), 5)])
			}
		})
	}
}

func TestToAChatThatBlocksWordsFail(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, d := openDesk(t, memory())
		defer h.stop()
		opened(t, h, d)
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Minute} })
		h.says(d, "before")
		h.accept(bot.Update{Chat: chatA, ID: "gone", Kind: bot.Gone})
		synctest.Wait()
		h.says(d, "after")
		h.screen.onSend(nil)
		time.Sleep(10 * time.Minute)
		if got := h.texts("before", "after"); len(got) != 0 {
			t.Errorf("said to a chat that wants nothing: %q", got)
		}
		var got, want []string
		for _, e := range d.entries() {
			switch e.Kind {
			case bot.EntrySpoken:
				want = append(want, fmt.Sprint("failed blocked ", e.N))
			case bot.EntryDelivery:
				if e.Delivery != bot.DeliveryWaiting {
					got = append(got, fmt.Sprint(e.Delivery, " ", e.Reason, " ", e.Of))
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		wantStrings(t, "deliveries", got, want...)
		if len(want) != 2 {
			t.Errorf("%d messages", len(want))
		}
	})
}
