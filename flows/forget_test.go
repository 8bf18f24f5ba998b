package flows

import (
	"encoding/json"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// A question expires even if its timer is late: the next text begins anew.
func TestAHalfDoneFlowIsForgottenEvenWithoutItsTimer(t *testing.T) {
	sc := newScript(t)
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	say := func(s bot.Session, id, text string, at time.Time) bot.Decision {
		d, err := sc.Decide(s, bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: id, Kind: bot.Message, Text: text}, Now: at, Seed: bot.Seed("SEED" + id + "SEED")}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	s := bot.Session{V: version, State: home, Data: &memory{Cred: "c", Group: familyOfMaria, Self: "1"}}
	asked := say(s, "1", "otro token de juana", now)
	if asked.Session.State != "another.confirm" {
		t.Fatalf("state %s", asked.Session.State)
	}
	if d := say(asked.Session, "2", "sí", now.Add(9*time.Minute)); d.Effect == nil || d.Effect.Op != opAnother {
		t.Errorf("a yes after nine minutes: %+v", d.Effect)
	}
	if d := say(asked.Session, "2", "sí", now.Add(11*time.Minute)); d.Effect != nil || d.Session.State != home {
		t.Errorf("a yes after eleven minutes: state %s, effect %+v", d.Session.State, d.Effect)
	}
}

// A session of another version, in an unknown state, or in a state without its request becomes the menu. The link stays.
func TestOldSessions(t *testing.T) {
	sc := newScript(t)
	for _, s := range []bot.Session{{V: version, State: "token.gone"}, {V: version + 1, State: "token.pick"}, {V: version, State: "sheet.confirm"}, {V: 0, State: ""}, {}} {
		s.Data = mariaAsks(&TokenRequest{})
		d, err := sc.Decide(s, bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "1", Kind: bot.Message, Text: "menú"}, Seed: "SEEDSEEDSEED"}})
		if err != nil || d.Session.State != home || d.Session.V != version || d.Session.Data.(*memory).Cred != "c" || len(d.Replies) != 1 {
			t.Errorf("%q of version %d becomes %+v, %v", s.State, s.V, d.Session, err)
		}
	}
}

// A result that a state of another program awaited is dropped; its failure is said.
func TestALateResultForAnotherProgram(t *testing.T) {
	for _, r := range []bot.Result{{Data: bot.Of(effectAnswer{Given: &backend.Given{Group: familyOfMaria}})}, {Failed: true}} {
		r.Key, r.Op, r.Late = "k", opCurrent, true
		d := decideOn(t, bot.Session{V: version, State: "token.gone", Data: mariaAsks(nil), Pending: &bot.Effect{Op: opCurrent, Key: "k"}}, r)
		if d.Session.State != home || d.Session.Pending != nil || d.Session.Data.(*memory).Cred != "c" || (len(d.Replies) > 0) != r.Failed {
			t.Errorf("%+v", d)
		}
	}
}

// A chat whose pending effect was lost goes on.
func TestWaitingForNothingEnds(t *testing.T) {
	sc := newScript(t)
	for state := range sc.machines.states {
		s := bot.Session{V: version, State: state, Data: mariaAsks(requestIn(state))}
		if (&dialog{Script: sc, session: s}).waiting() {
			d, err := sc.Decide(s, bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "1", Kind: bot.Message, Text: "token de juana"}, Seed: "SEEDSEEDSEED"}})
			if err != nil || d.Effect == nil || d.Effect.Op != opCurrent {
				t.Errorf("in %s: %+v, %v", state, d, err)
			}
		}
	}
}

