package flows

import (
	"math/rand/v2"
	"testing"

	"llave/bot"
	"llave/flows/backend"
)

// A code is read as a code, whatever its letters: not as a name or as the number of an option.
func TestEveryCodeIsACode(t *testing.T) {
	sc := newScript(t)
	stray, err := sc.texts.Render("link.stray", nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		var b [backend.CodeLen]byte
		for i := range b {
			b[i] = backend.CodeAlphabet[rand.IntN(len(backend.CodeAlphabet))]
		}
		code := string(b[:])
		for _, text := range []string{code, code[:4] + "-" + code[4:], code[:4] + " " + code[4:]} {
			m := &memory{open: open{Link: LinkRequest{Invite: "i"}, question: question{Question: "q", Asked: "1", Options: choices("cancel", "safe"), AskedAt: monday}}}
			in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{Chat: "c/b/a", ID: "2", Kind: bot.Message, Text: text}, Now: monday, Seed: "SEEDSEEDSEED"}}
			d, err := sc.Decide(bot.Session{V: version, State: "link.code", Data: m}, in)
			if err != nil || d.Effect == nil || d.Effect.Op != opRedeem {
				t.Fatalf("the code %q is not taken as one: %+v, %v", text, d.Replies, err)
			}
			m = mariaAsks(nil, choices("token", "menu")...)
			d, err = sc.Decide(bot.Session{V: version, State: home, Data: m}, in)
			if err != nil || d.Effect != nil || len(d.Replies) != 1 || d.Replies[0].Text != stray {
				t.Fatalf("the code %q that nobody asked for is taken for something else: %+v %+v, %v", text, d.Effect, d.Replies, err)
			}
		}
	}
}
