package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// A case from its opening to its end, as the desk reads it and as the affiliate does.
func TestACaseIsOpenedTakenAnsweredAndClosed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, d := openDesk(t, memory())
		defer h.stop()
		h.writes(chatA, "hello")
		h.writes(chatA, "person please 482 913")
		synctest.Wait()
		h.acts(d.act(bot.DeedTake, ana))
		synctest.Wait()
		h.writes(chatA, "it does not work")
		synctest.Wait()
		say := d.act(bot.DeedSay, ana)
		say.Text = "Let me see: 123 456"
		h.acts(say)
		synctest.Wait()
		over := d.act(bot.DeedClose, ana)
		over.Why = bot.WhyResolved
		h.acts(over)
		h.writes(chatA, "thanks")
		h.expects(chatA, "answered u1", "in an agent's name", "in case 1", "answered u2", "in an agent's name", "told taken",
			"Let me see: 123 456", "told closed", "chatter on closed", "answered act/a6", "in an agent's name", "answered u7", "in an agent's name")
		time.Sleep(time.Second)
		want := []string{"opened", "said", "told", "bot", "bot", "taken", "owed", "told", "said", "spoken", "delivery sent 10", "closed", "told"}
		list := d.entries()
		if got := kinds(list); !slices.Equal(got, want) {
			t.Fatalf("entries are\n%q, want\n%q", got, want)
		}
		n := uint64(0)
		for _, e := range list {
			if e.Kind != bot.EntryDelivery {
				if n++; e.N != n || e.Head == nil || e.Head.Last != n {
					t.Errorf("entry %d has number %d and head %+v", n, e.N, e.Head)
				}
			}
			if e.Case != 1 || e.V != bot.EntryVersion || e.At.IsZero() {
				t.Errorf("entry %+v", e)
			}
		}
		if e := list[1]; e.Text != "person please 482 913" || string(e.Hint) != `{"wish":"x"}` || e.Head.Received != 2 {
			t.Errorf("what was said is filed as %+v", e)
		}
		if chat, err := h.OpenChatRef(list[0].Ref); err != nil || chat != chatA {
			t.Errorf("ref is %s, %v", chat, err)
		}
		if got := h.Stats().Hushed.Load(); got != 3+2 { // of taking, and of what was said then
			t.Errorf("%d replies were hushed", got)
		}
		if n := h.Stats().ActsDone.Load(); n != 3 {
			t.Errorf("%d acts done", n)
		}
		if strings.Contains(h.log.String(), "482") {
			t.Error("the log holds what was said")
		}
	})
}
