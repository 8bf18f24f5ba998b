package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llave/adapters/desk/desktest"
	"llave/bot"
)

// Every page opens, for everyone who may see it.
func TestPagesOpen(t *testing.T) {
	f := newFixture(t)
	id, other := f.scene()
	f.adds("dora", "admin")
	ana, carla := f.signedIn("ana"), f.signedIn("carla")
	for _, c := range []struct {
		b    *browser
		path string
		want int
	}{
		{ana, "/mesa/", 200}, {ana, "/mesa/casos?tab=mine", 200}, {ana, "/mesa/casos?tab=closed", 200}, {ana, caseURL(id), 200}, {ana, caseURL(other), 200},
		{ana, caseURL(id) + "?modo=nota", 200}, {ana, caseURL(id) + "?ver=datos", 200}, {ana, caseURL(id) + "/hilo?since=3", 200}, {ana, "/mesa/ajustes", 403}, {ana, "/mesa/auditoria", 403},
		{carla, "/mesa/ajustes", 200}, {carla, "/mesa/auditoria", 200}, {carla, caseURL(id), 200}, {ana, "/mesa/casos/99", 404}, {ana, "/mesa/nada", 404},
	} {
		if got := c.b.page(c.path); got.status != c.want {
			t.Errorf("%s: %d, want %d: %.300s", c.path, got.status, c.want, got.body)
		}
		if got := c.b.gets(c.path); got.status != c.want || got.json == nil && got.status != 200 {
			t.Errorf("%s as JSON: %d, want %d: %.300s", c.path, got.status, c.want, got.body)
		}
	}
	if f.log.Len() > 0 {
		t.Errorf("logged: %s", f.log)
	}
}

// paths puts a case and a file into the path of a route.
func filled(path string, id uint64) string {
	path = strings.NewReplacer("{$}", "", "{id}", fmt.Sprint(id), "{blob}", "none", "{asset}", "none.js").Replace(path)
	return path
}

// Who may do what is what the table of routes says: the rest get 403, and who is not signed in 401 or the sign-in page.
func TestRolesHoldTheTable(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	who := map[bot.Role]*browser{"": f.browser()}
	for _, role := range []bot.Role{bot.RoleAgent, bot.RoleSupervisor, bot.RoleAdmin, bot.RoleAuditor} {
		who[role] = f.enrolled("x"+string(role), role)
	}
	for _, r := range routes() {
		if r.path == "/mesa/eventos" || r.path == "/mesa/salir" {
			continue // tried by themselves: one goes on for ever, the other ends the session
		}
		for role, b := range who {
			got := b.do(r.method, filled(r.path, id), "", nil, asJSON)
			if r.method == "POST" {
				got = b.posts(filled(r.path, id), url.Values{})
			}
			switch {
			case r.who == nobody || r.who.has(role):
				if got.status == 403 && got.why() == "role" || got.status == 401 && got.why() == "signed_out" && r.path != "/mesa/{$}" {
					t.Errorf("%s %s: %q is refused: %d %s", r.method, r.path, role, got.status, got.why())
				}
			case role == "":
				if got.status != 401 || got.why() != "signed_out" {
					t.Errorf("%s %s: who is not signed in gets %d %s", r.method, r.path, got.status, got.why())
				}
			default:
				if got.status != 403 || got.why() != "role" {
					t.Errorf("%s %s: %q gets %d %s", r.method, r.path, role, got.status, got.why())
				}
			}
		}
	}
	// What the plan fixes, against a table that was changed by mistake.
	for _, c := range []struct {
		role   bot.Role
		method string
		path   string
		may    bool
	}{
		{bot.RoleAgent, "POST", "quitar", false}, {bot.RoleSupervisor, "POST", "quitar", true}, {bot.RoleAuditor, "POST", "notas", false}, {bot.RoleAuditor, "GET", "", true},
		{bot.RoleAdmin, "GET", "", false}, {bot.RoleAdmin, "POST", "tomar", false}, {bot.RoleAuditor, "POST", "mostrar", false}, {bot.RoleAuditor, "POST", "tomar", false}, {bot.RoleAgent, "POST", "cerrar", true},
	} {
		path := caseURL(id)
		if c.path != "" {
			path += "/" + c.path
		}
		got := who[c.role].do(c.method, path, "application/x-www-form-urlencoded", strings.NewReader(""), asJSON)
		if refused := got.status == 403 && got.why() == "role"; refused == c.may {
			t.Errorf("%s %s %s: %d %s", c.role, c.method, path, got.status, got.why())
		}
	}
}

