package flows_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"llave/bot"
	"llave/flows"
	"llave/flows/backend"
)

// conversation runs a Script without an engine, in a chat that is linked with Jorge's account: it decides on each update and runs
// each effect at once. An engine does the same, and keeps what has to outlive the process.
type conversation struct {
	script  *flows.Script
	effects *flows.Effects
	session bot.Session
	n       int
}

func newConversation(tokens backend.Tokens) (*conversation, error) {
	script, err := flows.New(flows.Config{Phone: "221-351-0282", Can: backend.Capabilities{CurrentWithoutMinting: true, Keys: true, SignInPages: true}})
	if err != nil {
		return nil, err
	}
	c := &conversation{script: script, effects: &flows.Effects{Tokens: tokens}, session: bot.Session{Data: script.NewData()}}
	linked, err := flows.Linked(chat, "0", backend.Grant{Credential: "credential", Group: jorge})
	if err != nil {
		return nil, err
	}
	_, err = c.take(linked)
	return c, err
}

// chat is the chat of the person.
const chat bot.ChatID = "paper/llave/1"

// take decides on an update, and on the results of the effects that it leads to.
func (c *conversation) take(u bot.Update) (replies []bot.Reply, err error) {
	c.n++
	u.Chat, u.ID = chat, strconv.Itoa(c.n)
	in := bot.Input{Accepted: bot.Accepted{Update: u, Now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}}
	for {
		d, err := c.script.Decide(c.session, in)
		if err != nil {
			return nil, err
		}
		c.session, replies = d.Session, append(replies, d.Replies...)
		if d.Effect == nil {
			return replies, nil
		}
		data, err := c.effects.Run(context.Background(), u.Chat, *d.Effect)
		in.Result = &bot.Result{Op: d.Effect.Op, Data: data, Failed: err != nil}
	}
}

// jorgesBackend knows one person and gives them one token.
type jorgesBackend struct{ backend.Tokens }

var jorge = backend.Group{Own: "j", Members: []backend.Member{
	{ID: "j", Name: "Jorge Acosta", Number: "9-5130664/00", Kinship: "titular", Standing: backend.Active},
}}

func (jorgesBackend) Current(_ context.Context, c backend.Credential, members []backend.MemberID) (backend.Given, error) {
	if c != "credential" || len(members) != 1 {
		return backend.Given{}, errors.New("not Jorge")
	}
	t := backend.Token{Member: "j", Digits: "048213", Until: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	return backend.Given{Group: jorge, Tokens: []backend.Token{t}}, nil
}

// A transcript is a file with the lines of a person (>). What the bot says to them (<) is filled in, as `go test ./cmd/llave
// -run Transcripts -update` does with the files in testdata, through an engine and a back end.
func Example_transcript() {
	file := txtar.Parse([]byte(`A person who is alone asks for the token, and says thank you.
-- chat --
> el toquen porfa
> gracias
`))
	c, err := newConversation(jorgesBackend{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(file.Comment))
	for line := range strings.Lines(string(file.Files[0].Data)) {
		fmt.Print(line)
		replies, err := c.take(bot.Update{Kind: bot.Message, Text: strings.TrimSpace(line[1:])})
		if err != nil {
			fmt.Println(err)
		}
		for _, r := range replies {
			fmt.Println("<", strings.ReplaceAll(r.Text, "\n", "\n  "))
			for _, o := range r.Choices {
				fmt.Printf("  [%s]\n", o.Text)
			}
		}
	}
	// Output:
	// A person who is alone asks for the token, and says thank you.
	// > el toquen porfa
	// < Token de Jorge Acosta
	//   048 213
	//   N.º de afiliación: 9-5130664/00
	//   Vale hoy, lunes 23, hasta las 23:59 o hasta que se use
	//   [Solo el número]
	//   [Ver la credencial]
	//   [Me lo rechazaron]
	// > gracias
	// < ¡De nada! Cuando lo necesites, escribí *token*.
}
