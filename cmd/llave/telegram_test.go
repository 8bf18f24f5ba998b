package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"llave/adapters/telegram/telegramtest"
)

// A newcomer at the counter: a command, a page, a tap back, the token, a copy of it.
func TestTelegramNewcomer(t *testing.T) {
	t.Parallel()
	forBothModes(t, func(t *testing.T, r *telegramHarness) {
		ana := r.person(41001234, "Ana")
		if _, err := ana.Opens("https://t.me/llave_bot?start=token"); err != nil {
			t.Fatal(err)
		}
		page := ana.expect(pageShape)[1]
		if m := ana.Screen()[1]; !m.Protected || m.Preview {
			t.Errorf("the link can be forwarded, or is looked up: %+v", m)
		}
		link := r.signIn(page, "27-99999001-6")
		if _, err := ana.Opens(link); err != nil {
			t.Fatal(err)
		}
		token := ana.expect(`Token de María Elena Gómez\n(\d{3} \d{3})`)[1]
		if _, err := ana.Presses("Copiar " + token); err != nil || ana.Clipboard() != strings.ReplaceAll(token, " ", "") {
			t.Errorf("copied %q: %v", ana.Clipboard(), err)
		}
		ana.Says("gracias") // the counter is over
		ana.expect("vos sos")
		if _, err := ana.Presses("Soy Juana"); err != nil {
			t.Fatal(err)
		}
		ana.expect("Gracias, Juana")
		ana.Says("/credencial de juana")
		r.waitUntil("the credential is shown", func() bool {
			return slices.ContainsFunc(ana.Screen(), func(m telegramtest.Message) bool { return m.Photo != nil })
		})
		r.waitUntil("no spinner turns", func() bool { return r.srv.Spinning() == 0 })
		r.stopProgram()
		for _, secret := range []string{r.srv.Token(), "41001234", token, strings.ReplaceAll(token, " ", ""), "99999001", "Ana", "Juana", page, link} {
			if strings.Contains(r.program.errs.String(), secret) {
				t.Errorf("%q stands in the log", secret)
			}
		}
	})
}

// Somebody sends the link back into the chat to a victim, whose chat did not ask: nothing is linked, there or here.
func TestTelegramVictim(t *testing.T) {
	t.Parallel()
	forBothModes(t, func(t *testing.T, r *telegramHarness) {
		thief, victim := r.person(666, "Carla"), r.person(41001234, "Ana")
		thief.Says("token")
		link := r.signIn(thief.expect(pageShape)[1], "27-99999001-6")
		if _, err := victim.Opens(link); err != nil {
			t.Fatal(err)
		}
		victim.expect("este chat no lo pidió")
		victim.Says("token")
		victim.expect("primero tenés que vincular")
		thief.Says("token")
		thief.expect("Falta vincular")
		for _, c := range []telegramUser{thief, victim} {
			for _, m := range c.Screen() {
				if strings.Contains(m.Text, "Token de") {
					t.Errorf("%s is shown %q", c.First, m.Text)
				}
			}
		}
	})
}

// In a group the bot only says where its private chat is.
func TestTelegramGroup(t *testing.T) {
	t.Parallel()
	forBothModes(t, func(t *testing.T, r *telegramHarness) {
		ana := r.person(41001234, "Ana")
		r.linkAccount(ana)
		g := r.srv.Group(-100, "Familia")
		ana.SaysIn(g, "token")
		ana.SaysIn(g, "/token@llave_bot")
		m := telegramUser{g, t}.expect(`Solo atiendo en privado.*https://t\.me/llave_bot\?start=token`)
		if len(m) != 1 || strings.Contains(fmt.Sprint(g.Screen()), "Token de") {
			t.Errorf("in the group: %v", g.Screen())
		}
		if n := len(g.Screen()); n != 3 {
			t.Errorf("%d messages in the group, want two of Ana's and one answer", n)
		}
	})
}