// enrolled is a browser of a new agent of a role.
func (f *fixture) enrolled(user string, role bot.Role) *browser {
	f.t.Helper()
	code, err := f.db.AddAgent(context.Background(), bot.Agent{ID: bot.AgentID(user), Name: strings.ToUpper(user[:1]) + user[1:], Role: role}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	b := f.browser()
	got := b.posts("/mesa/alta", url.Values{"enrol": {code}})
	key, _ := got.json["key"].(string)
	otp := func() string {
		c, err := totp.GenerateCode(key, f.clock.now())
		if err != nil {
			f.t.Fatal(err)
		}
		return c
	}
	if got = b.posts("/mesa/alta", url.Values{"enrol": {code}, "password": {"una frase larga"}, "again": {"una frase larga"}, "code": {otp()}}); got.status != 200 || got.json["done"] != true {
		f.t.Fatalf("enrol: %d %s", got.status, got.body)
	}
	f.clock.add(time.Minute) // a code is good once
	if got = b.posts("/mesa/entrar", url.Values{"user": {user}, "password": {"una frase larga"}, "code": {otp()}}); got.status != 200 {
		f.t.Fatalf("sign in: %d %s", got.status, got.body)
	}
	return b
}

func TestMethods(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	reads := map[string]bool{}
	for _, r := range routes() {
		reads[r.path] = reads[r.path] || r.method == "GET"
	}
	for path, read := range reads {
		if read {
			continue
		}
		if got := ana.gets(filled(path, id)); got.status != 405 || got.header.Get("Allow") != "POST" {
			t.Errorf("GET %s: %d", path, got.status)
		}
	}
	if got := ana.do("DELETE", caseURL(id), "", nil, asJSON); got.status != 405 {
		t.Errorf("DELETE: %d", got.status)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	for name, header := range map[string]http.Header{
		"fetch metadata": {"Sec-Fetch-Site": {"cross-site"}}, "origin": {"Origin": {"https://evil.example"}}, "referer": {"Referer": {"https://evil.example/x"}},
	} {
		r, _ := http.NewRequest("POST", f.url+caseURL(id)+"/tomar", strings.NewReader(ana.form(id).Encode()))
		r.Header = header
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := ana.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 403 {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	if len(f.engine.Acts()) > 0 {
		t.Error("an act of another site came through")
	}
	got := ana.page("/mesa/")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "media-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(got.header.Get("Content-Security-Policy"), want) {
			t.Errorf("the policy lacks %s: %s", want, got.header.Get("Content-Security-Policy"))
		}
	}
	if strings.Contains(got.header.Get("Content-Security-Policy"), "unsafe") || regexp.MustCompile(`(?i)<[^>]* (style|on\w+)=`).MatchString(got.body) {
		t.Error("the page has inline style or script")
	}
}

func TestLimits(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	long := strings.Repeat("a", maxForm+1)
	for path, v := range map[string]url.Values{
		"notas": {"text": {long}}, "tomar": {"act": {long}}, "mensajes": ana.form(id, "text", strings.Repeat("a", maxReply+1)),
	} {
		if got := ana.posts(caseURL(id)+"/"+path, v); got.status != 413 || !strings.Contains(got.json["error"].(string), map[bool]string{true: "4000", false: "64 kB"}[path == "mensajes"]) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := ana.uploads(caseURL(id)+"/mensajes", ana.form(id), "x.bin", make([]byte, maxFile+1)); got.status != 413 || !strings.Contains(got.body, "16 MB") {
		t.Errorf("a file: %d %s", got.status, got.body)
	}
	if got := ana.uploads(caseURL(id)+"/mensajes", ana.form(id), "x.bin", make([]byte, maxUpload+1)); got.status != 413 || !strings.Contains(got.body, "16 MB") {
		t.Errorf("a body: %d %s", got.status, got.body)
	}
	if got := ana.uploads(caseURL(id)+"/mensajes", ana.form(id), "x.bin", make([]byte, maxFile)); got.status != 200 {
		t.Errorf("16 MiB: %d %s", got.status, got.body)
	}
	for _, foreign := range []string{"/mesa/casos/1", "/mesa/casos/x", "/mesa/casos/0" + fmt.Sprint(id), "/mesa/casos/99999999999999999999", "/mesa/archivos/nada"} {
		if got := ana.gets(foreign); got.status != 404 {
			t.Errorf("%s: %d", foreign, got.status)
		}
	}
}

// Each form of a page has an act of its own: what one has done is no answer to another.
func TestEachFormHasItsOwnAct(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`name="act" value="([^"]*)"`).FindAllStringSubmatch(ana.page(caseURL(id)).body, -1) {
		if seen[m[1]] || !actForm.MatchString(m[1]) {
			t.Errorf("act %q", m[1])
		}
		seen[m[1]] = true
	}
	if len(seen) < 7 {
		t.Errorf("%d forms", len(seen))
	}
}

// A page draws the first of a long queue and leads to the rest; JSON has all of it.
func TestALongQueue(t *testing.T) {
	f := newFixture(t)
	f.engine.AtOnce(func() {
		for i := range drawnRows + 20 {
			f.engine.Opens(desktest.Affiliate{Chat: bot.ChatID(fmt.Sprint("whatsapp/bot/", i)), Channel: "WhatsApp"}, "help", nil)
		}
	})
	ana := f.signedIn("ana")
	if all, _ := ana.gets("/mesa/casos?tab=free").json["cases"].([]any); len(all) != drawnRows+20 {
		t.Errorf("JSON has %d rows", len(all))
	}
	first := ana.page("/mesa/casos?tab=free").body
	if n := strings.Count(first, "<li data-caso"); n != drawnRows {
		t.Errorf("the page has %d rows", n)
	}
	more := fmt.Sprint("/mesa/casos?tab=free&amp;after=", drawnRows)
	if !strings.Contains(first, more) {
		t.Fatal("the page leads to no other")
	}
	rest := ana.page(strings.ReplaceAll(more, "&amp;", "&")).body
	if n := strings.Count(rest, "<li data-caso"); n != 20 || strings.Contains(rest, "after=") {
		t.Errorf("the second page has %d rows", n)
	}
	if got := ana.page("/mesa/casos?tab=free&after=x"); got.status != 404 {
		t.Errorf("no page: %d", got.status)
	}
}

// What was corrected is shown as that, and its words as they were typed.
func TestCorrectedWords(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	old := ana.form(id, "text", "ya te lo mando")
	f.engine.Sends(maria().Chat, "edited", "es para <b>Tomás</b>", bot.Media{})
	if page := ana.page(caseURL(id)).body; !strings.Contains(page, "corrigió: es para &lt;b&gt;Tomás&lt;/b&gt;") {
		t.Error("the page does not show what was corrected")
	}
	if got := ana.posts(caseURL(id)+"/mensajes", old); got.status != 409 || got.why() != "stale" {
		t.Errorf("a screen without it: %d %s", got.status, got.body)
	}
}
