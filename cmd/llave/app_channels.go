package main

import (
	"context"
	"io"
	"time"

	"llave/adapters/autogestion"
	"llave/adapters/telegram"
	"llave/adapters/webchat"
	"llave/bot"
	"llave/store"
)

// openChannels opens the channels of the configuration and those of the command.
func (a *app) openChannels(ctx context.Context, more channelMaker) (map[string]bot.Channel, error) {
	channels, err := more(a)
	if err != nil {
		return nil, err
	}
	if channels == nil {
		channels = map[string]bot.Channel{}
	}
	if a.WebChat == "1" {
		if err := a.openWeb(ctx); err != nil {
			return nil, err
		}
		channels[webchat.Channel] = a.web
	}
	if err := a.openTelegram(channels); err != nil {
		return nil, err
	}
	a.addWhatsApp(channels)
	return channels, nil
}

// openWeb opens the web chat, with a key of its own. Its histories are in a file, or on the Redis of the store.
func (a *app) openWeb(ctx context.Context) error {
	key, err := a.webKey(ctx)
	if err != nil {
		return strangerError(err)
	}
	o := webchat.Options{Path: a.path("webchat.db"), Key: key, PublicURL: a.PublicURL, MesaPhone: a.MesaPhone, Now: a.now, Log: a.log,
		Mask: func(text string) string { return a.script.Mask(text).Text }}
	if r, ok := a.store.(*store.Redis); ok {
		o.Redis = r
	}
	if a.demo {
		o.Demo = &webchat.Demo{CUIL: demoCUIL, Password: autogestion.DemoPassword, ProviderKey: autogestion.DemoProviderKey}
	}
	if a.web, err = webchat.Open(ctx, o); err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return a.web.Close() })
	return nil
}

// openTelegram opens the channel if it is on.
func (a *app) openTelegram(channels map[string]bot.Channel) (err error) {
	if a.TelegramToken == "" {
		return nil
	}
	var hold func(context.Context) (context.Context, error)
	if a.Store != sqliteStore {
		hold = a.hold
	}
	a.telegram, err = telegram.New(telegram.Options{
		Hold:  hold,
		Token: a.TelegramToken, API: a.TelegramAPI, Rate: a.TelegramRate, Webhook: a.telegramPushes(),
		PublicURL: a.PublicURL, Secret: a.TelegramSecret, Log: a.log, Now: a.now,
	})
	if err != nil {
		return err
	}
	channels[telegram.Channel] = a.telegram
	a.onStop(a.telegram.Close) // after the engine, which still sends while it stops
	return nil
}

// startTelegram begins to receive. A token that Telegram refuses leaves the rest of the program alone: the other channels
// work, and what is owed to this one waits until the token is accepted.
func (a *app) startTelegram() {
	if a.telegram != nil {
		a.receive("telegram", a.telegram.Run)
	}
}

// receive lets a channel receive updates until the program stops. The channel stops before the engine does.
func (a *app) receive(name string, run func(context.Context, bot.Accepter) error) {
	a.background(name, func(ctx context.Context) error { return run(ctx, a.engine) })
}

// channelState is the state of a channel, as /readyz prints it for the operator. It does not decide whether the program is
// ready: the other channels work without it.
type channelState struct {
	channel, state string
	code           int // of the last refusal, or zero
	since, until   time.Time
	advice         string // what the operator should do
}

func (c channelState) print(w io.Writer) {
	until := ""
	if !c.until.IsZero() {
		until = localTime(c.until, "02/01 15:04")
	}
	write(w, "channel.state", values{"Channel": c.channel, "State": c.state, "Code": c.code, "Since": localTime(c.since, "02/01 15:04"), "Until": until, "Advice": c.advice})
}

// writeTelegramState adds the channel's state to /readyz.
func (a *app) writeTelegramState(w io.Writer) {
	if a.telegram == nil {
		return
	}
	s := a.telegram.Status()
	channelState{channel: "telegram", state: string(s.State), code: s.Code, since: s.Since, advice: s.Todo}.print(w)
}
