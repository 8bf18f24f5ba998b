package main

import (
	"context"
	"errors"

	"llave/bot"
)

// faultyChannel is a channel whose sends fail as the transcript's "* channel …" says: "cuts" leaves the outcome of one send
// unknown, "rejects" one for good, "unreachable" lets nothing leave until "works".
type faultyChannel struct {
	bot.Channel
	w *fixture
}

// pacedFault is a faultyChannel of a channel that has a pace.
type pacedFault struct {
	faultyChannel
	bot.Paced
}

func (w *fixture) faulty(channels map[string]bot.Channel) map[string]bot.Channel {
	out := map[string]bot.Channel{}
	for name, c := range channels {
		out[name] = faultyChannel{c, w}
		if p, ok := c.(bot.Paced); ok {
			out[name] = pacedFault{faultyChannel{c, w}, p}
		}
	}
	return out
}

// Send implements bot.Channel.
func (c faultyChannel) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	fault := c.w.fault.Load()
	if fault == nil {
		return c.Channel.Send(ctx, to, r)
	}
	switch *fault {
	case "cuts":
		c.w.fault.Store(nil)
		return errors.New("connection cut")
	case "rejects":
		c.w.fault.Store(nil)
		return &bot.PermanentFailure{Reason: "rejected"}
	case "unreachable":
		return &bot.NotSent{Err: errors.New("connection refused")}
	}
	c.w.fault.Store(nil)
	return c.Channel.Send(ctx, to, r)
}

// Unpaced implements bot.Unpaced: a transcript is as fast as the program, unless it is about that.
func (c faultyChannel) Unpaced() bool { return !c.w.paced.Load() }