// "Menú", "cancelar", "volver" and "ayuda" work in every state.
func TestEveryStateHasAWayOut(t *testing.T) {
	sc := newScript(t)
	for state := range sc.machines.states {
		for _, text := range []string{"menú", "cancelar", "volver", "ayuda"} {
			m := mariaAsks(requestIn(state), choices("yes", "no")...)
			m.Link.Others, m.Listed = []backend.LinkedChat{{ID: "1"}}, []backend.LinkedChat{{ID: "1"}}
			m.AskedAt = time.Time{}
			s := bot.Session{V: version, State: state, Data: m, Pending: &bot.Effect{Op: opCurrent, Key: "k"}}
			d, err := sc.Decide(s, bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "1", Kind: bot.Message, Text: text}, Seed: "SEEDSEEDSEED"}})
			if err != nil || len(d.Replies) != 1 {
				t.Errorf("%q in %s: %v, %v", text, state, d.Replies, err)
			}
			if text != "ayuda" && text != "volver" && d.Session.State != home {
				t.Errorf("%q in %s leads to %s", text, state, d.Session.State)
			}
		}
	}
}

// requestIn is a request that may be open in a state.
func requestIn(state string) Request {
	switch flowOf(state) {
	case "another":
		return &AnotherRequest{requestFor(nlu.IntentAnother, "1")}
	case "rejected":
		return &RejectedRequest{request: requestFor(nlu.IntentRejected, "1")}
	case "sheet":
		return &SheetRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentPreprint, "1"), Months: []backend.SheetMonth{{Month: "2026-11", Max: 31, Left: 31}}}}
	case "void":
		return &VoidRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentVoid, "1")}, Sheets: voidable([]int{1, 2}, []int{2})}
	}
	return &TokenRequest{request: requestFor(nlu.IntentToken, "1")}
}

// Decide does not change the session that it is given: the engine may have to decide again.
func TestDecidingChangesNothing(t *testing.T) {
	sc := newScript(t)
	m := &memory{Cred: "c", Group: familyOfMaria, Self: outsider, Recent: []backend.MemberID{"2"}, Aliases: map[string]backend.MemberID{"hija": "3"}}
	s := bot.Session{V: version, State: home, Data: m}
	for _, text := range []string{"token", "token de mamá", "1", "otro token de juana", "desvincular", "chats", "me lo rechazaron", "asdf"} {
		in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "1", Kind: bot.Message, Text: text}, Seed: "SEEDSEEDSEED"}}
		one, err1 := sc.Decide(s, in)
		two, err2 := sc.Decide(s, in)
		if err1 != nil || err2 != nil || !same(t, one, two) {
			t.Errorf("%q decided twice is %+v and %+v", text, one, two)
		}
		if m.Cred != "c" || len(m.Recent) != 1 || len(m.Aliases) != 1 || m.request() != nil || m.Question != "" || m.Misses != 0 {
			t.Fatalf("%q changed the session: %+v", text, m)
		}
	}
}

func same(t *testing.T, a, b bot.Decision) bool {
	t.Helper()
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return string(x) == string(y)
}

// A yes that waited long does not replace a token before it is asked again: the token may be in use.
func TestAYesThatWaitedForLongIsAskedAgain(t *testing.T) {
	sc := newScript(t)
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	m := mariaAsks(&AnotherRequest{requestFor(nlu.IntentAnother, "3")}, choices("yes", "no")...)
	for waited, acts := range map[time.Duration]bool{time.Minute: true, 20 * time.Hour: false} {
		in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "2", Kind: bot.Message, Text: "sí"}, Now: now, Seed: "SEEDSEEDSEED"}, Waited: waited}
		d, err := sc.Decide(bot.Session{V: version, State: "another.confirm", Data: m}, in)
		if err != nil || (d.Effect != nil) != acts {
			t.Errorf("after %s: effect %+v, %v", waited, d.Effect, err)
		}
	}
	pick := mariaAsks(&TokenRequest{request: request{Intent: nlu.IntentToken, Asked: "1", At: now}}, people([]backend.MemberID{"1", "3"})...)
	in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "2", Kind: bot.Message, Text: "2"}, Now: now, Seed: "SEEDSEEDSEED"}, Waited: 20 * time.Hour}
	d, err := sc.Decide(bot.Session{V: version, State: "token.pick", Data: pick}, in)
	if err != nil || d.Effect != nil || d.Session.State != "stale.ask" {
		t.Errorf("a choice after 20 h: state %s, effect %+v, %v", d.Session.State, d.Effect, err)
	}
}
