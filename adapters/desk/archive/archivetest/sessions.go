package archivetest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"llave/adapters/desk/archive"
	"llave/bot"
)

func manager(a *archive.Archive) *scs.SessionManager {
	m := scs.New()
	m.Store = a.Sessions()
	return m
}

// begin signs a browser in, as the desk does, and returns its token.
func begin(t *testing.T, m *scs.SessionManager, user, old string) string {
	t.Helper()
	ctx, err := m.Load(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.RenewToken(ctx); err != nil {
		t.Fatal(err)
	}
	m.Put(ctx, archive.SessionUser, user)
	token, _, err := m.Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func userOf(t *testing.T, m *scs.SessionManager, token string) string {
	t.Helper()
	ctx, err := m.Load(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return m.GetString(ctx, archive.SessionUser)
}

// The contract of a store of scs.
func sessionStore(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	s := a.Sessions()
	data, err := scs.GobCodec{}.Encode(c.Now().Add(time.Hour), map[string]any{"x": "y"})
	if err != nil {
		t.Fatal(err)
	}
	find := func(token string, want []byte) {
		t.Helper()
		got, found, err := s.Find(token)
		if err != nil || found != (want != nil) || !bytes.Equal(got, want) {
			t.Errorf("find: %d bytes, %v, %v; want %d", len(got), found, err, len(want))
		}
	}
	find("none", nil)
	if err := s.Commit("token", data, c.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	find("token", data)
	find("Token", nil)
	c.Add(time.Hour)
	find("token", nil)
	if err := s.Commit("token", data, c.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	find("token", data)
	for range 2 {
		if err := s.Delete("token"); err != nil {
			t.Fatal(err)
		}
		find("token", nil)
	}
	if err := s.Commit("token", data, c.Now().Add(time.Hour)); err != nil { // by a request that was still under way
		t.Fatal(err)
	}
	find("token", nil)
	if err := s.Commit("other", []byte("no session"), c.Now().Add(time.Hour)); err == nil {
		t.Error("data of another form is kept")
	}
}

// Signing in gives another token and ends the old one, whoever has a copy of it.
func rotation(t *testing.T) {
	c := NewClock()
	c.Set(time.Now()) // scs has no clock
	a := Open(t, c)
	enrol(t, a, c, "zoe", bot.RoleAgent)
	m := manager(a)
	first := begin(t, m, "zoe", "")
	second := begin(t, m, "zoe", first)
	if first == second || userOf(t, m, first) != "" || userOf(t, m, second) != "zoe" {
		t.Errorf("the old session is %q, the new one %q", userOf(t, m, first), userOf(t, m, second))
	}
}

// Disabling or resetting an agent ends all sessions at once, also one whose request is under way, and no other agent's.
func endedSessions(t *testing.T) {
	for what, end := range map[string]func(*archive.Archive) error{
		"disable": func(a *archive.Archive) error { return a.DisableAgent(t.Context(), "zoe", true, "") },
		"reset":   func(a *archive.Archive) error { _, err := a.ResetAgent(t.Context(), "zoe", ""); return err },
		"end":     func(a *archive.Archive) error { return a.EndSessions(t.Context(), "zoe") },
	} {
		t.Run(what, func(t *testing.T) {
			c := NewClock()
			c.Set(time.Now())
			a := Open(t, c)
			enrol(t, a, c, "zoe", bot.RoleAgent)
			enrol(t, a, c, "leo", bot.RoleAgent)
			m := manager(a)
			one, two, other := begin(t, m, "zoe", ""), begin(t, m, "zoe", ""), begin(t, m, "leo", "")
			underWay, err := m.Load(t.Context(), one)
			if err != nil {
				t.Fatal(err)
			}
			if err := end(a); err != nil {
				t.Fatal(err)
			}
			m.Put(underWay, "flash", "x")
			if _, _, err := m.Commit(underWay); err != nil {
				t.Fatal(err)
			}
			if userOf(t, m, one) != "" || userOf(t, m, two) != "" || userOf(t, m, other) != "leo" {
				t.Errorf("after %s: %q, %q, %q", what, userOf(t, m, one), userOf(t, m, two), userOf(t, m, other))
			}
			if err := a.DisableAgent(t.Context(), "zoe", false, ""); err != nil {
				t.Fatal(err)
			}
			if userOf(t, m, one) != "" || userOf(t, m, two) != "" {
				t.Errorf("after %s, and enabled again, the sessions are back", what)
			}
			if err := end(a); err != nil {
				t.Fatal(err)
			}
			late := begin(t, m, "zoe", "") // signed in just before
			if got := userOf(t, m, late); what == "disable" && got != "" {
				t.Errorf("a session of a disabled agent is found: %q", got)
			}
		})
	}
	if err := Open(t, NewClock()).DisableAgent(t.Context(), "nobody", true, ""); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("disable nobody: %v", err)
	}
}
