package flows

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/backend/backendtest"
)

// foreignButtons are buttons of María's chat, of every kind that does something.
func foreignButtons(t *testing.T) (all []bot.Choice) {
	c := atCounter(t)
	for _, text := range []string{"token", "token de juana", "otro token de juana", "mi token", "10 preimpresos para rosa", "sí", "preimpresos para rosa", "perdí la hoja de rosa",
		"chats", "quiero cerrar sesión", "borrar mis datos", "me lo rechazaron", "token de pedro", "token para mañana", "menú"} {
		c.says(text)
		for _, r := range c.last.Replies {
			for _, o := range r.Choices {
				all = append(all, bot.Choice{Question: r.Question, Value: o.Value})
			}
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d buttons", len(all))
	}
	return all
}

// A button of another chat, as it was or with a bit changed, does nothing in a chat where a question is open and where none is: at most
// it reads, with the chat's own credential, what holds now.
func TestButtonsOfAnotherChatActOnNothing(t *testing.T) {
	buttons, random := foreignButtons(t), rand.New(rand.NewPCG(10, 2))
	flip := func(s string) string {
		raw := []byte(s)
		if len(raw) > 0 {
			raw[random.IntN(len(raw))] ^= 1 << random.IntN(7)
		}
		return string(raw)
	}
	sc := newAccountsScript(t)
	for n := range backendtest.Times(1000, 10000) {
		b := buttons[random.IntN(len(buttons))]
		if random.IntN(3) == 0 {
			b.Question = flip(b.Question)
		}
		if random.IntN(3) == 0 {
			b.Value = flip(b.Value)
		}
		m := &memory{Cred: "jorge", Group: jorges, Self: "1"}
		state := home
		if n%2 == 0 {
			m.question = question{Question: "own", Asked: "1", AskedAt: monday, Options: choices("yes", "no")}
			m.put(&AnotherRequest{request: request{Intent: "another", Asked: "1", At: monday, Members: []backend.MemberID{"1"}}})
			state = "another.confirm"
		}
		in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "u", Kind: bot.Pressed, Choice: b}, Now: monday, Seed: "SEEDSEEDSEED"}}
		d, err := sc.Decide(bot.Session{V: version, State: state, Data: m}, in)
		if err != nil {
			t.Fatal(err)
		}
		if d.Effect == nil {
			continue
		}
		args, err := json.Marshal(d.Effect.Args)
		if err != nil {
			t.Fatal(err)
		}
		if effects[d.Effect.Op].acts || strings.Contains(string(args), `:"c"`) {
			t.Fatalf("%+v in %s: %s %s", b, state, d.Effect.Op, args)
		}
	}
}
