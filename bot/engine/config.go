package engine

import (
	"io"
	"log/slog"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/rate"
)

// Config is what an engine is built from. Store, Script, Effects and Keys are required.
type Config struct {
	Store    bot.Store
	Script   bot.Script
	Effects  bot.EffectRunner
	Channels map[string]bot.Channel // by the channel part of a ChatID
	Renderer bot.Renderer           // of the files that replies carry; without it they go without
	Keys     *keyring.Ring
	Log      *slog.Logger
	Now      func() time.Time
	Rand     io.Reader
	Timing   Timing
	Limits   Limits
	Rates    map[string]rate.Limit // of a chat's turns, by channel; a channel that is not there has no bound
	// Desk is what may be promised about Mesa de Ayuda now; asked once a turn, so it must be quick. Without it no case can be
	// opened.
	Desk func() bot.Desk
	// Pinned are the channels that only one process can serve. In a store that is new their chats have shards of their own.
	Pinned []string
	// Replica makes the engine one of several on the store. Without it the engine takes the shards that it is told to.
	Replica *ReplicaConfig
}

// Limits bound what goes on at once: what is beyond waits, and costs no goroutine. Zero fields take the value of
// [DefaultLimits].
type Limits struct {
	Turns int // chats' turns, while they do not wait for an effect
	Calls int // effects
	Sends int // messages being sent, in each channel
}

// DefaultLimits keep the program under a thousand goroutines, channels' own included.
var DefaultLimits = Limits{Turns: 256, Calls: 128, Sends: 128}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	if l.Turns > 0 {
		d.Turns = l.Turns
	}
	if l.Calls > 0 {
		d.Calls = l.Calls
	}
	if l.Sends > 0 {
		d.Sends = l.Sends
	}
	return d
}

// Timing is how long things may take. Zero fields take the value of [DefaultTiming].
type Timing struct {
	InTime  time.Duration // how long a turn waits for an effect before it says its interim and ends
	Budget  time.Duration // how long an effect is tried, counted from the acceptance of what asked for it
	Attempt time.Duration // how long one attempt at an effect or one send may take
	GiveUp  time.Duration // how long an outbox message is tried before it is a dead letter
	Tick    time.Duration // how often timers are looked for
	Sweep   time.Duration // how often what is old is forgotten; no oftener than Tick
}

// DefaultTiming: three seconds at the counter, two minutes in all.
var DefaultTiming = Timing{
	InTime: 3 * time.Second, Budget: 2 * time.Minute, Attempt: 10 * time.Second, GiveUp: 24 * time.Hour, Tick: time.Second, Sweep: 5 * time.Minute,
}

func (t Timing) orDefault() Timing {
	d := DefaultTiming
	for _, f := range []struct{ have, def *time.Duration }{
		{&t.InTime, &d.InTime}, {&t.Budget, &d.Budget}, {&t.Attempt, &d.Attempt}, {&t.GiveUp, &d.GiveUp}, {&t.Tick, &d.Tick}, {&t.Sweep, &d.Sweep},
	} {
		if *f.have == 0 {
			*f.have = *f.def
		}
	}
	return t
}
