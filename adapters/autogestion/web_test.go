package autogestion

import (
	"bytes"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

func TestPagesLeadBackIntoTheChat(t *testing.T) {
	w, srv := served(t)
	inv, path := w.invited(t, "c", "https://t.me/llave_bot?start=%s")
	b := w.browser(t, srv)

	first := b.get(path)
	first.wants(t, 200, "Telegram ···1234", "Dice llamarse", "alguien está intentando usar tu cuenta", path+"/no", path+"/seguir", `lang="es-AR"`)
	if strings.Contains(first.body, "<b>") || strings.Contains(first.body, "\u202e") {
		t.Error("the sender's name is part of the page")
	}
	if strings.Index(first.body, "···1234") > strings.Index(first.body, "Mari") {
		t.Error("the name comes before the chat")
	}
	b.post(path+"/seguir").wants(t, 200, "Contraseña", "Tu permiso", "/autogestion/clave", "/autogestion/registro")
	b.post(path+"/entrar", "cuil", maria, "password", DemoPassword).wants(t, 422, "marcá que aceptás", `href="#consent"`, `aria-invalid="true"`)
	done := b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on")
	code := done.code(t)
	done.wants(t, 200, "<details", "No se lo digas a nadie, ni a IOMA", "https://t.me/llave_bot?start="+code)
	if again := b.get(path).code(t); again != code {
		t.Error("loaded again, the page shows another code")
	}
	if _, err := w.Redeem(t.Context(), inv.ID, code, "k"); err != nil {
		t.Fatal(err)
	}
	b.get(path).wants(t, 200, "quedó vinculado")
	w.browser(t, srv).get(path).wants(t, 404, "ya no sirve")
	b.get("/autogestion/correo").wants(t, 200, "Se vinculó un chat", "maria@demo.example")
}

func TestWithoutAWayBackTheCodeIsShown(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	p := b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on")
	p.wants(t, 200, "Escribí este código en el chat", "No se lo digas a nadie, ni a IOMA")
	if strings.Contains(p.body, "<details") {
		t.Error("the code is hidden")
	}
	_, path = w.invited(t, "d", "javascript:alert('%s')")
	b.post(path + "/seguir")
	p = b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on")
	if strings.Contains(p.body, "javascript") {
		t.Error("a script is offered as the way back")
	}
}

// Link previews and scanners open links, some with HEAD, and change nothing.
func TestLookingChangesNothing(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	for n := range 50 {
		b := w.browser(t, srv)
		req, _ := http.NewRequest([]string{"GET", "HEAD"}[n%2], srv.URL+path, nil)
		req.Header.Set("User-Agent", fmt.Sprintf("TelegramBot/%d", n))
		p := b.read(b.Do(req))
		p.wants(t, 200)
		if p.header.Get("Set-Cookie") != "" {
			t.Error("looking leaves a cookie")
		}
	}
	mine, other := w.browser(t, srv), w.browser(t, srv)
	mine.post(path+"/seguir").wants(t, 200, "Contraseña")
	other.post(path+"/seguir").wants(t, 409, "en otro aparato")
	other.get(path).wants(t, 409, "en otro aparato")
	other.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 409, "en otro aparato")
	mine.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 200, "No se lo digas a nadie")
	other.get(path).wants(t, 409)
	mine.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 200, "No se lo digas a nadie") // pressed twice
	mine.post(path+"/entrar", "cuil", jorge, "password", DemoPassword, "consent", "on").wants(t, 404, "ya no sirve")
}

func TestDeclining(t *testing.T) {
	w, srv := served(t)
	inv, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.get(path+"/no").wants(t, 404)
	b.get(path).wants(t, 200, "No lo pedí yo")
	b.post(path+"/no").wants(t, 200, "no se vinculó nada")
	b.get(path).wants(t, 404, "ya no sirve")
	if _, err := w.Redeem(t.Context(), inv.ID, "BCDF-GHJK", "k"); err == nil {
		t.Error("redeemed")
	}
}

