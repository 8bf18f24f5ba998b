package telegram

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

const push = `{"update_id":7,"message":{"message_id":3,` + private + `,` + from + `,"text":"token"}}`

// knock makes a request of the handler and returns its status.
func knock(h http.Handler, method, secret, body string) int {
	req := httptest.NewRequest(method, WebhookPath, strings.NewReader(body))
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w.Code
}

func TestTheHandlerAnswersWhatItKeeps(t *testing.T) {
	const secret = "abcdefghijklmnopqrst"
	r := open(t, func(o *Options) { o.Webhook, o.PublicURL, o.Secret = true, "https://llave.example", secret })
	h := r.tg.Handler(r.box)
	for _, c := range []struct {
		name, method, secret, body string
		want, kept                 int
	}{
		{"GET", http.MethodGet, secret, "", 405, 0},
		{"no secret", http.MethodPost, "", push, 401, 0},
		{"wrong secret", http.MethodPost, secret + "x", push, 401, 0},
		{"a beginning of the secret", http.MethodPost, secret[:19], push, 401, 0},
		{"too long", http.MethodPost, secret, `{"update_id":7,"x":"` + strings.Repeat("a", maxPush) + `"}`, 413, 0},
		{"no JSON", http.MethodPost, secret, "{", 200, 0},
		{"a form that cannot be read", http.MethodPost, secret, `{"update_id":7,"message":"x"}`, 200, 0},
		{"nothing for the bot", http.MethodPost, secret, inGroup(`"text":"hola"`), 200, 0},
		{"right", http.MethodPost, secret, push, 200, 1},
		{"right, again", http.MethodPost, secret, push, 200, 1},
	} {
		if got := knock(h, c.method, c.secret, c.body); got != c.want || len(r.box.updates()) != c.kept {
			t.Errorf("%s: status %d, want %d; %d kept, want %d", c.name, got, c.want, len(r.box.updates()), c.kept)
		}
	}
	if s := r.tg.Stats(); s.Unreadable.Load() != 2 || s.Forged.Load() != 3 {
		t.Errorf("%d set aside, %d forged", s.Unreadable.Load(), s.Forged.Load())
	}
	for _, err := range []error{errFull, bot.ErrStopped} {
		r.box.refuse(func(bot.Update) error { return err })
		if got := knock(h, http.MethodPost, secret, strings.Replace(push, "7", "8", 1)); got != 503 {
			t.Errorf("%v: status %d: Telegram would not repeat it", err, got)
		}
	}
	r.box.refuse(func(bot.Update) error { return bot.ErrUpdate })
	if got := knock(h, http.MethodPost, secret, strings.Replace(push, "7", "9", 1)); got != 200 {
		t.Errorf("what will never be taken: status %d: Telegram would repeat it for ever", got)
	}
}

// A push is answered with 200 only after its update is kept.
func TestTheHandlerWaitsForTheBot(t *testing.T) {
	r := open(t)
	kept := false
	r.box.refuse(func(bot.Update) error { time.Sleep(20 * time.Millisecond); kept = true; return nil })
	if got := knock(r.tg.Handler(r.box), http.MethodPost, r.tg.opt.Secret, push); got != 200 || !kept {
		t.Errorf("status %d, kept: %v", got, kept)
	}
}

func TestThereIsAlwaysASecret(t *testing.T) {
	a := reader(t).opt.Secret
	b, _ := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-another"})
	if a == b.opt.Secret || a != reader(t).opt.Secret || !SecretShape.MatchString(a) || len(a) < 32 || strings.Contains(a, "TEST") {
		t.Errorf("secrets %q, %q", a, b.opt.Secret)
	}
	if got := knock(reader(t).Handler(none{}), http.MethodPost, "", push); got != 401 {
		t.Errorf("without a secret: status %d", got)
	}
}

// pushed is a harness whose server pushes over a network in memory.
func pushed(t *testing.T, f func(t *testing.T, r *harness)) {
	t.Helper()
	var way *telegramtest.Pipe
	bubbleWith(t, func(o *telegramtest.Options) {
		way = telegramtest.NewPipe()
		o.Push = way.Transport()
	}, func(t *testing.T, r *harness) {
		mux := http.NewServeMux()
		mux.Handle(WebhookPath, r.tg.Handler(r.box))
		s := &http.Server{Handler: mux}
		var wg sync.WaitGroup
		wg.Go(func() { s.Serve(way) })
		defer wg.Wait()
		defer s.Shutdown(context.Background())
		defer r.close()
		f(t, r)
	}, func(o *Options) { o.Webhook, o.PublicURL = true, "http://llave.example/" })
}

func TestWebhook(t *testing.T) {
	pushed(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Method: "setWebhook", Times: 3, Code: 502, HTML: true})
		r.ana()
		r.run()
		time.Sleep(time.Minute)
		url, secret := r.srv.Webhook()
		if url != "http://llave.example/telegram/webhook" || secret != r.tg.opt.Secret {
			t.Errorf("webhook %q", url)
		}
		p := r.srv.Calls("setWebhook")[3].Params
		if p["allowed_updates"] != allowed || p["max_connections"] == "" || p["drop_pending_updates"] == "true" {
			t.Errorf("set with %v", p)
		}
		if n := len(r.box.updates()); n != 1 || r.srv.Owed() != 0 {
			t.Errorf("heard %d, %d owed", n, r.srv.Owed())
		}
		if n := len(r.srv.Calls("getUpdates")); n != 0 {
			t.Errorf("and asked %d times besides", n)
		}
	})
}

func TestWebhookRedelivery(t *testing.T) {
	pushed(t, func(t *testing.T, r *harness) {
		fails := 0
		r.box.refuse(func(bot.Update) error {
			if fails++; fails%3 != 0 {
				return errFull
			}
			return nil
		})
		r.srv.Weather(telegramtest.Weather{Repeat: 0.3})
		r.run()
		ana := r.srv.User(1, "Ana", "")
		for _, text := range strings.Fields("a b c d e f g h") {
			ana.Says(text)
		}
		time.Sleep(time.Hour)
		var texts []string
		for _, u := range r.box.updates() {
			texts = append(texts, u.Text)
		}
		if got := strings.Join(texts, " "); got != "a b c d e f g h" || r.srv.Owed() != 0 {
			t.Errorf("heard %s, %d owed", got, r.srv.Owed())
		}
	})
}
