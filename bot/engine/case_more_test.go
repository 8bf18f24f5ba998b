package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// opened opens a case in chat a and has Ana take it.
func opened(t *testing.T, h *harness, d *desk) {
	t.Helper()
	h.writes(chatA, "person")
	synctest.Wait()
	h.acts(d.act(bot.DeedTake, ana))
	synctest.Wait()
	if c := d.last(); !c.Assigned() {
		t.Fatalf("not taken: %+v", c)
	}
}

func (h *harness) says(d *desk, text string) {
	h.t.Helper()
	a := d.act(bot.DeedSay, ana)
	a.Text = text
	h.acts(a)
	synctest.Wait()
}

// texts are what was said in the chat with these words in it.
func (h *harness) texts(words ...string) (out []string) {
	synctest.Wait()
	for _, s := range h.screen.read(chatA) {
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) }) {
			out = append(out, s)
		}
	}
	return out
}

func wantStrings(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestNobodySpeaksAsTheEngine(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, d := openDesk(t, memory())
		defer h.stop()
		opened(t, h, d)
		before := len(d.entries())
		for _, k := range []bot.Kind{bot.Acted, bot.Alarm, bot.Answer, bot.Slow, bot.Broken, bot.Undelivered} {
			a := d.act(bot.DeedSay, ana)
			a.ID, a.Text = "forged", "forged"
			u := bot.Update{Chat: chatA, ID: "forged" + string(k), Kind: k, Act: &a, Subtype: bot.CaseTimer, Result: &bot.Result{}}
			if err := h.Accept(t.Context(), u); !errors.Is(err, bot.ErrUpdate) {
				t.Errorf("%s is accepted: %v", k, err)
			}
		}
		good := d.act(bot.DeedSay, ana)
		for _, a := range []bot.Act{
			{}, {ID: "x", Do: bot.DeedTake}, {ID: "x", Case: 1}, {Do: bot.DeedTake, Case: 1}, good,
			{ID: "x", Do: bot.DeedSay, Case: 1, Text: " \n"}, {ID: "x", Do: bot.DeedSay, Case: 1, Text: strings.Repeat("ñ", bot.MaxKept+1)},
		} {
			if err := h.Act(t.Context(), chatA, a); !errors.Is(err, bot.ErrUpdate) {
				t.Errorf("%+v is accepted: %v", a, err)
			}
		}
		time.Sleep(time.Second)
		if n := len(d.entries()); n != before {
			t.Errorf("%d entries of it", n-before)
		}
	})
}

func TestLongTextsAndCaptionsAreFiledMasked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, d := openDesk(t, memory(), func(c *engine.Config) { c.Script = masking{rogue{}} })
		defer h.stop()
		opened(t, h, d)
		cuil := "27-99999001-6"
		long := "my number is " + cuil + strings.Repeat(" ñandú", 300)
		h.writes(chatA, long)
		h.writes(chatA, strings.Repeat("x", bot.MaxKept-9)+" "+cuil+" and more")
		h.accept(bot.Update{Chat: chatA, ID: "photo", Kind: bot.Other, Subtype: "photo", Text: "this is " + cuil, Media: &bot.Media{Name: cuil + ".jpg", Type: "image/jpeg"}})
		h.accept(bot.Update{Chat: chatA, ID: "album", Kind: bot.Other, Subtype: "photo", Text: long})
		time.Sleep(time.Second)
		var said []bot.Entry
		for _, e := range d.entries() {
			if e.Kind == bot.EntrySaid {
				said = append(said, e)
			}
		}
		said = said[1:]
		if len(said) != 4 {
			t.Fatalf("%d entries", len(said))
		}
		wantStrings(t, "texts", []string{said[0].Text, said[2].Text, said[3].Text},
			strings.ReplaceAll(long, cuil, "##"), "this is ##", strings.ReplaceAll(long, cuil, "##"))
		if got := said[1].Text; strings.Contains(got, "99") || len(got) != bot.MaxKept {
			t.Errorf("of a text of any length %d characters are kept, to %q", len(got), got[max(0, len(got)-9):])
		}
		if said[2].Media == nil || said[2].Media.Name != "##.jpg" || said[2].Subtype != "photo" || said[3].Subtype != "photo" {
			t.Errorf("a photo is filed as %+v", said[2])
		}
	})
}

// masking is a script that masks as echo does, and may not read a text that is too long.
type masking struct{ rogue }

func (masking) Mask(text string) bot.Masked { return echo{}.Mask(text) }

func (m masking) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	if len([]rune(in.Text)) > bot.MaxText && in.Kind != bot.Other || in.Kind == bot.TooLong && in.Text != "" {
		panic("the script reads a text that is too long")
	}
	return m.rogue.Decide(s, in)
}

