package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

func TestIntroduction(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Method: "getMe", Times: 5, Code: 500})
		r.srv.Fault(telegramtest.Fault{Method: "setMyCommands", Times: 5, CutBefore: true})
		r.run()
		ana := r.ana()
		if u := r.receives(); u.DeepLink != "" {
			t.Errorf("a way back to nobody knows whom: %q", u.DeepLink)
		}
		time.Sleep(5 * time.Minute)
		ana.Says("token")
		if u := r.receives(); u.DeepLink != "https://t.me/llave_bot?start=%s" {
			t.Errorf("back by %q", u.DeepLink)
		}
		var names []string
		for _, c := range r.srv.Commands() {
			names = append(names, c.Command)
		}
		if got := strings.Join(names, " "); got != "token credencial preimpresos otro rechazado ayuda menu desvincular" {
			t.Errorf("commands %s", got)
		}
	})
}

// What every command says must be understood: the words are those of the catalog, without the slash.
func TestTheCatalog(t *testing.T) {
	c, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Get("copy", "482 913") + "|" + c.Get("copy.long", nil) + "|" + c.Get("choice", map[string]any{"Number": 1, "Text": "Sí"}); got != "Copiar 482 913|Copiar|[1] Sí" {
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
	bubble(t, func(t *testing.T, r *harness) {
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
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Delay: time.Hour})
		for i := range 100 {
			r.tg.removeKeyboard(1, i)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		if err := r.tg.Close(ctx); err == nil || time.Since(began) > 2*time.Second {
			t.Errorf("closed after %s: %v", time.Since(began), err)
		}
		if r.tg.queue.Do(func(context.Context) {}) {
			t.Error("it takes more to do")
		}
		if err := r.tg.Close(context.Background()); err != nil {
			t.Errorf("twice: %v", err)
		}
	})
}