// One call in ten loses its answer, some updates come twice: every question is answered, repetitions are verbatim,
// and no chat gets the token of another person.
func TestTelegramWeather(t *testing.T) {
	t.Parallel()
	forBothModes(t, func(t *testing.T, r *telegramHarness) {
		ana := r.person(41001234, "Ana")
		token := r.linkAccount(ana)
		r.srv.Weather(telegramtest.Weather{CutAfter: 0.1, Repeat: 0.2})
		asked := 0
		answers := func() (n int) {
			for _, m := range ana.Screen() {
				if strings.HasPrefix(m.Text, "Token de") || strings.Contains(m.Text, "\n\nToken de") {
					n++
				}
			}
			return n
		}
		lost := func() (n int) {
			for _, c := range r.srv.Calls("sendMessage") {
				if c.Lost {
					n++
				}
			}
			return n
		}
		for lost() < 2 {
			for range 10 {
				ana.Says("token")
				asked++
			}
			r.waitUntil("everything is answered", func() bool { return answers() == 1+asked+lost() && r.srv.Owed() == 0 })
		}
		r.stopProgram()
		texts := map[string]bool{}
		for _, m := range ana.Screen() {
			if strings.HasPrefix(m.Text, "Token de") {
				texts[m.Text] = true
				if !strings.Contains(m.Text, token) {
					t.Errorf("another token: %q", m.Text)
				}
			}
		}
		if n := len(texts); n != 1 {
			t.Errorf("%d different answers to the same question", n)
		}
		if n := answers(); n != 1+asked+lost() {
			t.Errorf("%d answers to %d wishes, and %d were lost", n, 1+asked, lost())
		}
	})
}

// What is written while the program is down is answered when it is up again, once.
func TestTelegramRestart(t *testing.T) {
	t.Parallel()
	forBothModes(t, func(t *testing.T, r *telegramHarness) {
		ana := r.person(41001234, "Ana")
		r.linkAccount(ana)
		r.stopProgram()
		first := r.program
		before := len(ana.Screen())
		for range 3 {
			ana.Says("token")
		}
		r.startProgram()
		for range 3 {
			ana.expect("Token de Jorge Acosta")
		}
		r.waitUntil("everything is confirmed", func() bool { return r.srv.Owed() == 0 })
		r.stopProgram()
		if n := len(ana.Screen()) - before; n != 6 {
			t.Errorf("%d messages, want three and three answers", n)
		}
		if strings.Contains(r.program.errs.String(), "somebody else hears") || strings.Contains(first.errs.String(), "not taken") {
			t.Error("the first one went on hearing after its end")
		}
	})
}

// Blocked is remembered: nothing is sent until they write again.
func TestTelegramBlocked(t *testing.T) {
	t.Parallel()
	forBothModes(t, func(t *testing.T, r *telegramHarness) {
		ana := r.person(41001234, "Ana")
		r.linkAccount(ana)
		ana.Blocks()
		r.waitUntil("it is heard", func() bool { return r.srv.Owed() == 0 })
		ana.Unblocks()
		ana.Says("token")
		ana.expect("Token de Jorge Acosta")
	})
}

// A moment in which the token is refused, and a webhook that another process sets, are over by themselves; /readyz says
// how it stands.
func TestTelegramAfterABadMoment(t *testing.T) {
	t.Parallel()
	r := newTelegramHarness(t, false)
	at := r.program.out.waitFor(t, `Métricas +(http://\S+)/metrics`)[1]
	ready := func() string { return newBrowser(t).open(at + "/readyz") }
	ana := r.person(41001234, "Ana")
	ana.Says("hola")
	ana.expect("token")
	if text := ready(); !strings.HasPrefix(text, "ready\n") || !strings.Contains(text, "telegram: receiving desde ") {
		t.Errorf("readyz: %s", text)
	}
	r.srv.Fault(telegramtest.Fault{Method: "getUpdates", Code: 401, Text: "Unauthorized", Times: 1})
	r.srv.OtherSetsWebhook("http://127.0.0.1:1/hook", "")
	ana.Says("hola")
	ana.expect("token")
	r.program.errs.waitFor(t, "webhook that another process set is taken away")
	r.program.errs.waitFor(t, "telegram is off, and will try again")
	if text := ready(); !strings.Contains(text, "telegram: receiving desde ") {
		t.Errorf("readyz: %s", text)
	}
}

