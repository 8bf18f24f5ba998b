package flows

import (
	"encoding/json"
	"testing"

	"llave/bot"
)

// What the back end tells a chat of its account is said with a way on, told while an agent has the case, and not said in a chat
// that is not linked. An open question stays open.
func TestWhatTheBackEndTells(t *testing.T) {
	body, err := json.Marshal(AccountNotice{People: []string{"Rosa Peralta", "Juana Ruiz"}})
	if err != nil {
		t.Fatal(err)
	}
	for subject := range accountNotices {
		u := bot.Update{Kind: bot.Notice, Subtype: subject, Body: body}
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
	if _, err := Told("telegram/bot/1", "n", "gossip", AccountNotice{}); err == nil {
		t.Error("an unknown notice is made")
	}
}
