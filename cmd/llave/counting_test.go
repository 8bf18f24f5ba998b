package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"llave/adapters/autogestion"
	"llave/store"
)

// countedWay is a way to a token: what the person says in the chat, and whether the chat is linked on the way.
type countedWay struct {
	from, channel, lines string
	linking              bool
	noAccount            bool   // it is made on the way
	then                 string // what is said when the chat is linked
}

// countedWays are the ways in docs/understanding.md, in its order. The last line of each is followed by the token, and no line before.
var countedWays = []countedWay{
	{from: "enlazado, a solas", lines: "* linked 20-99999021-6\n> token"},
	{from: "enlazado, el propio de una familia", lines: "* linked 27-99999001-6\n> token"},
	{from: "enlazado, el de otra persona, por el nombre", lines: "* linked 27-99999001-6\n> token de juana"},
	{from: "enlazado, el de otra persona, con un botón", lines: "* linked 27-99999001-6\n> token\n> [Juana Ruiz]"},
	{from: "sin nada, chat web", channel: "web", lines: "> token", linking: true},
	{from: "sin nada, Telegram", channel: "telegram", lines: "> token", linking: true},
	{from: "sin nada, WhatsApp", channel: "whatsapp", lines: "> token", linking: true},
	{from: "sin nada, terminal", channel: "terminal", lines: "> token", linking: true},
	{from: "sin cuenta, chat web", channel: "web", lines: "> token", linking: true, noAccount: true},
	{from: "sin cuenta, Telegram", channel: "telegram", lines: "> token", linking: true, noAccount: true},
	{from: "sin cuenta, WhatsApp", channel: "whatsapp", lines: "> token", linking: true, noAccount: true},
	{from: "sin cuenta, terminal", channel: "terminal", lines: "> token", linking: true, noAccount: true},
	{from: "«no tengo cuenta» después de pedirlo, Telegram", channel: "telegram", lines: "> token\n> no tengo cuenta", linking: true, noAccount: true},
	{from: "«no tengo cuenta» y nada más, chat web", channel: "web", lines: "> no tengo cuenta", then: "> token", linking: true, noAccount: true},
	{from: "«no tengo cuenta» y nada más, Telegram", channel: "telegram", lines: "> no tengo cuenta", then: "> token", linking: true, noAccount: true},
	{from: "«no tengo cuenta» y nada más, WhatsApp", channel: "whatsapp", lines: "> no tengo cuenta", then: "> token", linking: true, noAccount: true},
	{from: "«no tengo cuenta» y nada más, terminal", channel: "terminal", lines: "> no tengo cuenta", then: "> token", linking: true, noAccount: true},
}

// wayBack is what the person does in the chat after the page: the web page leads back by itself, Telegram has a button to press, and
// in WhatsApp the text that the page has written is sent, in the terminal the code is typed.
var wayBack = map[string]int{"web": 0, "telegram": 1, "whatsapp": 1, "terminal": 1}

// The way to a token is as short as docs/understanding.md says: in the chat by what is said and pressed, on the pages by their
// fields and buttons.
func TestStepsToAToken(t *testing.T) {
	t.Parallel()
	shared(t)
	text, err := os.ReadFile("../../docs/understanding.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range countedWays {
		t.Run(way.from, func(t *testing.T) {
			t.Parallel()
			driver := func(string) channelDriver { return newRecorder() }
			if way.channel != "" {
				if driver = channelDrivers[way.channel]; driver == nil {
					t.Skip("this build has no such channel")
				}
			}
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, store.NewMemory(), driver(way.channel), allCapabilities, new(moves))
				defer w.stop()
				inChat, onPages := w.countSteps(way)
				row := fmt.Sprintf("| %s | %d | %d |", way.from, inChat, onPages)
				if !strings.Contains(string(text), row) {
					t.Errorf("docs/understanding.md has no row %q", row)
				}
			})
		})
	}
}