// The caption of a picture is read, and a question in a topic is answered there, also by a button.
func TestTelegramCaptionsAndTopics(t *testing.T) {
	t.Parallel()
	r := newTelegramHarness(t, false)
	ana := r.person(41001234, "Ana")
	r.linkAccount(ana)
	in := func(pattern string, thread int) {
		t.Helper()
		ana.expect(pattern)
		screen := ana.Screen()
		for _, m := range slices.Backward(screen) {
			if regexp.MustCompile(pattern).MatchString(m.Text) {
				if m.Thread != thread {
					t.Errorf("%q stands in topic %d, want %d", m.Text, m.Thread, thread)
				}
				return
			}
		}
	}
	ana.Writes(map[string]any{"photo": []any{}, "caption": "token de jorge"})
	in("Token de Jorge Acosta", 0)
	ana.Writes(telegramtest.InTopic(77, map[string]any{"text": "otro token"}))
	in("Reemplazo el token", 77)
	if _, err := ana.Presses("No"); err != nil {
		t.Fatal(err)
	}
	in("no cambié|sigue|Listo", 77)
	ana.Says("token")
	in("Token de Jorge Acosta", 0)
}

// A Bot API server of one's own that is older than the copy button takes the token without it.
func TestTelegramOnAnOlderServer(t *testing.T) {
	t.Parallel()
	r := newTelegramHarness(t, false)
	r.srv.Fault(telegramtest.Fault{With: "copy_text", Code: 400, Text: "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"})
	ana := r.person(41001234, "Ana")
	token := r.linkAccount(ana)
	ana.Says("token")
	if again := ana.expect(`Token de Jorge Acosta\n(\d{3} \d{3})`)[1]; again != token {
		t.Errorf("%s, and then %s", token, again)
	}
}

// A token that Telegram refuses is said, and the rest of the program works.
func TestTelegramWithAWrongToken(t *testing.T) {
	t.Parallel()
	srv, err := telegramtest.New(telegramtest.Options{Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	x := start(t, map[string]string{"LLAVE_TELEGRAM_TOKEN": "5:another-token-of-another-bot-000000000", "LLAVE_TELEGRAM_API": srv.URL, "LLAVE_AUTOGESTION": "embedded", "LLAVE_DEMO": "1"})
	m := x.out.waitFor(t, `Métricas +(http://\S+)/metrics`)
	x.errs.waitFor(t, "telegram is off.*token is refused")
	if got := newBrowser(t).open(m[1] + "/metrics"); !strings.Contains(got, "llave_telegram_up 0") || !strings.Contains(got, "llave_ready 1") {
		t.Errorf("metrics: %s", got)
	}
	if got := newBrowser(t).open(m[1] + "/readyz"); !strings.HasPrefix(got, "ready\n") || !strings.Contains(got, "telegram: unreachable (401) desde ") || !strings.Contains(got, "Apagado por ahora") {
		t.Errorf("readyz: %s", got)
	}
	x.cancel()
	x.waitExit(exitOK)
}

// `llave chat` has Telegram beside the terminal.
func TestTelegramBesideTheTerminal(t *testing.T) {
	t.Parallel()
	srv, err := telegramtest.New(telegramtest.Options{Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	x := start(t, map[string]string{"LLAVE_TELEGRAM_TOKEN": srv.Token(), "LLAVE_TELEGRAM_API": srv.URL, "LLAVE_AUTOGESTION": "embedded", "LLAVE_DEMO": "1"}, "chat")
	ana := telegramUser{srv.User(5, "Ana", ""), t}
	ana.Says("hola")
	ana.expect("token")
	x.typeLine("hola")
	x.out.waitFor(t, "token")
	x.waitExit(exitOK)
}
