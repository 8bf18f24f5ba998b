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
	t.Run("a code is good once", signIn)
	t.Run("guessing", throttle)
	t.Run("guessing by many", manyClients)
	t.Run("enrolments", enrolments)
	t.Run("duty", duty)
	t.Run("session store", sessionStore)
	t.Run("rotation", rotation)
	t.Run("ended sessions", endedSessions)
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

// Guessing is slowed for a user name, whether there is such an agent or not, and each sign-in that succeeds forgives.
func throttle(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	secret := enrol(t, a, c, "zoe", bot.RoleAgent)
	ctx := t.Context()
	for _, user := range []string{"zoe", "nobody"} {
		for i := range 5 {
			if _, err := a.SignIn(ctx, user, "incorrecta", "000000", client); !errors.Is(err, archive.ErrSignIn) {
				t.Fatalf("%s, try %d: %v", user, i, err)
			}
		}
		var slow *archive.Throttled
		if _, err := a.SignIn(ctx, user, "correcto caballo", "000000", client); !errors.As(err, &slow) || slow.After != 2*time.Second {
			t.Errorf("%s, after five: %v", user, err)
		}
	}
	if _, err := a.SignIn(ctx, "zoe", "incorrecta", "000000", "198.51.100.7"); !errors.Is(err, archive.ErrSignIn) {
		t.Errorf("from another client: %v", err)
	}
	c.Add(time.Minute)
	if _, err := a.SignIn(ctx, "zoe", "correcto caballo", codeAt(t, secret, c.Now()), client); err != nil {
		t.Fatalf("after the wait: %v", err)
	}
	if _, err := a.SignIn(ctx, "zoe", "incorrecta", "", client); !errors.Is(err, archive.ErrSignIn) {
		t.Errorf("after a success: %v", err)
	}
	c.Add(25 * time.Hour)
	for range 5 {
		if _, err := a.SignIn(ctx, "nobody", "incorrecta", "", client); !errors.Is(err, archive.ErrSignIn) {
			t.Errorf("a day later: %v", err)
		}
	}
}

// Many clients together are slowed, too, but never for longer than a minute.
func manyClients(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	var slow *archive.Throttled
	for i := range 200 {
		_, err := a.SignIn(t.Context(), "zoe", "incorrecta", "", string(rune('a'+i)))
		if errors.As(err, &slow) {
			c.Add(slow.After)
		}
	}
	if slow == nil || slow.After != time.Minute {
		t.Errorf("after 200 clients: %v", slow)
	}
}