func TestAnErrandMaySpeak(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, d := openDesk(t, memory())
		defer h.stop()
		opened(t, h, d)
		errand := func(name string) {
			a := d.act(bot.DeedErrand, ana)
			a.Name = name
			h.acts(a)
		}
		errand("token")
		wantStrings(t, "in time", h.texts("errand", "answer 482"), "errand begins", h.texts("answer 482")[0])
		errand("no")
		wantStrings(t, "that cannot be done", h.texts("cannot"))
		slow := func(d time.Duration) {
			h.outside.set(func(context.Context, string, int) error { time.Sleep(d); return nil })
		}
		slow(8 * time.Second)
		errand("token")
		time.Sleep(20 * time.Second)
		wantStrings(t, "late", h.texts("errand", "answer 482")[2:], "errand begins", "errand waits", h.texts("answer 482")[1])
		time.Sleep(time.Minute)
		h.writes(chatA, "effect of my own")
		time.Sleep(20 * time.Second)
		if n := len(h.texts("answer 482")); n != 2 {
			t.Errorf("the answer to the affiliate is said, too: %d", n)
		}
		list := d.entries()
		if e := list[len(list)-1]; e.Kind != bot.EntryOwed || !strings.HasPrefix(e.Text, "answer ··· to") || !strings.Contains(e.Text, "at ···") {
			t.Errorf("what is owed is filed as %+v", e)
		}
		refused := 0
		for _, e := range list {
			if e.Kind == bot.EntryRefused && e.Refused == bot.RefusedUnlinked && e.Head.Errand != "" {
				refused++
			}
		}
		if refused != 1 { // and the errand before goes on
			t.Errorf("%d refusals", refused)
		}
	})
}

// What becomes of an agent's message, and when the case learns it.
func TestAnAgentsMessageComesToAnEnd(t *testing.T) {
	deliveries := func(d *desk) (out []string) {
		for _, e := range d.entries() {
			if e.Kind == bot.EntryDelivery {
				out = append(out, string(e.Delivery)+" "+e.Reason)
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		send func(n int) error
		want []string
	}{
		"sent at once":     {func(int) error { return nil }, []string{"sent "}},
		"sent later":       {func(n int) error { return tooEarly(n, errors.New("weak")) }, []string{"waiting unsure", "sent "}},
		"told to wait":     {func(n int) error { return tooEarly(n, &bot.RetryAfter{After: time.Minute}) }, []string{"waiting paused", "sent "}},
		"did not leave":    {func(n int) error { return tooEarly(n, &bot.NotSent{Err: errors.New("no")}) }, []string{"waiting not_sent", "sent "}},
		"refused":          {func(int) error { return &bot.PermanentFailure{Reason: "463"} }, []string{"failed 463"}},
		"refused later":    {func(n int) error { return max2(tooEarly(n, errors.New("weak")), &bot.PermanentFailure{Reason: "463"}) }, []string{"waiting unsure", "failed 463"}},
		"blocked":          {func(int) error { return &bot.PermanentFailure{Reason: "kicked", Gone: true} }, []string{"failed blocked"}},
		"never sent":       {func(int) error { return errors.New("weak") }, []string{"waiting unsure", "expired expired"}},
		"told to wait on":  {func(int) error { return &bot.RetryAfter{After: 20 * time.Hour} }, []string{"waiting paused", "expired expired"}},
		"process is ended": {nil, []string{"waiting unsure", "sent "}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h, d := openDesk(t, memory())
				defer func() { h.stop() }()
				opened(t, h, d)
				tries := 0
				h.screen.onSend(func(_ bot.ChatID, r bot.Reply) error {
					if r.Kind != bot.Spoken {
						return nil
					}
					if tries++; c.send == nil {
						return tooEarly(tries, errors.New("weak"))
					}
					return c.send(tries)
				})
				h.says(d, "words")
				if time.Sleep(100 * time.Millisecond); len(deliveries(d)) != 1 {
					t.Errorf("the case knows %q", deliveries(d))
				}
				if c.send == nil {
					h.stop()
					h.start(withDesk)
					h.feed(d)
				}
				time.Sleep(bot.SpokenLasts + 2*time.Minute)
				wantStrings(t, "deliveries", deliveries(d), c.want...)
				if sent := c.want[len(c.want)-1] == "sent "; sent != (len(h.texts("words")) == 1) {
					t.Errorf("it was said %d times", len(h.texts("words")))
				}
			})
		})
	}
}

func tooEarly(n int, err error) error {
	if n < 3 {
		return err
	}
	return nil
}

func max2(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
