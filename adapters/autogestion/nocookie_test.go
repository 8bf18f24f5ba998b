package autogestion

import (
	"net/http"
	"strings"
	"testing"
)

// without is the browser with its cookies switched off.
func (b *browser) without() *browser {
	return &browser{t: b.t, Client: http.Client{}, base: b.base}
}

// A browser that keeps no cookies gets a page with what to do, which accuses no other person.
func TestABrowserWithoutCookies(t *testing.T) {
	w, srv := served(t)
	inv, path := w.invited(t, "c", "")
	b := w.browser(t, srv).without()
	b.get(path).wants(t, 200, "Lo pedí yo")
	p := b.post(path + "/seguir")
	p.wants(t, 409, "Tu navegador no guarda cookies", "escribí ahí <strong>vincular")
	if strings.Contains(p.body, "otro aparato") || strings.Contains(p.body, "Alguien") {
		t.Error("it accuses somebody")
	}
	b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 409, "no guarda cookies")
	if again := b.get(path); !strings.Contains(again.body, "Empezaste acá mismo") {
		t.Error("opened again, the page does not think of cookies")
	}
	if _, err := w.Redeem(t.Context(), inv.ID, "BCDF-GHJK", "k"); err == nil {
		t.Error("redeemed")
	}
	// The next link works in a browser that keeps them; the mark in the address changes nothing there.
	_, path = w.invited(t, "e", "")
	mine := w.browser(t, srv)
	mine.post(path+"/seguir").wants(t, 200, "Contraseña", `action="`+path+`/entrar"`)
	mine.get(path+"?galleta").wants(t, 200, "Contraseña")
	if other := w.browser(t, srv).get(path); other.status != 409 || !strings.Contains(other.body, "en otro aparato") {
		t.Error("another device is not told that the link is in use")
	}
	known := w.browser(t, srv)
	_, elsewhere := w.invited(t, "d", "")
	known.post(elsewhere + "/seguir")
	if p := known.get(path); strings.Contains(p.body, "cookies") {
		t.Error("a browser with cookies is told of them")
	}
}

// A code for a new password belongs to the browser that asked for it. Without cookies that is none.
func TestAResetWithoutCookies(t *testing.T) {
	w, srv := served(t)
	b := w.browser(t, srv).without()
	b.post("/autogestion/clave", "cuil", maria).wants(t, 409, "no guarda cookies")
	b.post("/autogestion/clave/nueva", "code", "BCDF-GHJK", "password", "una frase larga", "password2", "una frase larga").wants(t, 422, "no guarda cookies", "pedí otro código")
	kept := w.browser(t, srv)
	_, path := w.invited(t, "c", "")
	kept.post(path + "/seguir")
	if p := kept.post("/autogestion/clave/nueva", "code", "BCDF-GHJK", "password", "una frase larga", "password2", "una frase larga"); strings.Contains(p.body, "cookies") {
		t.Error("a browser with cookies is told of them")
	}
}
