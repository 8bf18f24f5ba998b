package autogestion

import (
	"errors"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/flows/backend"
)

// eachAccounts runs a test on the service itself, and over HTTP.
func eachAccounts(t *testing.T, test func(t *testing.T, w fixture, a backend.Accounts)) {
	t.Helper()
	t.Run("here", func(t *testing.T) { w := demo(t); test(t, w, w.Service) })
	t.Run("over HTTP", func(t *testing.T) { w := demo(t); test(t, w, w.remote(t)) })
}

// signedGrant links a chat with the account of a CUIL as a person does, from a browser of the chat's name.
func (w fixture) signedGrant(t *testing.T, cuil, chat string) backend.Grant {
	t.Helper()
	i := w.opened(t, chat, chat)
	if err := w.attempt(t, i.URL, chat, "1.1.1.1", cuil, DemoPassword); err != nil {
		t.Fatal(err)
	}
	c, err := w.signedIn(t.Context(), i.URL, chat)
	if err != nil {
		t.Fatal(err)
	}
	g, err := w.Redeem(t.Context(), i.ID, c.Code, "k")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// What is held is said of the account that the credential speaks for; erasing leaves the other chats and the account.
func TestMyDataAndErasing(t *testing.T) {
	eachAccounts(t, func(t *testing.T, w fixture, a backend.Accounts) {
		g, other, jorges := w.signedGrant(t, maria, "a"), w.signedGrant(t, maria, "b"), w.signedGrant(t, jorge, "j")
		h, err := a.MyData(t.Context(), g.Credential)
		if err != nil || h.Name != "María Elena Gómez" || h.Email != "m···@demo.example" || h.Consent != ConsentVersion || h.ConsentAt.IsZero() ||
			len(h.Chats) != 2 || h.Browsers == 0 || h.Days.Mails != 7 {
			t.Fatalf("%+v, %v", h, err)
		}
		for range 2 { // once more is no error
			if err := a.Erase(t.Context(), g.Credential); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.MyData(t.Context(), g.Credential); !errors.Is(err, backend.ErrUnlinked) {
			t.Errorf("after erasing: %v", err)
		}
		if h, err := a.MyData(t.Context(), other.Credential); err != nil || len(h.Chats) != 1 || h.Browsers != 0 {
			t.Errorf("the other chat: %+v, %v", h, err)
		}
		if h, err := a.MyData(t.Context(), jorges.Credential); err != nil || h.Browsers == 0 {
			t.Errorf("another account: %+v, %v", h, err)
		}
		if n := w.rows(t, "invite"); n != 2 {
			t.Errorf("%d invites are left, want those of the other chats", n)
		}
	})
}

// A link lasts a year and no longer; one from before that rule keeps its life.
func TestALinkLastsAYear(t *testing.T) {
	w := demo(t)
	g, old := w.linked(t, maria, "a"), w.linked(t, maria, "old")
	if _, err := w.file.Writer.Exec("UPDATE link SET until = 0 WHERE credential = ?", w.credentialHash(old.Credential)); err != nil {
		t.Fatal(err)
	}
	w.advance(linkLasts - time.Second)
	if _, err := w.Group(t.Context(), g.Credential); err != nil {
		t.Errorf("a second before the end: %v", err)
	}
	w.advance(time.Second)
	if _, err := w.Group(t.Context(), g.Credential); !errors.Is(err, backend.ErrUnlinked) {
		t.Errorf("at the end: %v", err)
	}
	if chats, err := w.Chats(t.Context(), old.Credential); err != nil || len(chats) != 1 {
		t.Errorf("the old link sees %+v, %v", chats, err)
	}
	w.advance(time.Second)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.rows(t, "link"); n != 1 {
		t.Errorf("%d links are left", n)
	}
}

// A linked chat gets the code that a sign-in waits for, if the password was right, and no other chat does.
func TestASecondCodeInALinkedChat(t *testing.T) {
	eachAccounts(t, func(t *testing.T, w fixture, a backend.Accounts) {
		g, jorges := w.linked(t, maria, "a"), w.linked(t, jorge, "j")
		i := w.opened(t, "x", "x")
		for n := range guessesADay {
			w.attempt(t, i.URL, "x", string(rune('a'+n)), maria, "wrong-wrong")
		}
		j := w.opened(t, "y", "y")
		in := form.SignIn{Secret: j.URL, Browser: "y", Address: "8.8.8.8", CUIL: maria, Password: "wrong-wrong", Consent: true}
		ask := func(password string) backend.SignInCode {
			t.Helper()
			in.Password = password
			if err := w.signIn(t.Context(), in); !errors.Is(err, web.ErrSecond) {
				t.Fatalf("the password alone: %v", err)
			}
			c, err := a.SignInCode(t.Context(), g.Credential)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if c := ask("wrong-wrong"); c.Code != "" {
			t.Error("a wrong password has a code")
		}
		c := ask(DemoPassword)
		if of, err := a.SignInCode(t.Context(), jorges.Credential); err != nil || of.Code != "" {
			t.Errorf("another account's chat got %+v, %v", of, err)
		}
		if err := w.finishSecond(t.Context(), in, c.Code); err != nil {
			t.Errorf("with the code of the chat: %v", err)
		}
		if c, err := a.SignInCode(t.Context(), g.Credential); err != nil || c.Code != "" && w.finishSecond(t.Context(), in, c.Code) == nil {
			t.Errorf("the code is good twice: %v", err)
		}
	})
}

// "No fui yo": the chat ends, what was on its way ends, and the password alone signs nobody in until it is changed.
func TestAChatThatTheOwnerDidNotLink(t *testing.T) {
	eachAccounts(t, func(t *testing.T, w fixture, a backend.Accounts) {
		g := w.linked(t, maria, "a")
		thief := w.linked(t, maria, "thief")
		w.linked(t, maria, "tablet")
		pending := w.opened(t, "p", "p")
		if err := w.attempt(t, pending.URL, "p", "1.1.1.1", maria, DemoPassword); err != nil {
			t.Fatal(err)
		}
		code, _ := w.signedIn(t.Context(), pending.URL, "p")
		d, err := a.Disown(t.Context(), g.Credential, invitationOf("thief").Chat)
		if err != nil || d.Page == "" {
			t.Fatal(d, err)
		}
		if _, err := w.Group(t.Context(), thief.Credential); !errors.Is(err, backend.ErrUnlinked) {
			t.Errorf("the chat that was disowned: %v", err)
		}
		if h, err := a.MyData(t.Context(), g.Credential); err != nil || len(h.Chats) != 2 {
			t.Errorf("the others: %+v, %v", h, err)
		}
		if _, err := w.Redeem(t.Context(), pending.ID, code.Code, "k"); !errors.Is(err, backend.ErrNoInvite) {
			t.Errorf("the invite on its way: %v", err)
		}
		w.signsInWithSecond(t, "phone")
		w.resets(t, "r")
		if _, err := w.doReset(t.Context(), form.Reset{Browser: "r", Code: w.mailedCode(t), Password: "perro-violeta", PasswordAgain: "perro-violeta"}); err != nil {
			t.Fatal(err)
		}
		i := w.opened(t, "z", "z")
		if err := w.attempt(t, i.URL, "z", "1.1.1.1", maria, "perro-violeta"); err != nil {
			t.Errorf("the new password alone: %v", err)
		}
	})
}
