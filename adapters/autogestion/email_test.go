package autogestion

import (
	"regexp"
	"strings"
	"testing"
)

var undoInMail = regexp.MustCompile(`/autogestion/deshacer/[\w-]{43}`)

// undoLink returns the newest link to undo a change that a mailbox got.
func (w fixture) undoLink(t *testing.T, mailbox string) string {
	t.Helper()
	for _, m := range w.mails(t) {
		if link := undoInMail.FindString(m.Text); link != "" && m.To == mailbox {
			return link
		}
	}
	t.Fatalf("no link for %s", mailbox)
	return ""
}

const emailPath = "/autogestion/mi-cuenta/correo"

// A thief who knows the password moves the account twice, and a new password goes to their mailbox. The owner undoes all of it
// from the first mailbox, and nothing of the thief's puts it back.
func TestAChangeOfEMailIsUndone(t *testing.T) {
	w, srv := served(t)
	thief, owner := w.browser(t, srv), w.browser(t, srv)
	thief.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword).wants(t, 200, "Cambiar el correo")
	thief.post(emailPath, "email", "t@x.example", "email2", "t@x.example", "current_email", "wrong-wrong").wants(t, 422, "La contraseña actual no es correcta.")
	thief.post(emailPath, "email", "a@b@c", "email2", "x", "current_email", "").wants(t, 422, "Hay 3 cosas para revisar")
	thief.post(emailPath, "email", "t@x.example", "email2", "t@x.example", "current_email", DemoPassword).wants(t, 200, "Listo.", "t···@x.example")
	first := w.undoLink(t, "maria@demo.example")
	thief.post(emailPath, "email", "u@x.example", "email2", "u@x.example", "current_email", DemoPassword).wants(t, 200, "Listo.")
	second := w.undoLink(t, "t@x.example")
	thief.post("/autogestion/clave", "cuil", maria)
	thief.post("/autogestion/clave/nueva", "code", w.mailedCode(t), "password", "perro-violeta", "password2", "perro-violeta").wants(t, 200)

	owner.get(first).wants(t, 200, "Volver al correo de antes")
	thief.get("/autogestion/mi-cuenta").wants(t, 200, "u···@x.example")
	owner.post(first).wants(t, 200, "Tu correo es el de antes")
	owner.post(first).wants(t, 404, "ya no sirve")
	thief.post(second).wants(t, 404, "ya no sirve")
	thief.get("/autogestion/mi-cuenta").wants(t, 200, "Olvidé mi contraseña")
	thief.post("/autogestion/mi-cuenta", "cuil", maria, "password", "perro-violeta").wants(t, 422, "por ahora")
	owner.post("/autogestion/clave", "cuil", maria)
	if m := w.mails(t)[0]; m.To != "maria@demo.example" {
		t.Fatalf("the code went to %s", m.To)
	}
	owner.post("/autogestion/clave/nueva", "code", w.mailedCode(t), "password", "gato-naranja-7", "password2", "gato-naranja-7").wants(t, 200)
	owner.get("/autogestion/mi-cuenta").wants(t, 200, "m···@demo.example")
}

func TestAnUndoEndsAfterSevenDays(t *testing.T) {
	w, srv := served(t)
	b := w.browser(t, srv)
	b.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword)
	b.post(emailPath, "email", "n@x.example", "email2", "n@x.example", "current_email", DemoPassword).wants(t, 200, "Listo.")
	link := w.undoLink(t, "maria@demo.example")
	w.advance(undoLasts)
	b.post(link).wants(t, 404, "siete días")
}

// Everything can be downloaded, and the account closed, with the password.
func TestClosingAnAccount(t *testing.T) {
	w, srv := served(t)
	g := w.linked(t, maria, "a")
	b := w.browser(t, srv)
	b.get("/autogestion/mi-cuenta/datos").wants(t, 200, "Olvidé mi contraseña")
	b.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword)
	if p := b.get("/autogestion/mi-cuenta/datos"); p.status != 200 || !strings.Contains(p.body, "María Elena Gómez") || strings.Contains(p.body, "argon2") {
		t.Errorf("%d %s", p.status, p.body)
	}
	b.post("/autogestion/mi-cuenta/cerrar", "closing", "wrong-wrong").wants(t, 422, "La contraseña actual no es correcta.")
	b.post("/autogestion/mi-cuenta/cerrar", "closing", DemoPassword).wants(t, 200, "Cerraste tu cuenta")
	if _, err := w.Group(t.Context(), g.Credential); err == nil {
		t.Error("the chat outlived the account")
	}
	w.browser(t, srv).post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword).wants(t, 422)
}