// The answer does not reveal whether a CUIL has an account.
func TestWrongPasswordAndUnknownCUILLookTheSame(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	// Juana is in the padrón without an account; the third is no person.
	var pages []page
	for n := range 3 { // from here on every page asks for a proof of work
		b.post(path+"/entrar", "cuil", unknownCUIL(n), "password", "wrong-wrong", "consent", "on")
	}
	for _, cuil := range []string{maria, "27-99999004-0", "20-12345678-6"} {
		p := b.post(path+"/entrar", "cuil", cuil, "password", "wrong-wrong", "consent", "on")
		p.wants(t, 422, "El CUIL o la contraseña no son correctos.", `data-prueba="1"`)
		p.body = strings.ReplaceAll(p.body, cuil, "CUIL")
		p.header.Del("Date")
		pages = append(pages, p)
	}
	for _, p := range pages[1:] {
		if p.body != pages[0].body || fmt.Sprint(p.header) != fmt.Sprint(pages[0].header) {
			t.Errorf("pages differ:\n%s\n%s", p.header, pages[0].header)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	for _, p := range []string{"/autogestion/", path, "/autogestion/registro", "/autogestion/delegacion", "/autogestion/clave", "/autogestion/correo", "/autogestion/verificar", "/autogestion/nada", "/autogestion/v1/group", "/autogestion/vincular/nada"} {
		got := b.get(p)
		h := got.header
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") ||
			h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers are %v", p, h)
		}
		scripts := strings.Count(got.body, "<script") - strings.Count(got.body, `<script src="/autogestion/paginas.js" defer></script>`)
		if scripts > 0 || strings.Contains(got.body, "style=") || strings.Contains(got.body, "onclick") {
			t.Errorf("%s: something on the page needs a looser policy", p)
		}
		if len(got.body) > 12_000 {
			t.Errorf("%s: %d bytes", p, len(got.body))
		}
	}
	css := b.get("/autogestion/estilo.css")
	if first := b.get(path); len(css.body)+len(first.body) > 30_000 {
		t.Errorf("first page weighs %d bytes", len(css.body)+len(first.body))
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	for _, site := range []string{"cross-site", "same-site"} {
		req, _ := http.NewRequest("POST", srv.URL+path+"/seguir", nil)
		req.Header.Set("Sec-Fetch-Site", site)
		b := w.browser(t, srv)
		b.read(b.Do(req)).wants(t, 403, "llegó desde otro sitio")
	}
	for _, origin := range []string{"https://evil.example", "null"} {
		req, _ := http.NewRequest("POST", srv.URL+path+"/seguir", nil)
		req.Header.Set("Origin", origin)
		b := w.browser(t, srv)
		b.read(b.Do(req)).wants(t, 403, "llegó desde otro sitio")
		b.get(path).wants(t, 200, "¿Pediste vincular este chat?")
	}
	req, _ := http.NewRequest("POST", srv.URL+path+"/seguir", nil)
	req.Header.Set("Origin", w.opt.PublicURL) // a browser without Sec-Fetch-Site, through a proxy that names another Host
	b := w.browser(t, srv)
	b.read(b.Do(req)).wants(t, 200, "Contraseña")
	b.post(path+"/entrar", "cuil", strings.Repeat("1", 16<<10)).wants(t, 413)
}

func TestCookieIsBoundToTheHostWhereBrowsersCanDoThat(t *testing.T) {
	for public, name := range map[string]string{"https://llave.example": "__Host-autogestion", "http://127.0.0.1:8080": "autogestion"} {
		w := demo(t, func(o *Options) { o.PublicURL = public })
		_, path := w.invited(t, "c", "")
		rw := httptest.NewRecorder()
		w.Handler().ServeHTTP(rw, httptest.NewRequest("POST", path+"/seguir", nil))
		c := rw.Result().Cookies()
		if len(c) != 1 || c[0].Name != name || !c[0].HttpOnly || c[0].Path != "/" || c[0].Domain != "" || c[0].Secure != strings.HasPrefix(public, "https") || c[0].SameSite != http.SameSiteLaxMode {
			t.Errorf("%s: cookies are %+v", public, c)
		}
	}
}

func TestMailboxIsOfTheDemoAlone(t *testing.T) {
	c := newClock()
	o := testOptions(t, c)
	o.Demo = false
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rw := httptest.NewRecorder()
	s.Handler().ServeHTTP(rw, httptest.NewRequest("GET", "/autogestion/correo", nil))
	if rw.Code != 404 || strings.Contains(rw.Body.String(), "demostración") {
		t.Errorf("%d %s", rw.Code, rw.Body)
	}
	if err := s.SeedDemo(t.Context()); err == nil {
		t.Error("seeded")
	}
	if _, err := s.LinkDirect(t.Context(), maria, backend.Invitation{}); err == nil {
		t.Error("linked directly")
	}
}

var ids = regexp.MustCompile(`\bid="([^"]*)"`)

// Failures are logged by route: the URL holds a secret.
func TestLogsHoldNothingPersonal(t *testing.T) {
	var log bytes.Buffer
	w, srv := served(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	if _, err := w.file.Writer.Exec("DROP TABLE guard"); err != nil {
		t.Fatal(err)
	}
	b.post(path+"/entrar", "cuil", maria, "password", "secret-password", "consent", "on").wants(t, 500, "Algo falló de nuestro lado")
	secret := path[strings.LastIndexByte(path, '/')+1:]
	for _, s := range []string{secret, "secret-password", "99999001", "Mari"} {
		if strings.Contains(log.String(), s) || strings.Contains(html.UnescapeString(log.String()), s) {
			t.Errorf("the log holds %s", s)
		}
	}
	if !strings.Contains(log.String(), "/autogestion/vincular/{secret}/entrar") {
		t.Errorf("the log does not say where: %s", log.String())
	}
}

func TestAPIOfAFailedFileSaysFailed(t *testing.T) {
	w := demo(t)
	g := w.linked(t, maria, "c")
	if _, err := w.file.Writer.Exec("DROP TABLE another"); err != nil {
		t.Fatal(err)
	}
	var no wire.Error
	if c := call(t, w.Handler(), "POST", "tokens/another", "bot-key", g.Credential, fmt.Sprintf(`{"member":%q,"key":"z"}`, g.Group.Own), &no); c != 500 || no.Code != "failed" {
		t.Errorf("%d %+v", c, no)
	}
}

func TestHoursAreThoseOfBuenosAires(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	w.browser(t, srv).get(path).wants(t, 200, "hasta las 10:10")
	w.advance(openLasts)
	w.browser(t, srv).get(path).wants(t, 404)
}
