package desk

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// Wrong users and wrong passwords get the same bytes.
func TestSignInTellsNothing(t *testing.T) {
	f := newFixture(t)
	for _, accept := range []string{asJSON, asPage} {
		var first answer
		for i, v := range []url.Values{{"user": {"ana"}, "password": {"mal"}}, {"user": {"nadie"}, "password": {"llave-demo"}}, {"user": {""}, "password": {""}}, {"user": {"<b>"}, "password": {"x"}, "next": {"/mesa/"}}} {
			b := f.browser()
			got := b.do("POST", "/mesa/entrar", "application/x-www-form-urlencoded", strings.NewReader(v.Encode()), accept)
			if got.status != 401 {
				t.Errorf("%v: %d", v, got.status)
			}
			if i == 0 {
				first = got
			} else if i < 3 && got.body != first.body {
				t.Errorf("%v: other bytes:\n%s\n%s", v, got.body, first.body)
			}
			if len(got.header.Values("Set-Cookie")) > 0 && i < 3 {
				t.Errorf("%v: a cookie", v)
			}
		}
	}
}

func TestSignInIsThrottled(t *testing.T) {
	f := newFixture(t)
	b := f.browser()
	for range 40 {
		if got := b.posts("/mesa/entrar", url.Values{"user": {"ana"}, "password": {"mal"}}); got.status == 429 {
			if got.header.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
			if ok := b.posts("/mesa/entrar", url.Values{"user": {"ana"}, "password": {archive.DemoPassword}}); ok.status != 429 {
				t.Errorf("the right password gets through: %d", ok.status)
			}
			return
		}
	}
	t.Error("nobody is slowed down")
}

// cookie is the session's cookie of a browser.
func (b *browser) cookie() string {
	u, _ := url.Parse(b.f.url)
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == "mesa" {
			return c.Value
		}
	}
	return ""
}

// A token is new at each sign-in, ends with sign-out, after half an hour of nothing and after ten hours; what the page asks by
// itself is nothing.
func TestSessions(t *testing.T) {
	f := newFixture(t)
	ana := f.signedIn("ana")
	first := ana.cookie()
	if got := ana.posts("/mesa/entrar", url.Values{"user": {"ana"}, "password": {archive.DemoPassword}}); got.status != 200 || ana.cookie() == first || first == "" {
		t.Errorf("the token is not new: %q", ana.cookie())
	}
	old := f.browser()
	u, _ := url.Parse(f.url)
	old.Jar.SetCookies(u, []*http.Cookie{{Name: "mesa", Value: first}})
	if got := old.gets("/mesa/casos"); got.status != 401 {
		t.Errorf("the old token opens: %d", got.status)
	}
	id := f.opens()
	for range 3 {
		f.clock.add(12 * time.Minute)
		ana.gets(caseURL(id) + "/hilo?since=0")
	}
	if got := ana.gets("/mesa/casos"); got.status != 401 {
		t.Errorf("after 36 minutes of a page that asks by itself: %d", got.status)
	}
	ana = f.signedIn("ana")
	for h := 0; h < 9*60+50; h += 25 {
		if got := ana.gets("/mesa/casos"); got.status != 200 {
			t.Fatalf("after %d minutes of work: %d", h, got.status)
		}
		f.clock.add(25 * time.Minute)
	}
	if got := ana.gets("/mesa/casos"); got.status != 401 {
		t.Errorf("after ten hours of work: %d", got.status)
	}
	ana = f.signedIn("ana")
	kept := ana.cookie()
	if got := ana.posts("/mesa/salir", nil); got.status != 200 {
		t.Errorf("sign out: %d", got.status)
	}
	old.Jar.SetCookies(u, []*http.Cookie{{Name: "mesa", Value: kept}})
	if got := old.gets("/mesa/casos"); got.status != 401 {
		t.Errorf("after signing out: %d", got.status)
	}
}

