package autogestion

import (
	"strings"
	"testing"
	"time"
)

// Who has registered or set a new password goes on at the invite without typing it again: once, and in that browser.
func TestSignedInAfterARegistration(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	b.post("/autogestion/registro", "cuil", "27-99999004-0", "document", "99999004", "sex", "F", "tramite", "00123456789", "email", "juana@demo.example",
		"email2", "juana@demo.example", "password", "caballo-verde", "password2", "caballo-verde").wants(t, 200, "Mirá tu correo")
	b.post("/autogestion/registro/"+w.mailedLink(t, "juana@demo.example")).wants(t, 200, "Tu cuenta está lista", path)
	b.get(path).wants(t, 200, "Entraste como <strong>Juana Ruiz</strong>", "Entrar con otra cuenta")
	b.get(path+"?otra").wants(t, 200, `name="password"`)
	b.post(path+"/entrar", "sesion", "1").wants(t, 422, "marcá que aceptás", "Entraste como")
	stranger := w.browser(t, srv)
	stranger.post(path+"/entrar", "sesion", "1", "consent", "on").wants(t, 409)
	b.post(path+"/entrar", "sesion", "1", "consent", "on").wants(t, 200, "No se lo digas a nadie")

	_, second := w.invited(t, "d", "")
	b.post(second+"/seguir").wants(t, 200, `name="password"`)
	b.post(second+"/entrar", "sesion", "1", "consent", "on").wants(t, 200, `name="password"`) // it signs in once
	b.get("/autogestion/mi-cuenta").wants(t, 200, "Juana Ruiz")
}

func TestSignedInAfterAResetAndNotByMyAccount(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	b.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword).wants(t, 200, "Lo que guardamos")
	b.get(path).wants(t, 200, `name="password"`) // a session of the page alone is no password
	b.post("/autogestion/clave", "cuil", maria)
	b.post("/autogestion/clave/nueva", "code", w.mailedCode(t), "password", "perro-violeta", "password2", "perro-violeta").wants(t, 200, path)
	b.get(path).wants(t, 200, "Entraste como")
	w.advance(sessionLasts)
	b.get(path).wants(t, 200, `name="password"`)
	b.post(path+"/entrar", "sesion", "1", "consent", "on").wants(t, 200, `name="password"`)
	b.post(path+"/entrar", "cuil", maria, "password", "perro-violeta", "consent", "on").wants(t, 200, "No se lo digas a nadie")
}

// A stranger fills in the form with a password of their own; whoever reads the mailbox does not make that account.
func TestALinkInAnotherBrowserNeedsThePasswordOfTheForm(t *testing.T) {
	w := real(t, headTramite+mariaTramite+"\n"+juanaTramite+"00123456789\n")
	srv := newServer(t, w)
	for n := range 2 {
		f := juanas("00123456789")
		f.Browser = strings.Repeat("x", 43)
		if err := w.Register(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		link := "/autogestion/registro/" + w.mailedLink(t, "a@x.example")
		b := w.browser(t, srv)
		b.get(link).wants(t, 200, `name="password"`)
		b.post(link).wants(t, 422, "Acá va la contraseña")
		if n == 0 {
			for range codeTries {
				b.post(link, "password", "wrong-wrong").wants(t, 422, "no es la contraseña del formulario")
			}
			b.post(link, "password", "caballo-verde").wants(t, 404)
			w.advance(24 * time.Hour)
			continue
		}
		b.post(link, "password", "caballo-verde").wants(t, 200, "Tu cuenta está lista")
	}
}