// countSteps goes a way, and counts what the person says or presses in the chat, and does on the pages.
func (w *fixture) countSteps(way countedWay) (inChat, onPages int) {
	if way.linking {
		before := w.play(way.lines)
		onPages = 1 + w.stepsOnPages(way.noAccount) // the link itself is tapped, too
		after := w.play("> {code}")
		if way.then != "" {
			after += w.play(way.then)
		}
		if strings.Contains(before, "{token 1}") || !strings.Contains(after, "{token 1}") {
			w.t.Errorf("the token does not come right after the page:\n%s\n%s", before, after)
		}
		return strings.Count(way.lines+way.then, ">") + wayBack[way.channel], onPages
	}
	lines := strings.Split(way.lines, "\n")
	for i, line := range lines {
		said := w.play(line)
		if !strings.HasPrefix(line, ">") {
			continue
		}
		inChat++
		if last := i == len(lines)-1; last && !strings.Contains(said, "copy {token") {
			w.t.Errorf("no token after %q:\n%s", line, said)
		}
	}
	return inChat, 0
}

var (
	visibleInput = regexp.MustCompile(`<input [^>]*required`)
	pageForm     = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*/(?:seguir|entrar|registro|registro/[\w-]{43}))".*?</form>`)
	mailedLink   = regexp.MustCompile(`<a href="http://[^/"]*(/autogestion/registro/[\w-]{43})"`)
	pageCode     = regexp.MustCompile(`<code>([^<]+)</code>`)
)

// stepsOnPages walks through the pages of the link that the chat has sent, and counts the fields to fill in and the buttons to press.
// Without an account they are also "No tengo cuenta", the way to the mail, and the link there.
func (w *fixture) stepsOnPages(noAccount bool) (steps int) {
	handler := w.back.Handler()
	at, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	fields := url.Values{"cuil": {"27-99999001-6"}, "password": {autogestion.DemoPassword}, "consent": {"on"}}
	if noAccount {
		fields = registrationFields()
	}
	cookies := map[string]*http.Cookie{}
	var walk func(method, path string) string
	walk = func(method, path string) string {
		r := httptest.NewRequest(method, "http://llave.test"+path, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://llave.test")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		for _, c := range rec.Result().Cookies() {
			cookies[c.Name] = c
		}
		if to, err := url.Parse(rec.Header().Get("Location")); err == nil && to.Path != "" {
			return walk(http.MethodGet, to.Path)
		}
		return rec.Body.String()
	}
	page := walk(http.MethodGet, at.Path)
	for range 6 {
		if noAccount && strings.Contains(page, `href="/autogestion/registro">No tengo cuenta`) {
			steps++
			page = walk(http.MethodGet, "/autogestion/registro")
		}
		if strings.Contains(page, "<h1>Mirá tu correo</h1>") {
			steps += 2
			link := mailedLink.FindStringSubmatch(walk(http.MethodGet, "/autogestion/correo"))
			if link == nil {
				w.t.Fatal("no link was mailed")
			}
			page = walk(http.MethodGet, link[1])
		}
		form := pageForm.FindStringSubmatch(page)
		if form == nil {
			break
		}
		steps += len(visibleInput.FindAllString(form[0], -1)) + 1
		page = walk(http.MethodPost, form[1])
	}
	code := pageCode.FindStringSubmatch(page)
	if code == nil {
		w.t.Fatalf("the pages lead to no code: %s", page)
	}
	w.code = code[1]
	return steps + 1 // back to the chat
}

// registrationFields are what Juana, who has no account, types on the pages.
func registrationFields() url.Values {
	const email, password = "juana@demo.example", "caballo-verde"
	return url.Values{"cuil": {"27-99999004-0"}, "document": {"99999004"}, "sex": {"F"}, "tramite": {"00123456789"}, "consent": {"on"}, "sesion": {"1"},
		"email": {email}, "email2": {email}, "password": {password}, "password2": {password}}
}
