package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// Pictures that were sent together get one answer, also when the process that answered the first one is gone; those that the channel
// makes silent get none; and what comes by itself, or in another album, gets its own.
func TestAnAlbumGetsOneAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := memory()
		h := open(t, s)
		received := threads(h)
		send := func(id, album string, silent bool) {
			t.Helper()
			h.accept(bot.Update{Chat: chatA, ID: id, Kind: bot.Other, Subtype: "photo", Text: id, Album: album, Silent: silent})
		}
		send("a1", "a", false)
		send("a2", "a", false)
		send("a3", "a", true)
		synctest.Wait()
		h.stop()
		h.start()
		send("a4", "a", false)
		send("b1", "b", true) // the words under b2 are answered
		send("b2", "b", false)
		send("c", "", false)
		send("d", "", false)
		got := received()
		for id, want := range map[string]int{"a1": 1, "a2": 0, "a3": 0, "a4": 0, "b1": 0, "b2": 1, "c": 1, "d": 1} {
			if n := strings.Count(got, id); n != want {
				t.Errorf("%s is answered %d times, want %d: %q", id, n, want, got)
			}
		}
		h.stop()
	})
}

// Whatever gets no answer of its own is filed in an open case, whether anybody has it or not: an agent sees every picture.
func TestEveryPictureOfAnAlbumIsFiled(t *testing.T) {
	for _, taken := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			h, d := openDesk(t, memory())
			defer h.stop()
			if h.writes(chatA, "person"); taken {
				synctest.Wait()
				h.acts(d.act(bot.DeedTake, ana))
			}
			for i := range 5 {
				h.accept(bot.Update{
					Chat: chatA, ID: fmt.Sprint("p", i), Kind: bot.Other, Subtype: "photo", Album: "a", Silent: i == 3,
					Media: &bot.Media{Name: fmt.Sprint(i), Type: "image/jpeg"},
				})
			}
			time.Sleep(time.Second)
			var names []string
			for _, e := range d.entries() {
				if e.Kind == bot.EntrySaid && e.Media != nil {
					names = append(names, e.Media.Name)
				}
			}
			wantStrings(t, fmt.Sprintf("pictures in the case, taken: %v", taken), names, "0", "1", "2", "3", "4")
		})
	}
}
