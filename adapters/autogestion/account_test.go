package autogestion

import (
	"regexp"
	"strings"
	"testing"
)

func TestRegistrationAndReset(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")

	form := []string{"cuil", "27-99999004-0", "document", "99.999.004", "sex", "F", "tramite", "00123456789",
		"email", "juana@demo.example", "email2", "juana@demo.example", "password", "caballo-verde", "password2", "caballo-verde"}
	b.post("/autogestion/registro").wants(t, 422, "Hay 6 cosas para revisar", "Escribí tu CUIL.")
	b.post("/autogestion/registro", form...).wants(t, 200, "Mirá tu correo")
	link := "/autogestion/registro/" + w.mailedLink(t, "juana@demo.example")
	b.get(link).wants(t, 200, "Crear mi cuenta")
	b.post(link).wants(t, 200, "Tu cuenta está lista", path)
	b.post(link).wants(t, 200, "Tu cuenta está lista", path) // pressed twice
	w.advance(againLasts)
	b.post(link).wants(t, 404, "No pudimos crear la cuenta")
	b.post(path+"/entrar", "cuil", "27999990040", "password", "caballo-verde", "consent", "on").wants(t, 200, "No se lo digas a nadie")

	// María's chat is linked; she forgets her password; the reset ends the link.
	g := w.linked(t, maria, "maria")
	_, path = w.invited(t, "d", "")
	b.post(path + "/seguir")
	b.post("/autogestion/clave", "cuil", maria).wants(t, 200, "Si hay una cuenta con ese CUIL", "se desvinculan todos los chats")
	mail, err := w.mailbox(t.Context())
	if err != nil || mail[0].To != "maria@demo.example" {
		t.Fatalf("%+v %v", mail, err)
	}
	code := regexp.MustCompile(`[2-9B-Z]{4}-[2-9B-Z]{4}`).FindString(mail[0].Text)
	other := w.browser(t, srv)
	other.post("/autogestion/clave/nueva", "code", code, "password", "perro-violeta", "password2", "perro-violeta").wants(t, 422, "ya no sirve")
	b.post("/autogestion/clave/nueva", "code", "BCDF-GHJK", "password", "perro-violeta", "password2", "perro-violeta").wants(t, 422, "Ese código no es")
	b.post("/autogestion/clave/nueva", "code", strings.ToLower(code), "password", "99999001-abc", "password2", "99999001-abc").wants(t, 422, "no puede llevar tu documento")
	b.post("/autogestion/clave/nueva", "code", code, "password", "perro-violeta", "password2", "perro-violeta").wants(t, 200, "Se desvincularon todos los chats", path)
	if _, err := w.Group(t.Context(), g.Credential); err == nil {
		t.Error("the old link outlived the password")
	}
	b.post("/autogestion/clave/nueva", "code", code, "password", "perro-violeta2", "password2", "perro-violeta2").wants(t, 422, "ya no sirve")
	b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 422)
	b.post(path+"/entrar", "cuil", maria, "password", "perro-violeta", "consent", "on").wants(t, 200)
}

func TestResetTellsNobodyWhoHasAnAccount(t *testing.T) {
	w, srv := served(t)
	a, b := w.browser(t, srv), w.browser(t, srv)
	p, q := a.post("/autogestion/clave", "cuil", maria), b.post("/autogestion/clave", "cuil", "20-12345678-6")
	if p.body != q.body || p.status != q.status {
		t.Error("the pages differ")
	}
	for _, x := range []*browser{a, b} {
		for range codeTries - 1 {
			x.post("/autogestion/clave/nueva", "code", "BCDF-GHJK", "password", "perro-violeta", "password2", "perro-violeta").wants(t, 422, "Ese código no es")
		}
		x.post("/autogestion/clave/nueva", "code", "BCDF-GHJK", "password", "perro-violeta", "password2", "perro-violeta").wants(t, 422, "ya no sirve")
	}
	mail, _ := w.mailbox(t.Context())
	code := regexp.MustCompile(`[2-9B-Z]{4}-[2-9B-Z]{4}`).FindString(mail[0].Text)
	a.post("/autogestion/clave/nueva", "code", code, "password", "perro-violeta", "password2", "perro-violeta").wants(t, 422, "ya no sirve")
}
