package autogestion

import (
	"net/http"
	"strings"
	"testing"
)

// A phone that was in the mail program loads its page again: nothing is sent twice, and nothing is lost.
func TestPagesAfterAFormCanBeLoadedAgain(t *testing.T) {
	w, srv := served(t)
	b := w.browser(t, srv)
	for _, c := range []struct {
		path string
		form []string
		says string
	}{
		{"/autogestion/registro", []string{"cuil", "27-99999004-0", "document", "99999004", "sex", "F", "tramite", "00123456789", "email", "juana@demo.example",
			"email2", "juana@demo.example", "password", "caballo-verde", "password2", "caballo-verde"}, "Ver el correo de la demostración"},
		{"/autogestion/clave", []string{"cuil", maria}, "Código del correo"},
	} {
		before := len(w.mails(t))
		first, at := b.lands(c.path, c.form...)
		first.wants(t, 200, c.says)
		for range 2 {
			if again := b.get(at); again.body != first.body || at == c.path {
				t.Errorf("%s: loaded again, %s is another page", c.path, at)
			}
		}
		if n := len(w.mails(t)) - before; n != 1 {
			t.Errorf("%s: %d e-mails", c.path, n)
		}
	}
	b.get("/autogestion/correo").wants(t, 200, `<a href="`+w.opt.PublicURL+`/autogestion/registro/`)
	b.lands("/autogestion/clave/nueva", "code", w.mailedCode(t), "password", "perro-violeta", "password2", "perro-violeta")
	b.get("/autogestion/clave/lista").wants(t, 200, "Se desvincularon todos los chats")
}

// lands sends a form, and returns the page that it leads to and its path.
func (b *browser) lands(path string, kv ...string) (p page, at string) {
	b.t.Helper()
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error { at = r.URL.RequestURI(); return nil }
	defer func() { b.CheckRedirect = nil }()
	p = b.post(path, kv...)
	return p, at
}

// What is not kept is said where it is to be typed again; the rest stays.
func TestARefusedFormSaysWhatToTypeAgain(t *testing.T) {
	_, srv := served(t)
	b := (fixture{}).browser(t, srv)
	form := []string{"cuil", "27-99999004-1", "document", "99999004", "sex", "F", "tramite", "00123456789", "email", "juana@demo.example", "email2", "juana@demo.example",
		"password", "caballo-verde", "password2", "caballo-verde"}
	const again = "Escribila de nuevo"
	p := b.post("/autogestion/registro", form...)
	p.wants(t, 422, again, `value="27-99999004-1"`, `value="00123456789"`, `value="F" required checked`)
	if strings.Contains(p.body, "caballo-verde") {
		t.Error("the page holds the password")
	}
	if strings.Contains(b.get("/autogestion/registro").body, again) {
		t.Error("an empty form asks for it again")
	}
}
