package engine_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"llave/bot"
	"llave/bot/enginetest"
)

// sends is how long a send takes at most. A process that is held up is slow at that, too, and still within the part of its lease
// in which it is not sure.
const sends, sendsHeldUp = 100 * time.Millisecond, 550 * time.Millisecond

// watchedOutside is the back end as one process reaches it.
type watchedOutside struct {
	p *process
	w *watch
}

func (o watchedOutside) Run(ctx context.Context, chat bot.ChatID, e bot.Effect) (bot.Value, error) {
	if o.p.killed() {
		return bot.Value{}, errDead
	}
	out := o.w.outside
	out.mu.Lock()
	out.asked[e.Key]++
	if o.w.bug == keyPerAttempt {
		e.Key = fmt.Sprint(e.Key, "/", out.asked[e.Key])
	}
	fresh := out.did[e.Key] == 0
	if fresh {
		out.did[e.Key] = len(out.did) + 1
	}
	n := out.did[e.Key]
	out.mu.Unlock()
	r := enginetest.Record{What: enginetest.Asked, Chat: string(chat), To: e.Asked, Key: e.Key, By: o.p.id}
	o.w.history.Add(r)
	if r.What, r.Value = enginetest.Made, fmt.Sprint("#", n); fresh {
		o.w.history.Add(r)
	}
	select {
	case <-time.After(o.w.effect):
		return bot.Of(n), nil
	case <-ctx.Done():
		return bot.Value{}, ctx.Err()
	}
}

// sends is how long a send of the process may take now.
func (p *process) sends() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused != nil {
		return sendsHeldUp
	}
	return sends
}

// watchedChannel is the channel as one process reaches it.
type watchedChannel struct {
	p *process
	w *watch
}

func (c watchedChannel) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	if c.p.killed() {
		return errDead
	}
	if c.w.chance(c.w.refusals) {
		return &bot.RetryAfter{After: 2*time.Second + c.w.upTo(2*time.Second)}
	}
	time.Sleep(c.w.upTo(c.p.sends()))
	words := append(strings.Fields(r.Text), "")
	said := enginetest.Record{What: enginetest.Received, Chat: string(to), By: c.p.id, To: words[0], Text: r.Text, Class: enginetest.Answer,
		Secret: r.Kind == bot.Secret, Shard: c.w.shards[to]}
	switch words[1] {
	case "got":
		said.Value, said.Late = words[2], words[3] == "late=true"
	case "sorry", "unsure":
		said.Class = words[1]
	}
	c.w.history.Add(said)
	return nil
}
