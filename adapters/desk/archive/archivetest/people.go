package archivetest

import (
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llave/adapters/desk/archive"
	"llave/bot"
)

func people(t *testing.T) {
	t.Run("enrolment and sign-in", signIn)
}

const client = "192.0.2.1"

// enrol adds an agent and has them choose a password. It returns the secret of their authenticator.
func enrol(t *testing.T, a *archive.Archive, c *Clock, user string, role bot.Role) (secret string) {
	t.Helper()
	code, err := a.AddAgent(t.Context(), bot.Agent{ID: bot.AgentID(user), Name: "Zoe Demo", Role: role}, "")
	if err != nil {
		t.Fatal(err)
	}
	e, err := a.Enrolment(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Enrol(t.Context(), code, "correcto caballo", codeAt(t, e.Secret, c.Now())); err != nil {
		t.Fatal(err)
	}
	return e.Secret
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A code is good once: neither the one of the enrolment nor that of a sign-in lets in again, and none from before it.
func signIn(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	secret := enrol(t, a, c, "zoe", bot.RoleAgent)
	try := func(code string, want error) {
		t.Helper()
		if _, err := a.SignIn(t.Context(), "Zoe ", "correcto caballo", code, client); !errors.Is(err, want) {
			t.Errorf("sign-in: %v, want %v", err, want)
		}
	}
	try(codeAt(t, secret, c.Now()), archive.ErrSignIn) // used by the enrolment
	c.Add(time.Minute)
	before := codeAt(t, secret, c.Now().Add(-30*time.Second))
	good := codeAt(t, secret, c.Now())
	try(good, nil)
	try(good, archive.ErrSignIn)
	try(before, archive.ErrSignIn)
	c.Add(time.Minute)
	try(codeAt(t, secret, c.Now()), nil)
}
