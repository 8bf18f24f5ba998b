package main

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"llave/adapters/telegram/telegramtest"
)

// telegramHarness is the program with a Bot API server.
type telegramHarness struct {
	t       *testing.T
	srv     *telegramtest.Server
	env     map[string]string
	program *process
}

// newTelegramHarness starts the program with Telegram on, by webhook or by polling.
func newTelegramHarness(t *testing.T, webhook bool) *telegramHarness {
	t.Helper()
	srv, err := telegramtest.New(telegramtest.Options{Seed: 7, Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	r := &telegramHarness{t: t, srv: srv, env: map[string]string{
		"LLAVE_TELEGRAM_TOKEN": srv.Token(), "LLAVE_TELEGRAM_API": srv.URL, "LLAVE_AUTOGESTION": "embedded", "LLAVE_DEMO": "1", "LLAVE_DATA": t.TempDir() + "/data",
		"LLAVE_TELEGRAM_RATE": "0",
	}}
	if webhook {
		r.env["LLAVE_TELEGRAM_WEBHOOK"] = "1"
	}
	r.startProgram()
	return r
}

func (r *telegramHarness) startProgram() {
	r.t.Helper()
	r.program = start(r.t, r.env)
	r.program.out.waitFor(r.t, "Llave está andando")
}

func (r *telegramHarness) stopProgram() {
	r.t.Helper()
	r.program.cancel()
	r.program.waitExit(exitOK)
}

// telegramUser is a person on Telegram.
type telegramUser struct {
	*telegramtest.User
	t *testing.T
}

func (r *telegramHarness) person(id int64, name string) telegramUser {
	return telegramUser{r.srv.User(id, name, ""), r.t}
}

// expect waits for a message that matches the pattern, and skips others.
func (c telegramUser) expect(pattern string) []string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	re := regexp.MustCompile(pattern)
	var others []string
	for {
		m, err := c.Next(ctx)
		if err != nil {
			c.t.Fatalf("nobody says %q, only %q", pattern, others)
		}
		if found := re.FindStringSubmatch(m.Text); found != nil {
			return found
		}
		others = append(others, m.Text)
	}
}

// signIn goes through the pages as a person does, and returns the link back into the chat.
func (r *telegramHarness) signIn(page, cuil string) string {
	r.t.Helper()
	at, err := url.Parse(page)
	if err != nil {
		r.t.Fatal(err)
	}
	base := at.Scheme + "://" + at.Host
	b := newBrowser(r.t)
	shown := b.open(page)
	if !strings.Contains(shown, "Telegram") || !strings.Contains(shown, "···") {
		r.t.Errorf("the page does not say which chat it is for: %s", shown)
	}
	shown = b.submit(base, shown, "seguir", nil)
	shown = b.submit(base, shown, "entrar", url.Values{"cuil": {cuil}, "password": {"llave-demo"}, "consent": {"on"}})
	m := regexp.MustCompile(`href="(https://t\.me/[^"]+)"`).FindStringSubmatch(shown)
	if m == nil {
		r.t.Fatalf("no way back into the chat: %s", shown)
	}
	return html.UnescapeString(m[1])
}

const pageShape = `(http://127\.0\.0\.1:\d+/autogestion/vincular/\S+)`

// linkAccount links a chat with the account of a person without a family.
func (r *telegramHarness) linkAccount(c telegramUser) string {
	r.t.Helper()
	c.Says("/token")
	link := r.signIn(c.expect(pageShape)[1], "20-99999021-6")
	if _, err := c.Opens(link); err != nil {
		r.t.Fatal(err)
	}
	return c.expect(`Token de Jorge Acosta\n(\d{3} \d{3})`)[1]
}

func forBothModes(t *testing.T, f func(t *testing.T, r *telegramHarness)) {
	for name, webhook := range map[string]bool{"polling": false, "webhook": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, newTelegramHarness(t, webhook))
		})
	}
}

func (r *telegramHarness) waitUntil(what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	if r.srv.Until(ctx, holds) != nil {
		r.t.Fatalf("never: %s", what)
	}
}
