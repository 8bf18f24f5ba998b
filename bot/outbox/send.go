package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"llave/bot"
)

// send tries a message once. It returns what became of it and, if it has to be tried again, after how long.
func (d *Dispatcher) send(c *Chat, m Message, behind bool) (bot.DeliveryResult, time.Duration) {
	r := bot.DeliveryResult{Chat: c.key, N: m.n, Fence: d.fence, Tries: m.tries + 1, At: d.Now()}
	if m.broken != "" {
		d.tellCase(c, m, &r, bot.DeliveryFailed, "unreadable")
		return d.dead(c, r, m.broken), 0
	}
	if m.kept() && d.isGone(c) {
		return d.unreachable(c, m, r)
	}
	reply, why := m.deliverable(r.At, behind)
	if why != "" {
		d.tellCase(c, m, &r, bot.DeliveryExpired, why)
		return d.drop(c, m, r)
	}
	if m.Reply.Kind == bot.Secret {
		if m.tries > 0 {
			return d.giveUp(c, m, r, bot.Unsure, "outcome of the only attempt is unknown")
		}
		if err := d.recordNow(r); err != nil { // at most once: the attempt is on record before it is made
			r.Tries = 0
			return r, time.Second
		}
	}
	if m.tries > 0 {
		d.stats.Resent.Add(1)
	}
	reply.ID, reply.At = strconv.FormatUint(m.n, 10), m.At
	return d.classify(c, m, r, d.attempt(m.Chat, reply))
}

// drop ends a message that is not worth sending any more.
func (d *Dispatcher) drop(c *Chat, m Message, r bot.DeliveryResult) (bot.DeliveryResult, time.Duration) {
	if wait := d.tellUndelivered(m, bot.Unsent); wait > 0 {
		return r, wait
	}
	d.stats.Dropped.Add(1)
	return d.delivered(c, r), 0
}

// attempt gives a reply to its channel.
func (d *Dispatcher) attempt(chat bot.ChatID, reply bot.Reply) (err error) {
	ch := d.Channels[chat.Channel()]
	if ch == nil {
		return &bot.NotSent{Err: errors.New("channel is not turned on")} // it may be, the next time the program is started
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("channel: panic (%T)", p)
		}
	}()
	ctx, cancel := context.WithTimeout(d.scope.Context(), d.Attempt)
	defer cancel()
	if reply.Kind == bot.Forget {
		return forget(ctx, ch, chat, reply)
	}
	if reply.File, err = d.render(ctx, chat, reply.File); err != nil {
		return &bot.NotSent{Err: err}
	}
	if d.unsure() > 0 { // to render may have taken long
		return &bot.NotSent{Err: errUnsure}
	}
	return ch.Send(ctx, chat, reply)
}

// errUnsure: the lease of the shard may be over, and another process may send the message.
var errUnsure = errors.New("the shard may be another's")

// forget has a channel erase what it keeps of a chat. A channel that keeps nothing has nothing to erase.
func forget(ctx context.Context, ch bot.Channel, chat bot.ChatID, r bot.Reply) error {
	f, ok := ch.(bot.Forgetter)
	if !ok {
		return nil
	}
	return f.Forget(ctx, chat, r)
}

// render returns a file with its bytes. One that can never be rendered is left out: the text says what matters.
func (d *Dispatcher) render(ctx context.Context, chat bot.ChatID, f *bot.File) (*bot.File, error) {
	if f == nil || d.Renderer == nil {
		return nil, nil
	}
	data, err := d.Renderer.Render(ctx, chat, *f)
	var permanent *bot.PermanentFailure
	if errors.As(err, &permanent) {
		d.Log.Error("file cannot be rendered: sent without it", "chat", chat, "template", f.Template, "reason", permanent.Reason)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", f.Template, err)
	}
	whole := *f
	whole.Data = data
	return &whole, nil
}

// classify says what becomes of a message after an attempt.
func (d *Dispatcher) classify(c *Chat, m Message, r bot.DeliveryResult, err error) (bot.DeliveryResult, time.Duration) {
	if err == nil {
		d.stats.Sent.Add(1)
		d.tellCase(c, m, &r, bot.DeliverySent, "")
		return d.delivered(c, r), 0
	}
	var permanent *bot.PermanentFailure
	var retry *bot.RetryAfter
	var notSent *bot.NotSent
	switch {
	case errors.As(err, &permanent) && permanent.Gone:
		d.tellGone(m)
		d.tellCase(c, m, &r, bot.DeliveryFailed, blocked)
		return d.dead(c, r, permanent.Reason), 0
	case errors.As(err, &permanent):
		d.tellCase(c, m, &r, bot.DeliveryFailed, permanent.Reason)
		return d.giveUp(c, m, r, bot.Unsent, permanent.Reason)
	case d.scope.Context().Err() != nil:
		return r, time.Hour // stays as it is in the store
	case d.Now().Sub(m.At) > d.GiveUp:
		d.tellCase(c, m, &r, bot.DeliveryFailed, "too_long")
		return d.giveUp(c, m, r, bot.Unsure, "tried for too long")
	case errors.As(err, &retry):
		r.Tries = m.tries
		return d.retry(c, m, r, retry.After, "paused")
	case m.Reply.Kind == bot.Secret && !errors.As(err, &notSent):
		d.Log.Warn("send failed, and may have arrived", "chat", m.Chat, "key", c.key, "n", m.n, "err", err)
		return d.giveUp(c, m, r, bot.Unsure, "outcome of the only attempt is unknown")
	}
	d.Log.Warn("send failed", "chat", m.Chat, "key", c.key, "n", m.n, "tries", r.Tries, "err", err)
	pause, reason := m.backOff(r), "unsure"
	if errors.As(err, &notSent) {
		reason = "not_sent"
	}
	return d.retry(c, m, r, pause/2+rand.N(pause), reason)
}

// retry notes that the message is tried again after a pause. For a Secret the note is written at once: behind the note of
// the next attempt it would say that there was none. An agent's message is looked at again when it expires: the case says so.
func (d *Dispatcher) retry(c *Chat, m Message, r bot.DeliveryResult, pause time.Duration, reason string) (bot.DeliveryResult, time.Duration) {
	if m.Reply.Kind == bot.Spoken && !m.Reply.Expires.IsZero() {
		pause = min(pause, m.Reply.Expires.Sub(d.Now()))
	}
	if m.tries == 0 && !m.waits {
		d.tellCase(c, m, &r, bot.DeliveryWaiting, reason)
	}
	pause = max(pause, time.Millisecond)
	r.Due = d.Now().Add(pause)
	if m.Reply.Kind != bot.Secret {
		r.State = bot.Attempting
		d.record(c, r)
		return r, pause
	}
	r.Tries = m.tries
	d.recordNow(r) // if it fails and the process crashes now, the message is unsure, and the chat is told
	return r, pause
}
