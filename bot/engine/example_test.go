package engine_test

import (
	"context"
	"errors"
	"fmt"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/store"
)

// paperChannel is the smallest channel: it prints what it is given. It has one chat.
type paperChannel struct{ chat bot.ChatID }

// Send implements bot.Channel. It returns when the channel has taken the reply.
func (paperChannel) Send(_ context.Context, _ bot.ChatID, r bot.Reply) error {
	fmt.Println("bot:", r.Text)
	return nil
}

// receive hands what a person wrote to the bot. Only after nil may the channel tell the person that it has arrived.
func (p paperChannel) receive(ctx context.Context, to bot.Accepter, id, text string) error {
	return to.Accept(ctx, bot.Update{Chat: p.chat, ID: id, Kind: bot.Message, Text: text})
}

// greeter is the smallest conversation: it counts what it is told.
type greeter struct{}

func (greeter) NewData() any { return new(int) }

func (greeter) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	n := *s.Data.(*int) + 1
	s.Data = &n
	return bot.Decision{Session: s, Replies: []bot.Reply{{Kind: bot.Say, Text: fmt.Sprintf("%d. %s", n, in.Text)}}}, nil
}

// noEffects performs none: the greeter asks for none.
type noEffects struct{}

func (noEffects) Run(context.Context, bot.ChatID, bot.Effect) (bot.Value, error) {
	return bot.Value{}, errors.New("no effect is known")
}

// A channel sends replies and hands what people write to the engine. An update that the channel repeats acts once.
func Example_channel() {
	ctx := context.Background()
	keys, err := keyring.New(make([]byte, 32)) // a key of zeros: for an example only
	if err != nil {
		fmt.Println(err)
		return
	}
	chat, err := bot.NewChatID("paper", "llave", "1")
	if err != nil {
		fmt.Println(err)
		return
	}
	paper := paperChannel{chat}
	e, err := engine.New(engine.Config{
		Store: store.NewMemory(), Script: greeter{}, Effects: noEffects{}, Keys: keys,
		Channels: map[string]bot.Channel{"paper": paper},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := e.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range [][2]string{{"a", "hello"}, {"b", "are you there?"}, {"b", "are you there?"}} {
		if err := paper.receive(ctx, e, m[0], m[1]); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(e.Drain(ctx), e.Stop(ctx)) // Drain waits until everything is answered and sent
	// Output:
	// bot: 1. hello
	// bot: 2. are you there?
	// <nil> <nil>
}
