package telegram

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

func ask(question string) bot.Reply {
	return bot.Reply{Kind: bot.Ask, Text: "¿" + question + "?", Question: question, Choices: []bot.Option{{Text: "Sí", Value: "yes"}, {Text: "No", Value: "no"}}}
}

func TestAPress(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.run()
		r.hears()
		r.send(ana, ask("Q"))
		r.srv.Fault(telegramtest.Fault{Method: "answerCallbackQuery", Times: 1, Delay: time.Second})
		r.srv.Fault(telegramtest.Fault{Method: "editMessageReplyMarkup", Times: 1, Delay: time.Second})
		began := time.Now()
		if _, err := ana.Presses("Sí"); err != nil {
			t.Fatal(err)
		}
		if u := r.hears(); u.Kind != bot.Pressed || u.Choice != (bot.Choice{Question: "Q", Value: "yes"}) || !u.Said.IsZero() {
			t.Errorf("heard %+v", u)
		}
		r.until("the spinner stops and the keyboard goes", func() bool { return r.srv.Spinning() == 0 && len(last(ana).Rows) == 0 })
		if took := time.Since(began); took > 1100*time.Millisecond {
			t.Errorf("one after the other: %s", took)
		}
		if p := r.srv.Calls("editMessageReplyMarkup")[0].Params; p["reply_markup"] != noKeyboard {
			t.Errorf("edited with %v", p)
		}
	})
}

// A button whose press was not kept keeps turning: the person sees that nothing came of it yet.
func TestAPressIsAnsweredOnlyOnceItIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.run()
		r.hears()
		r.send(ana, ask("Q"))
		r.box.refuse(func(bot.Update) error { return errFull })
		ana.Presses("Sí")
		time.Sleep(10 * time.Second)
		if n := len(r.srv.Calls("answerCallbackQuery", "editMessageReplyMarkup")); n != 0 || r.srv.Spinning() != 1 {
			t.Errorf("%d calls before it is kept", n)
		}
		r.box.refuse(nil)
		time.Sleep(10 * time.Second)
		if r.srv.Spinning() != 0 {
			t.Error("it turns for ever")
		}
	})
}

