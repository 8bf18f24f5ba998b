package flows

import (
	"testing"

	"llave/bot"
	"llave/bot/jsontest"
	"llave/flows/backend"
)

// A field that is added to the memory and not to AppendJSON would be forgotten at every turn.
func TestAMemoryWritesAllOfItself(t *testing.T) {
	jsontest.Same(t, func() *memory { return &memory{} })
	jsontest.Same(t, func() *bot.Session { return &bot.Session{Data: &memory{}} })
}

// A decision writes into no session but the turn's own.
func TestADecisionWritesOnlyIntoItsOwnSession(t *testing.T) {
	sc, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range []bool{false, true} {
		m := &memory{Cred: "c", Recent: []backend.MemberID{"1"}}
		s := bot.Session{V: version, State: home, Data: m}
		d, err := sc.Decide(s, bot.Input{Own: own, Accepted: bot.Accepted{Update: bot.Update{Chat: "a/b/c", ID: "1", Kind: bot.Message, Text: "menú"}, Seed: "12345678"}})
		if err != nil {
			t.Fatal(err)
		}
		if same := d.Session.Data.(*memory) == m; same != own || (m.Question != "") != own {
			t.Errorf("own %v: the same memory %v, the question in it %q", own, same, m.Question)
		}
	}
}
