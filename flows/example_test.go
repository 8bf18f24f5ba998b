package flows_test

import (
	"fmt"
	"time"

	"llave/bot"
	"llave/flows"
	"llave/flows/backend"
)

// A decision is a pure function of a session and an input. A request for a token becomes an effect: a call to the back
// end, as data. The engine runs it and brings its result as the next input.
func ExampleScript_Decide() {
	script, err := flows.New(flows.Config{Phone: "221-351-0282", Can: backend.Capabilities{CurrentWithoutMinting: true, Keys: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	decide := func(s bot.Session, u bot.Update) bot.Session {
		in := bot.Input{Accepted: bot.Accepted{Update: u, Now: now, Seed: "SEEDSEEDSEED"}}
		d, err := script.Decide(s, in)
		if err != nil {
			fmt.Println(err)
			return s
		}
		for _, r := range d.Replies {
			fmt.Println("reply: ", r.Text)
		}
		if d.Effect != nil {
			fmt.Println("effect:", d.Effect.Op)
		}
		fmt.Println("state: ", d.Session.State)
		return d.Session
	}

	group := backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "María Elena Gómez"}, {ID: "3", Name: "Juana Ruiz", Kinship: "hija"}}}
	linked, err := flows.Linked("terminal/bot/1", "1", backend.Grant{Credential: "c", Group: group})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := decide(bot.Session{Data: script.NewData()}, linked)
	s = decide(s, bot.Update{ID: "2", Kind: bot.Message, Text: "gracias"})
	decide(s, bot.Update{ID: "3", Kind: bot.Message, Text: "token de mi hija"})
	// Output:
	// state:  menu
	// reply:  ¡De nada! Cuando lo necesites, escribí *token*.
	// state:  menu
	// effect: current
	// state:  token.wait
}