// Buttons that are not ours, or of a message that is long gone: the bot hears of them, so that it can say so.
func TestOddPresses(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.run()
		r.hears()
		for _, data := range []string{"token", "2/Q/yes", "1/Q/", "\x00"} {
			ana.PressesData(999, data)
			if u := r.hears(); u.Kind != bot.Pressed || u.Choice != (bot.Choice{}) {
				t.Errorf("%q: heard %+v", data, u)
			}
		}
		r.srv.Inject(func(id int64) string {
			return fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"900000","from":{"id":5},"inline_message_id":"x","data":"1/Q/yes"}}`, id)
		})
		r.until("every spinner stops", func() bool { return r.srv.Spinning() == 0 })
		r.until("the inline one too", func() bool { return len(r.srv.Calls("answerCallbackQuery")) == 5 })
		if strings.Contains(r.logged(), "left undone") {
			t.Errorf("what is as good as done is logged: %s", r.logged())
		}
	})
}

// An old keyboard goes when the next one comes: a press on it would only be "from before".
func TestOldKeyboardsGo(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		boards := func() string {
			synctest.Wait()
			time.Sleep(time.Second)
			out := ""
			for _, m := range ana.Screen()[1:] {
				out += fmt.Sprint(len(m.Rows))
			}
			return out
		}
		r.send(ana, ask("A"))
		r.send(ana, bot.Reply{Text: "no keyboard"})
		if got := boards(); got != "10" {
			t.Errorf("keyboards %s", got)
		}
		r.send(ana, ask("B"))
		if got := boards(); got != "001" {
			t.Errorf("keyboards %s", got)
		}
		r.send(ana, bot.Reply{Text: "token", Copy: "482913", Question: "C", Choices: board})
		if got := boards(); got != "0002" {
			t.Errorf("keyboards %s", got)
		}
		beto := r.srv.User(5, "Beto", "")
		beto.Says("hola")
		r.send(beto, ask("D"))
		if got := boards(); got != "0002" {
			t.Errorf("another's message takes the keyboard: %s", got)
		}
	})
}

// A press has taken its keyboard away: the next reply does not do it again.
func TestAKeyboardIsTakenAwayOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.run()
		r.hears()
		r.send(ana, ask("A"))
		ana.Presses("Sí")
		r.hears()
		r.send(ana, ask("B"))
		time.Sleep(time.Second)
		if n := len(r.srv.Calls("editMessageReplyMarkup")); n != 1 {
			t.Errorf("%d edits", n)
		}
	})
}

func TestSmallCallsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{Method: "editMessageReplyMarkup", Delay: 5 * time.Second})
		synctest.Wait()
		before := runtime.NumGoroutine()
		for i := range 5000 {
			r.tg.clear(ana.ID, i)
		}
		synctest.Wait()
		if n := runtime.NumGoroutine() - before; n > 10*maxWorkers {
			t.Errorf("%d goroutines", n)
		}
		if n := len(r.srv.Calls("editMessageReplyMarkup")); n > maxWorkers {
			t.Errorf("%d at a time", n)
		}
		if n := r.tg.Stats().Dropped.Load(); n < 5000-maxWaiting-maxWorkers || n > 5000-maxWaiting {
			t.Errorf("%d left out", n)
		}
		r.srv.Heal()
	})
}

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
			bubble(t, func(t *testing.T, r *rig) {
				r.run()
				time.Sleep(time.Second)
				ana := r.ana()
				began := time.Now()
				r.hears()
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

// Nobody is shown typing for what gets no answer: what comes twice, what is not kept, who left.
func TestNoTypingForNothing(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.run()
		u := r.hears()
		r.send(ana, bot.Reply{Text: "x"})
		time.Sleep(time.Minute)
		r.srv.Inject(func(int64) string { // the same update again
			return `{"update_id":` + u.ID + `,"message":{"message_id":3,` + private + `,` + from + `,"text":"hola"}}`
		})
		ana.Blocks()
		ana.Unblocks()
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

func TestIntroduction(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.srv.Fault(telegramtest.Fault{Method: "getMe", Times: 5, Code: 500})
		r.srv.Fault(telegramtest.Fault{Method: "setMyCommands", Times: 5, CutBefore: true})
		r.run()
		ana := r.ana()
		if u := r.hears(); u.Back != "" {
			t.Errorf("a way back to nobody knows whom: %q", u.Back)
		}
		time.Sleep(5 * time.Minute)
		ana.Says("token")
		if u := r.hears(); u.Back != "https://t.me/llave_bot?start=%s" {
			t.Errorf("back by %q", u.Back)
		}
		var names []string
		for _, c := range r.srv.Commands() {
			names = append(names, c.Command)
		}
		if got := strings.Join(names, " "); got != "token credencial otro rechazado ayuda menu desvincular" {
			t.Errorf("commands %s", got)
		}
	})
}

// What every command says must be understood: the words are those of the catalog, without the slash.
func TestTheCatalog(t *testing.T) {
	c, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.text("copy", "482 913") + "|" + c.text("copy.long", nil) + "|" + c.text("choice", map[string]any{"Number": 1, "Text": "Sí"}); got != "Copiar 482 913|Copiar|[1] Sí" {
		t.Errorf("texts %q", got)
	}
	for _, bad := range []string{"Token: x", "token:x", "token: ", "otro token: x", "", "token: " + strings.Repeat("x", 257)} {
		if _, err := commandsOf("token: Ver\n" + bad + "\n"); err == nil && bad != "" {
			t.Errorf("%q is taken for a command", bad)
		}
	}
}

func TestOptions(t *testing.T) {
	token := "70001:TEST_token-of-a-bot-that-is-not-there"
	for _, o := range []Options{
		{}, {Token: "x"}, {Token: "70001:short"}, {Token: token + "/"}, {Token: token, API: "api.telegram.org"}, {Token: token, API: "http://x/%41"},
		{Token: token, API: "http://user@x"}, {Token: token, Secret: "short"}, {Token: token, Secret: strings.Repeat("ñ", 20)}, {Token: token, Webhook: true},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "TEST_token") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Neither an error nor a log line holds the token or an address, whatever goes wrong.
func TestTheTokenStaysSecret(t *testing.T) {
	for _, api := range []string{"http://127.0.0.1:1", "https://127.0.0.1:1", "http://nowhere.invalid"} {
		tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there", API: api})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err = tg.Send(ctx, chatOf(5), bot.Reply{Text: "x"})
		cancel()
		if err == nil {
			t.Fatal("it worked")
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(text, "TEST_token") {
				t.Errorf("%s", text)
			}
		}
		tg.Close(t.Context())
	}
}

func TestAnAnswerWithoutEnd(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{Code: 200, HTML: true})
		if err := r.send(ana, bot.Reply{Text: strings.Repeat("a", 4000)}); err == nil || strings.Contains(err.Error(), "aaa") {
			t.Errorf("an answer that is none: %v", err)
		}
		r.srv.Heal()
	})
}

// Close cuts short what takes too long, and leaves nothing behind.
func TestClose(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.srv.Fault(telegramtest.Fault{Delay: time.Hour})
		for i := range 100 {
			r.tg.clear(1, i)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		if err := r.tg.Close(ctx); err == nil || time.Since(began) > 2*time.Second {
			t.Errorf("closed after %s: %v", time.Since(began), err)
		}
		if r.tg.jobs.do(func(context.Context) {}) {
			t.Error("it takes more to do")
		}
		if err := r.tg.Close(context.Background()); err != nil {
			t.Errorf("twice: %v", err)
		}
	})
}

func TestLRU(t *testing.T) {
	l := newLRU[int, string](3)
	for i := range 5 {
		l.put(i, fmt.Sprint(i))
	}
	if _, ok := l.get(1); ok || len(l.m) != 3 {
		t.Errorf("remembers %v", l.m)
	}
	if old, had := l.put(3, "x"); !had || old != "3" {
		t.Errorf("had %q", old)
	}
	l.drop(4)
	l.put(4, "y")
	l.put(5, "z")
	l.put(6, "w")
	if v, ok := l.get(4); !ok || v != "y" || len(l.m) != 3 {
		t.Errorf("remembers %v", l.m)
	}
}
