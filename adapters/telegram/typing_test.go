package telegram

import (
	"fmt"
	"testing"
	"time"

	"llave/bot"
)

func TestTyping(t *testing.T) {
	for _, c := range []struct {
		name  string
		after time.Duration // of the answer, 0: none
		want  string        // when typing is shown
	}{
		{"at once", time.Millisecond, "[]"},
		{"soon", 400 * time.Millisecond, "[]"},
		{"after a second", time.Second, "[500ms]"},
		{"after six", 6 * time.Second, "[500ms 4.5s]"},
		{"never", 0, "[500ms 4.5s 8.5s 12.5s]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *harness) {
				r.run()
				time.Sleep(time.Second)
				ana := r.ana()
				began := time.Now()
				r.receives()
				if c.after > 0 {
					time.Sleep(c.after)
					r.send(ana, bot.Reply{Text: "x"})
				}
				time.Sleep(time.Hour)
				var got []time.Duration
				for _, at := range ana.Typed() {
					got = append(got, at.Sub(began))
				}
				if fmt.Sprint(got) != c.want {
					t.Errorf("shown after %v, want %s", got, c.want)
				}
			})
		})
	}
}

// Typing is not shown where no answer follows: for a repeated update, one that was not kept, a person who left.
func TestNoTypingForNothing(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		u := r.receives()
		r.send(ana, bot.Reply{Text: "x"})
		time.Sleep(time.Minute)
		r.srv.Inject(func(int64) string { // the same update again
			return `{"update_id":` + u.ID + `,"message":{"message_id":3,` + private + `,` + from + `,"text":"hola"}}`
		})
		ana.Blocks()
		ana.Unblocks()
		time.Sleep(time.Minute)
		r.box.refuse(func(bot.Update) error { return errFull })
		ana.Says("otra")
		g := r.srv.Group(-5, "Familia")
		ana.SaysIn(g, "/token@llave_bot")
		time.Sleep(300 * time.Millisecond)
		r.halt() // and stopping ends it
		time.Sleep(time.Minute)
		if n := len(r.srv.Calls("sendChatAction")); n != 0 {
			t.Errorf("typing was shown %d times", n)
		}
	})
}
