package telegram

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// What becomes of each refusal.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name        string
		fault       telegramtest.Fault
		later       time.Duration
		never, gone bool
	}{
		{"too many", telegramtest.Fault{Code: 429, RetryAfter: 17}, 17 * time.Second, false, false},
		{"too many, and no word on how long", telegramtest.Fault{Code: 429}, time.Second, false, false},
		{"too many, by a proxy", telegramtest.Fault{Code: 429, HTML: true}, time.Second, false, false},
		{"blocked", telegramtest.Fault{Code: 403, Text: "Forbidden: bot was blocked by the user"}, 0, true, true},
		{"deactivated", telegramtest.Fault{Code: 403, Text: "Forbidden: user is deactivated"}, 0, true, true},
		{"unknown", telegramtest.Fault{Code: 400, Text: "Bad Request: chat not found"}, 0, true, true},
		{"bad", telegramtest.Fault{Code: 400, Text: "Bad Request: secreto"}, 0, true, false},
		{"bad buttons", telegramtest.Fault{Code: 400, Text: "Bad Request: BUTTON_DATA_INVALID secreto"}, 0, true, false},
		{"too large", telegramtest.Fault{Code: 413, HTML: true}, 0, true, false},
		{"wrong token", telegramtest.Fault{Code: 401}, 0, false, false},
		{"server", telegramtest.Fault{Code: 500, Text: "secreto"}, 0, false, false},
		{"a proxy's page", telegramtest.Fault{Code: 502, HTML: true}, 0, false, false},
		{"cut before", telegramtest.Fault{CutBefore: true}, 0, false, false},
		{"cut after", telegramtest.Fault{CutAfter: true}, 0, false, false},
		{"no answer", telegramtest.Fault{Delay: time.Hour}, 0, false, false},
	} {
		for _, file := range []bool{false, true} { // the library answers otherwise for uploads
			bubble(t, func(t *testing.T, r *harness) {
				ana := r.ana()
				r.srv.Fault(c.fault)
				reply := bot.Reply{Text: "secreto"}
				if file {
					reply.File = &bot.File{Name: "x.pdf", Data: []byte("x")}
				}
				err := r.send(ana, reply)
				var later *bot.RetryAfter
				var never *bot.PermanentFailure
				switch {
				case err == nil:
					t.Fatalf("%s: no error", c.name)
				case errors.As(err, &later):
					if later.After != c.later {
						t.Errorf("%s: later, after %s", c.name, later.After)
					}
				case errors.As(err, &never):
					if !c.never || never.Gone != c.gone {
						t.Errorf("%s, file %v: never, gone %v", c.name, file, never.Gone)
					}
				case c.never || c.later > 0:
					t.Errorf("%s, file %v: %v", c.name, file, err)
				}
				if text := err.Error(); strings.Contains(text, "secreto") || strings.Contains(text, "TEST_token") || strings.Contains(text, "pipe.test") {
					t.Errorf("%s: the error says too much: %s", c.name, text)
				}
				r.srv.Heal()
			})
		}
	}
}

func TestTheContextEndsASend(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{Delay: time.Hour})
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		began := time.Now()
		err := r.tg.Send(ctx, chatOf(ana.ID), bot.Reply{Text: "x"})
		var later *bot.RetryAfter
		var never *bot.PermanentFailure
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &later) || errors.As(err, &never) || time.Since(began) > 3*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestOtherBotsChats(t *testing.T) {
	r := open(t)
	for _, chat := range []bot.ChatID{"telegram/5/7", "whatsapp/70001/7", "telegram/70001/ana", "x"} {
		var never *bot.PermanentFailure
		if err := r.tg.Send(t.Context(), chat, bot.Reply{Text: "x"}); !errors.As(err, &never) || never.Gone {
			t.Errorf("%s: %v", chat, err)
		}
	}
	var never *bot.PermanentFailure
	if err := r.send(r.ana(), bot.Reply{Text: " "}); !errors.As(err, &never) {
		t.Errorf("nothing to say: %v", err)
	}
	if n := len(r.srv.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// A chat that takes no calls gets none, and no chat gets any once two take none.
func TestRetryAfterIsObeyed(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana, beto, carla := r.ana(), r.srv.User(2, "Beto", ""), r.srv.User(3, "Carla", "")
		beto.Says("hola")
		carla.Says("hola")
		say := func(u *telegramtest.User) time.Duration {
			var later *bot.RetryAfter
			if errors.As(r.send(u, bot.Reply{Text: "x"}), &later) {
				return later.After
			}
			return 0
		}
		r.srv.Fault(telegramtest.Fault{Code: 429, RetryAfter: 30, Chat: ana.ID, Times: 1})
		if d := say(ana); d != 30*time.Second {
			t.Errorf("later, after %s", d)
		}
		time.Sleep(10 * time.Second)
		calls := len(r.srv.Calls("sendMessage"))
		if d := say(ana); d != 20*time.Second || len(r.srv.Calls("sendMessage")) != calls {
			t.Errorf("asked again after %s", d)
		}
		if d := say(beto); d != 0 {
			t.Error("one chat's limit is another's")
		}
		r.srv.Fault(telegramtest.Fault{Code: 429, RetryAfter: 40, Chat: beto.ID, Times: 1})
		say(beto)
		if d := say(carla); d != 40*time.Second {
			t.Errorf("two chats asked: a third waits for %s", d)
		}
		time.Sleep(41 * time.Second)
		for _, u := range []*telegramtest.User{ana, beto, carla} {
			if d := say(u); d != 0 {
				t.Errorf("still %s", d)
			}
		}
	})
}

func TestPaces(t *testing.T) {
	now := time.Unix(1e9, 0)
	paced := func(rate float64) *Telegram {
		tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there", Rate: rate, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return tg
	}
	tg := paced(1000)
	for n := range 5 {
		if d, _ := tg.Reserve(chatOf(1)); d != 0 {
			t.Errorf("letter %d waits for %s", n+1, d)
		}
		now = now.Add(time.Millisecond)
	}
	if d, everybody := tg.Reserve(chatOf(1)); d < 900*time.Millisecond || everybody {
		t.Errorf("the sixth letter waits for %s, everybody: %t", d, everybody)
	}
	tg = paced(10)
	tg.Reserve(chatOf(1))
	if d, everybody := tg.Reserve(chatOf(2)); d != 100*time.Millisecond || !everybody {
		t.Errorf("ten a second, and the second waits for %s, everybody: %t", d, everybody)
	}
	tg = paced(0)
	for range 1000 {
		if d, _ := tg.Reserve(chatOf(1)); d != 0 {
			t.Fatalf("without a limit a letter waits for %s", d)
		}
	}
	var _ bot.Paced = tg
}

// Edits, answers and later parts count against the limit of messages; "typing…" waits for room.
func TestEveryCallCounts(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.send(ana, bot.Reply{Text: strings.Repeat("a", 4096) + "\nb"})
		if d, _ := r.tg.Reserve(chatOf(7)); d != time.Second {
			t.Errorf("after a call a letter waits for %s", d)
		}
		time.Sleep(time.Minute)
		r.tg.removeKeyboard(ana.ID, 5)
		synctest.Wait()
		if d, _ := r.tg.Reserve(chatOf(7)); d != time.Second {
			t.Errorf("after an edit a letter waits for %s", d)
		}
		r.tg.types(t.Context(), ana.ID, "")
		if n := len(ana.Typed()); n != 0 {
			t.Error("typing is shown where there is no room")
		}
	}, func(o *Options) { o.Rate = 1 })
}
