package main

import (
	"context"
	"runtime"
	"time"

	"llave/adapters/document"
	"llave/adapters/terminal"
	"llave/bot"
	"llave/bot/engine"
	"llave/bot/rate"
	"llave/flows"
)

// openEngine connects the conversations with the store, the back end and the channels.
func (a *app) openEngine(ctx context.Context, channels map[string]bot.Channel) error {
	drawn, err := document.New()
	if err != nil {
		return err
	}
	effects := &flows.Effects{Tokens: a.tokens, Links: a.links, Sheets: a.sheets}
	replica, err := a.replicaConfig(ctx, channels)
	if err != nil {
		return err
	}
	promised := a.promised
	if replica == nil {
		promised = a.desk.archive.Desk
	}
	a.engine, err = engine.New(engine.Config{
		Store: a.store, Script: a.script, Effects: effects, Channels: channels, Renderer: renderer{drawn, a.deskFile},
		Keys: a.ring, Log: a.log, Now: a.now, Rates: chatRates(channels), Desk: promised,
		Pinned: pinnedChannels, Replica: replica,
	})
	if err != nil {
		return err
	}
	effects.Chats = a.engine
	return nil
}

// chatRate is how fast one chat is answered. A person does not write faster; a program that does waits.
var chatRate = rate.Limit{Burst: 15, Every: time.Second}

// chatRates bounds the chats of every channel but the terminal, whose input may be a file.
func chatRates(channels map[string]bot.Channel) map[string]rate.Limit {
	rates := map[string]rate.Limit{}
	for name := range channels {
		if name != terminal.Channel {
			rates[name] = chatRate
		}
	}
	return rates
}

// schedulerThreads is how many Go threads run code at once where the machine gives one core. SQLite waits for the
// disk in a system call, which keeps its thread: with one thread the whole program waits (docs/testing.md).
const schedulerThreads = 4

// useThreads sets schedulerThreads on one core, unless the environment says otherwise.
func useThreads(getenv map[string]string) {
	if getenv["GOMAXPROCS"] == "" && runtime.GOMAXPROCS(0) == 1 {
		runtime.GOMAXPROCS(schedulerThreads)
	}
}
