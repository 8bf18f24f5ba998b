package flows

import (
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// forwardedIn sends a text in a state that a test makes, forwarded or not.
func forwardedIn(t *testing.T, state string, m *memory, text string, forwarded bool) bot.Decision {
	t.Helper()
	in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "9", Kind: bot.Message, Text: text, Forwarded: forwarded}, Now: monday, Seed: "SEEDSEEDSEED"}}
	d, err := newScript(t).Decide(bot.Session{V: version, State: state, Data: m}, in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Forwarded words destroy nothing, whether they ask for it or seem to answer the question. The person's own words do.
func TestForwardedWordsDestroyNothing(t *testing.T) {
	open := func(r Request, options ...option) *memory {
		m, others := mariaAsks(r, options...), []backend.LinkedChat{{ID: "l", Channel: "Telegram", Label: "···5678"}}
		m.Link.Others, m.Listed = others, others
		return m
	}
	another := &AnotherRequest{requestFor(nlu.IntentAnother, "3")}
	month := []backend.SheetMonth{{Month: "2026-11", From: monday, Until: monday.Add(time.Hour), Max: 31, Left: 31}}
	for _, c := range []struct {
		name, state string
		m           *memory
		text        string
	}{
		{"unlink", home, open(nil), "desvincular"},
		{"unlink while it is asked", "chats.ask", open(nil, choices("dounlink", "leaving", "no")...), "desvincular"},
		{"the number of that", "chats.ask", open(nil, choices("dounlink", "leaving", "no")...), "1"},
		{"another", "another.confirm", open(another, choices("yes", "no")...), "sí"},
		{"another by its words", "another.confirm", open(another, choices("yes", "no")...), "sí, cambiarlo"},
		{"a sheet", "sheet.confirm", open(&SheetRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentPreprint, "3"), Month: "2026-11", Months: month}, Count: 3}, choices("yes", "no")...), "1"},
		{"void", "void.confirm", open(&VoidRequest{preprintRequest: preprintRequest{request: requestFor(nlu.IntentVoid, "3")}, Chosen: "s", Sheets: voidable([]int{1}, []int{1})}, choices("yes", "no")...), "dale"},
		{"another chat of the list", "chats.list", open(nil, append([]option{{Value: "c0"}}, choices("unlink", "menu")...)...), "1"},
		{"this chat of the list", "chats.list", open(nil, append([]option{{Value: "c0"}}, choices("unlink", "menu")...)...), "2"},
		{"the old chat", "link.replace", open(nil, choices("yes", "no")...), "sí"},
		{"an old request", "stale.ask", open(&TokenRequest{request: request{Intent: nlu.IntentToken, Refs: []nlu.Ref{{Kind: nlu.RefName, Words: []string{"juana"}, Text: "Juana"}}, At: monday}}, choices("yes", "no")...), "sí"},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := forwardedIn(t, c.state, c.m.clone(), c.text, false)
			if own.Effect == nil {
				t.Fatalf("the person's own words do nothing: %+v", own.Replies)
			}
			d := forwardedIn(t, c.state, c.m.clone(), c.text, true)
			if d.Effect != nil || d.Purge || d.Session.Data.(*memory).Cred == "" {
				t.Errorf("forwarded: effect %+v, purge %t", d.Effect, d.Purge)
			}
			if len(d.Replies) != 1 || len(d.Replies[0].Choices) == 0 {
				t.Errorf("no question: %+v", d.Replies)
			}
		})
	}
}

// A yes that is not forwarded answers the question about a forwarded "desvincular".
func TestAForwardedUnlinkIsAskedAbout(t *testing.T) {
	d := forwardedIn(t, home, &memory{Cred: "c", Group: familyOfMaria, Self: "1"}, "desvincular", true)
	if d.Session.State != "chats.ask" {
		t.Fatalf("in %s: %+v", d.Session.State, d.Replies)
	}
	if d = forwardedIn(t, "chats.ask", d.Session.Data.(*memory), "sí", false); d.Effect == nil || d.Effect.Op != opUnlink {
		t.Errorf("a yes does %+v", d.Effect)
	}
}

// A forwarded text is a request like any other where nothing is taken away.
func TestAForwardedRequestIsGranted(t *testing.T) {
	d := forwardedIn(t, home, &memory{Cred: "c", Group: familyOfMaria, Self: "1"}, "token de juana", true)
	if d.Effect == nil || d.Effect.Op != opCurrent {
		t.Errorf("effect %+v", d.Effect)
	}
}

// A caption is a text. A picture without one, or many at once, get one answer.
func TestWhatCannotBeReadIsSaidOnce(t *testing.T) {
	c := newPacedChat(t)
	said := func(after time.Duration, u bot.Update) bool { u.Media = &bot.Media{}; return c.gets(after, u) }
	if !said(0, bot.Update{Kind: bot.Other, Subtype: "photo", Text: "token de juana"}) || c.s.State != "token.wait" {
		t.Errorf("a caption is not read: %s", c.s.State)
	}
	c = newPacedChat(t)
	for i, want := range []bool{true, false, false} {
		if got := said(time.Second, bot.Update{Kind: bot.Other, Subtype: "photo"}); got != want {
			t.Errorf("picture %d: answered %t", i, got)
		}
	}
	if !said(time.Minute, bot.Update{Kind: bot.Other, Subtype: "photo"}) {
		t.Error("a later picture is not answered")
	}
	for i, want := range []bool{true, false, false} {
		if got := said(time.Minute, bot.Update{Kind: bot.Other, Subtype: "edited"}); got != want {
			t.Errorf("edit %d: answered %t", i, got)
		}
	}
}