// A one-time code is good once, for three days, until another is given; what is refused changes nothing.
func enrolments(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	ctx := t.Context()
	code, err := a.AddAgent(ctx, bot.Agent{ID: "zoe", Name: "Zoe Demo", Role: bot.RoleSupervisor}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddAgent(ctx, bot.Agent{ID: "zoe", Name: "Otra", Role: bot.RoleAgent}, ""); !errors.Is(err, archive.ErrExists) {
		t.Errorf("a second zoe: %v", err)
	}
	for _, bad := range []bot.Agent{{ID: "Zoe", Name: "x", Role: "agent"}, {ID: "leo", Name: " ", Role: "agent"}, {ID: "leo", Name: "x", Role: "king"}, {ID: "", Name: "x", Role: "agent"}} {
		if _, err := a.AddAgent(ctx, bad, ""); !errors.Is(err, archive.ErrAgent) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	e, err := a.Enrolment(ctx, code)
	if err != nil || e.Agent != (bot.Agent{ID: "zoe", Name: "Zoe Demo", Role: bot.RoleSupervisor}) || e.Secret == "" || e.URL == "" {
		t.Fatalf("%+v, %v", e, err)
	}
	good := codeAt(t, e.Secret, c.Now())
	try := func(code, password, otp string, want error) {
		t.Helper()
		if _, err := a.Enrol(ctx, code, password, otp); !errors.Is(err, want) {
			t.Errorf("enrol: %v, want %v", err, want)
		}
	}
	try("AAAA", "correcto caballo", good, archive.ErrEnrolment)
	try(code, "corta", good, archive.ErrPassword)
	try(code, "correcto caballo", "12", archive.ErrCode)
	try(code, "correcto caballo", codeAt(t, e.Secret, c.Now().Add(-5*time.Minute)), archive.ErrCode)
	if _, err := a.SignIn(ctx, "zoe", "", "", client); !errors.Is(err, archive.ErrSignIn) {
		t.Errorf("sign in without a password: %v", err)
	}
	try(code, "correcto caballo", good, nil)
	try(code, "correcto caballo", good, archive.ErrEnrolment)
	second, err := a.ResetAgent(ctx, "zoe", "")
	if err != nil {
		t.Fatal(err)
	}
	third, err := a.ResetAgent(ctx, "zoe", "")
	if err != nil {
		t.Fatal(err)
	}
	if who, err := a.Agent(ctx, "zoe"); err != nil || who.Enrolled {
		t.Errorf("after a reset: %+v, %v", who, err)
	}
	if e, err := a.Enrolment(ctx, third); err != nil {
		t.Error(err)
	} else if _, err := a.SignIn(ctx, "zoe", "correcto caballo", codeAt(t, e.Secret, c.Now()), client); !errors.Is(err, archive.ErrSignIn) {
		t.Errorf("with the password of before the reset: %v", err)
	}
	if _, err := a.Enrolment(ctx, second); !errors.Is(err, archive.ErrEnrolment) {
		t.Errorf("a code that was replaced: %v", err)
	}
	c.Add(72 * time.Hour)
	if _, err := a.Enrolment(ctx, third); !errors.Is(err, archive.ErrEnrolment) {
		t.Errorf("a code of three days ago: %v", err)
	}
	if _, err := a.SignIn(ctx, "zoe", "correcto caballo", codeAt(t, e.Secret, c.Now()), client); !errors.Is(err, archive.ErrSignIn) {
		t.Errorf("with what was reset: %v", err)
	}
}

// Who is disabled gets in no more; signing in puts those on duty who take cases.
func duty(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	ctx := t.Context()
	if err := a.SeedDemo(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.SeedDemo(ctx); err != nil {
		t.Fatal(err)
	}
	list, err := a.Agents(ctx)
	if err != nil || len(list) != 3 || list[2].Agent != Carla || list[0].TOTP || !list[0].Enrolled || list[0].Duty != archive.DutyOff {
		t.Fatalf("%+v, %v", list, err)
	}
	who, err := a.SignIn(ctx, "ana", archive.DemoPassword, "", client)
	if err != nil || who.Duty != archive.DutyOn || who.Agent != Ana {
		t.Fatalf("%+v, %v", who, err)
	}
	if err := a.SetDuty(ctx, "ana", archive.DutyPause); err != nil {
		t.Fatal(err)
	}
	if err := a.SetDuty(ctx, "ana", "nap"); err == nil {
		t.Error("a duty that is none")
	}
	if err := a.DisableAgent(ctx, "ana", true, "carla"); err != nil {
		t.Fatal(err)
	}
	if who, err := a.Agent(ctx, "ana"); err != nil || !who.Disabled || who.Duty != archive.DutyOff {
		t.Errorf("%+v, %v", who, err)
	}
	if _, err := a.SignIn(ctx, "ana", archive.DemoPassword, "", client); !errors.Is(err, archive.ErrSignIn) {
		t.Errorf("disabled: %v", err)
	}
	if err := a.SetDuty(ctx, "ana", archive.DutyOn); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("disabled, on duty: %v", err)
	}
	if err := a.DisableAgent(ctx, "ana", false, "carla"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SignIn(ctx, "ana", archive.DemoPassword, "", client); err != nil {
		t.Errorf("enabled again: %v", err)
	}
	if records, err := a.Records(ctx, archive.AuditQuery{Agent: "carla"}); err != nil || len(records) != 2 || records[1].What != "agent.disable" || records[1].Detail != "ana" {
		t.Errorf("%+v, %v", records, err)
	}
}
