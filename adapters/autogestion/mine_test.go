package autogestion

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// A person enters, sees the chats, ends one at once, and leaves; another browser has no session.
func TestMyAccount(t *testing.T) {
	w, srv := served(t)
	a, c := w.linked(t, maria, "a"), w.linked(t, maria, "c")
	b := w.browser(t, srv)
	b.get("/autogestion/").wants(t, 200, "/autogestion/mi-cuenta")
	b.get("/autogestion/mi-cuenta").wants(t, 200, "Contraseña")
	b.post("/autogestion/mi-cuenta", "cuil", maria, "password", "wrong-wrong").wants(t, 422, "El CUIL o la contraseña no son correctos.")
	p := b.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword)
	p.wants(t, 200, "María Elena Gómez", "m···@demo.example", "Desvincular todos")
	chats, err := w.Chats(t.Context(), c.Credential)
	if err != nil || len(chats) != 2 {
		t.Fatal(chats, err)
	}
	if chats[0].Own {
		chats[0] = chats[1]
	}
	stranger := w.browser(t, srv)
	stranger.post("/autogestion/mi-cuenta/desvincular", "chat", chats[0].ID).wants(t, 200, "Contraseña")
	if _, err := w.Group(t.Context(), a.Credential); err != nil {
		t.Errorf("without a session a chat was unlinked: %v", err)
	}
	b.post("/autogestion/mi-cuenta/desvincular").wants(t, 200, "Desvincular todos")
	b.post("/autogestion/mi-cuenta/desvincular", "chat", chats[0].ID).wants(t, 200, "Listo.")
	if _, err := w.Group(t.Context(), a.Credential); !errors.Is(err, backend.ErrUnlinked) {
		t.Errorf("the chat that was ended: %v", err)
	}
	if _, err := w.Group(t.Context(), c.Credential); err != nil {
		t.Errorf("the other chat: %v", err)
	}
	b.post("/autogestion/mi-cuenta/desvincular", "todos", "1").wants(t, 200, "Ninguno.")
	w.advance(sessionLasts - time.Second)
	b.get("/autogestion/mi-cuenta").wants(t, 200, "Lo que guardamos")
	w.advance(time.Second) // it ends, although the person was there just now
	b.get("/autogestion/mi-cuenta").wants(t, 200, "Olvidé mi contraseña")
}

// A session sees and ends nothing of another account.
func TestMyAccountIsMine(t *testing.T) {
	w, srv := served(t)
	g := w.linked(t, maria, "a")
	chats, err := w.Chats(t.Context(), g.Credential)
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser(t, srv)
	b.post("/autogestion/mi-cuenta", "cuil", jorge, "password", DemoPassword).wants(t, 200, "Jorge Acosta", "Ninguno.")
	b.post("/autogestion/mi-cuenta/desvincular", "chat", chats[0].ID).wants(t, 200)
	b.post("/autogestion/mi-cuenta/desvincular", "todos", "1").wants(t, 200)
	if _, err := w.Group(t.Context(), g.Credential); err != nil {
		t.Errorf("another account's chat was unlinked: %v", err)
	}
	// The session's name changes at the sign-in, and ends when the person leaves.
	u, _ := url.Parse(srv.URL)
	before := ""
	for _, c := range b.Jar.Cookies(u) {
		if strings.Contains(c.Name, "micuenta") {
			before = c.Value
		}
	}
	b.post("/autogestion/mi-cuenta/salir").wants(t, 200, "Olvidé mi contraseña")
	if _, err := (minePages{w.Service}).Look(t.Context(), before); err == nil {
		t.Error("the session outlived its end")
	}
}

// The password changes with the current one; chats stay, other sessions end, and the owner is told.
func TestChangingThePassword(t *testing.T) {
	w, srv := served(t)
	g := w.linked(t, maria, "a")
	b, other := w.browser(t, srv), w.browser(t, srv)
	for _, x := range []*browser{b, other} {
		x.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword).wants(t, 200, "Lo que guardamos")
	}
	const path, password = "/autogestion/mi-cuenta/clave", "tres gatos naranja"
	b.post(path, "current", "wrong-wrong", "password", password, "password2", password).wants(t, 422, "La contraseña actual no es correcta.", "Lo que guardamos")
	b.post(path, "current", DemoPassword, "password", "password123", "password2", "password123").wants(t, 422, "fácil de adivinar")
	b.post(path, "current", DemoPassword, "password", "gomez-maria-elena", "password2", "gomez-maria-elena").wants(t, 422, "fácil de adivinar")
	b.post(path, "current", DemoPassword, "password", password, "password2", password).wants(t, 200, "Listo.")
	other.get("/autogestion/mi-cuenta").wants(t, 200, "Olvidé mi contraseña")
	if _, err := w.Group(t.Context(), g.Credential); err != nil {
		t.Errorf("the chat: %v", err)
	}
	if m := w.mails(t)[0]; !strings.Contains(m.Subject, "Cambiaste tu contraseña") {
		t.Errorf("the owner was told %q", m.Subject)
	}
	n := w.browser(t, srv)
	n.post("/autogestion/mi-cuenta", "cuil", maria, "password", DemoPassword).wants(t, 422)
	n.post("/autogestion/mi-cuenta", "cuil", maria, "password", password).wants(t, 200, "Lo que guardamos")
}

// Guesses here count with those at invites, and the answer reveals nothing.
func TestMyAccountIsNotGuessed(t *testing.T) {
	w, srv := served(t)
	i := w.opened(t, "x", "x")
	for n := range guessesADay {
		w.attempt(t, i.URL, "x", fmt.Sprint("x", n), maria, "wrong-wrong")
	}
	var pages []string
	for _, password := range []string{DemoPassword, "wrong-wrong"} {
		p := w.browser(t, srv).post("/autogestion/mi-cuenta", "cuil", maria, "password", password)
		p.wants(t, 422, "muchos intentos")
		pages = append(pages, p.body)
	}
	if pages[0] != pages[1] {
		t.Error("the pages of a right and a wrong password differ")
	}
}
