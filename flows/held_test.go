package flows

import (
	"testing"
	"time"

	"llave/bot"
)

// A person who writes faster than the chat's rate gets a notice once, before the reply, for any kind of update.
func TestWhoIsHeldIsToldSo(t *testing.T) {
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	linked := bot.Session{V: version, State: home, Data: &memory{Cred: "c", Group: familyOfMaria, Self: "1"}}
	sc := newScript(t)
	const held = "Voy de a uno: te respondo todo, en orden."
	for name, u := range map[string]bot.Update{
		"a greeting": {Kind: bot.Message, Text: "hola"},
		"a token":    {Kind: bot.Message, Text: "token"},
		"a photo":    {Kind: bot.Other, Subtype: "photo"},
		"a button":   {Kind: bot.Pressed, Choice: bot.Choice{Question: "x", Value: "y"}},
		"too much":   {Kind: bot.TooLong},
	} {
		u.ID = "9"
		in := bot.Input{Accepted: bot.Accepted{Update: u, Now: now, Seed: "SEEDSEEDSEED"}}
		plain, err := sc.Decide(linked, in)
		if err != nil {
			t.Fatal(err)
		}
		in.Held = true
		d, err := sc.Decide(linked, in)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Replies) != len(plain.Replies)+1 || d.Replies[0].Text != held || (d.Effect == nil) != (plain.Effect == nil) {
			t.Errorf("%s is answered by %+v", name, d.Replies)
		}
		for i, r := range plain.Replies {
			if d.Replies[i+1].Text != r.Text {
				t.Errorf("%s is answered by %q, and by %q to who is held", name, r.Text, d.Replies[i+1].Text)
			}
		}
		if d.Effect == nil {
			continue
		}
		in.Result = &bot.Result{Key: "k", Op: d.Effect.Op, Failed: true} // the same turn goes on
		if d, err = sc.Decide(d.Session, in); err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Replies {
			if r.Text == held {
				t.Errorf("%s: said again with the answer", name)
			}
		}
	}
}
