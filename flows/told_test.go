package flows

import (
	"encoding/json"
	"testing"

	"llave/bot"
	"llave/flows/backend"
)

// What the back end tells a chat of its account is said with a way on, told while an agent has the case, and not said in a chat
// that is not linked. An open question stays open.
func TestWhatTheBackEndTells(t *testing.T) {
	body, err := json.Marshal(AccountNotice{People: []string{"Rosa Peralta", "Juana Ruiz"}})
	if err != nil {
		t.Fatal(err)
	}
	for subject := range accountNotices {
		u := bot.Update{Kind: bot.Notice, Subtype: string(subject), Body: body}
		d := taken(t).update(u)
		if len(d.Replies) != 1 || d.Replies[0].Kind != bot.Told {
			t.Errorf("%s: an agent has the case: %+v", subject, d.Replies)
		}
		sc := newScript(t)
		decide := func(m *memory, state string) bot.Decision {
			d, err := sc.Decide(bot.Session{V: version, State: state, Data: m}, bot.Input{Accepted: bot.Accepted{Update: u, Now: monday, Seed: "SEEDSEEDSEED"}})
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		if d := decide(&memory{}, home); len(d.Replies) != 0 {
			t.Errorf("%s: in a chat that is not linked: %+v", subject, d.Replies)
		}
		if d := decide(&memory{Cred: "c", Group: familyOfMaria, Self: "1"}, home); len(d.Replies) != 1 || len(d.Replies[0].Choices) == 0 {
			t.Errorf("%s: %+v", subject, d.Replies)
		}
		asks := mariaAsks(&AnotherRequest{requestFor("another", "3")}, choices("yes", "no")...)
		if d := decide(asks, "another.confirm"); len(d.Replies) != 1 || d.Session.State != "another.confirm" || d.Session.Data.(*memory).Question != "q" {
			t.Errorf("%s: over an open question: %+v", subject, d)
		}
	}
	if _, err := Told("telegram/bot/1", backend.Notice{Name: "n", What: "gossip"}); err == nil {
		t.Error("an unknown notice is made")
	}
}

// A chat that may be in another's hands is unlinked, and nothing that was still to be sent is.
func TestAChangedIdentityEndsTheLink(t *testing.T) {
	u := bot.Update{Kind: bot.Notice, Subtype: bot.IdentityChanged}
	if d := taken(t).update(u); len(d.Replies) != 1 || d.Replies[0].Kind != bot.Told || d.Session.Data.(*memory).linked() || !d.Purge {
		t.Errorf("while an agent has the case: %+v", d)
	}
	sc := newScript(t)
	for state, m := range map[string]*memory{home: {Cred: "c", Group: familyOfMaria, Self: "1"}, "another.confirm": mariaAsks(&AnotherRequest{requestFor("another", "3")}, choices("yes", "no")...)} {
		d, err := sc.Decide(bot.Session{V: version, State: state, Data: m}, bot.Input{Accepted: bot.Accepted{Update: u, Now: monday, Seed: "SEEDSEEDSEED"}})
		if err != nil || d.Session.Data.(*memory).linked() || !d.Purge || len(d.Replies) != 1 || d.Effect != nil || d.Session.State != home {
			t.Errorf("%s: %+v, %v", state, d, err)
		}
	}
	d, err := sc.Decide(bot.Session{V: version, State: home, Data: &memory{}}, bot.Input{Accepted: bot.Accepted{Update: u, Now: monday, Seed: "SEEDSEEDSEED"}})
	if err != nil || len(d.Replies) != 0 {
		t.Errorf("a chat that is not linked: %+v, %v", d, err)
	}
}

// Before a link ends the chat is linked anew, and goes on giving tokens meanwhile.
func TestALinkIsRenewed(t *testing.T) {
	sc := newScript(t)
	decide := func(s bot.Session, in bot.Update) bot.Decision {
		in.ID = in.Text + "x"
		d, err := sc.Decide(s, bot.Input{Accepted: bot.Accepted{Update: in, Now: monday, Seed: "SEEDSEEDSEED"}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	s := bot.Session{V: version, State: home, Data: &memory{Cred: "c", Group: familyOfMaria, Self: "1"}}
	d := decide(s, bot.Update{Kind: bot.Pressed, Choice: bot.Choice{Value: choiceRenew, Question: "old"}})
	if d.Effect == nil || d.Effect.Op != opInvite || !d.Session.Data.(*memory).linked() {
		t.Fatalf("the button: %+v", d)
	}
	m := d.Session.Data.(*memory)
	m.Link.Invite = "i"
	if d := decide(bot.Session{V: version, State: "link.code", Data: m}, bot.Update{Kind: bot.Message, Text: "token"}); d.Effect == nil || d.Effect.Op != opCurrent {
		t.Errorf("a token meanwhile: %+v", d)
	}
}

// A request beside a companion may be for either: it is asked whose token it is.
func TestATokenBesideACompanionIsAsked(t *testing.T) {
	for _, said := range []string{"estoy con juana en la doctora, token", "turno a las 9 con tomás, dame el token", "soy la mamá de juana y me piden el token"} {
		atCounter(t).expect(said, []string{"¿De quién"}, []string{"Token de"})
	}
}