func TestDisablingEndsSessionsAtOnce(t *testing.T) {
	f := newFixture(t)
	ana := f.signedIn("ana")
	if err := f.db.DisableAgent(context.Background(), "ana", true, "op"); err != nil {
		t.Fatal(err)
	}
	if got := ana.gets("/mesa/casos"); got.status != 401 {
		t.Errorf("a disabled agent: %d", got.status)
	}
	if err := f.db.DisableAgent(context.Background(), "ana", false, "op"); err != nil {
		t.Fatal(err)
	}
	if got := ana.gets("/mesa/casos"); got.status != 401 {
		t.Errorf("the old session is back: %d", got.status)
	}
}

func TestNextIsOfTheDesk(t *testing.T) {
	for next, want := range map[string]string{"/mesa/casos/7?modo=nota": "/mesa/casos/7?modo=nota", "https://evil.example/mesa/": "", "//evil.example/mesa/": "", "/mesa//evil.example": "",
		"/otra": "", "/mesa/\\evil": "", "javascript:alert(1)": "", "": ""} {
		if got := localPath(next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
}

func TestEnrolment(t *testing.T) {
	f := newFixture(t)
	f.enrolled("dora", "admin") // with its code, which is good once
	code, err := f.db.ResetAgent(context.Background(), "dora", "op")
	if err != nil {
		t.Fatal(err)
	}
	b := f.browser()
	page := b.submits("/mesa/alta", url.Values{"enrol": {code}})
	if page.status != 200 || !strings.Contains(page.body, "<svg viewBox=\"0 0") || !strings.Contains(page.body, "clave-totp") {
		t.Errorf("no QR: %d %s", page.status, page.body)
	}
	for name, v := range map[string]url.Values{
		"enrol": {"enrol": {"nada"}}, "again": {"enrol": {code}, "password": {"una frase larga"}, "again": {"otra"}, "code": {"123456"}},
		"password": {"enrol": {code}, "password": {"corta"}, "again": {"corta"}, "code": {"123456"}}, "code": {"enrol": {code}, "password": {"una frase larga"}, "again": {"una frase larga"}, "code": {"000000"}},
	} {
		if got := b.posts("/mesa/alta", v); got.status != 422 || got.why() != name {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// Whoever is given a code chooses a password on the pages alone: each page sends the fields that it has, and no others.
func TestEnrolmentByThePages(t *testing.T) {
	f := newFixture(t)
	code, err := f.db.AddAgent(context.Background(), bot.Agent{ID: "dora", Name: "Dora", Role: bot.RoleAgent}, "op")
	if err != nil {
		t.Fatal(err)
	}
	b := f.browser()
	send := func(page string, typed url.Values) answer {
		v := url.Values{}
		for _, m := range regexp.MustCompile(`<input [^>]*name="(\w+)"(?: value="([^"]*)")?`).FindAllStringSubmatch(page, -1) {
			v[m[1]] = []string{m[2]}
			if words, ok := typed[m[1]]; ok {
				v[m[1]] = words
			}
		}
		return b.submits("/mesa/alta", v)
	}
	typed := url.Values{"enrol": {code}, "password": {"una frase larga"}, "again": {"una frase larga"}}
	page := send(b.page("/mesa/alta").body, typed)
	_, key, _ := strings.Cut(page.body, `class="clave-totp">`)
	key, _, _ = strings.Cut(key, "<")
	otp, err := totp.GenerateCode(key, f.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	typed.Set("code", "000000")
	if page = send(page.body, typed); page.status != 422 || !strings.Contains(page.body, "El código del teléfono no es el que corresponde") {
		t.Errorf("a wrong code: %d", page.status)
	}
	typed.Set("code", otp)
	if page = send(page.body, typed); page.status != 200 || !strings.Contains(page.body, "Tu contraseña quedó guardada") {
		t.Errorf("%d %s", page.status, page.body)
	}
}
