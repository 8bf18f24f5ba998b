package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// MessageContent is what an outbox message holds: a reply, the chat it is for and the hour of the turn that wrote it.
type MessageContent struct {
	Chat  bot.ChatID `json:"chat"`
	Reply bot.Reply  `json:"reply"`
	At    time.Time  `json:"at"`
	// Notice says that the chat did not ask for it: another chat's turn has something to tell this one.
	Notice bool `json:"notice,omitempty"`
}

// letter is an envelope on its way.
type letter struct {
	MessageContent
	kind   bot.ReplyKind
	n      uint64
	tries  int
	due    time.Time
	broken string // why it cannot be read
	placed bool   // its place in the channel's pace is reserved
}

// relay carries letters to their channels, one at a time per chat, in the order in which they were written. A chat
// that has to wait costs a timer and no goroutine.
type relay struct {
	e      *Engine
	sends  map[string]*workers.Pool // by channel: one that is stuck holds up no other
	others *workers.Pool            // of channels that are not turned on
	mu     sync.Mutex               // held for a few instructions
	m      map[bot.ChatKey]*route
	paces  map[string]*pacing // by channel, of those that must not be hurried

	marks chan bot.DeliveryResult
}

func newRelay(e *Engine, limit int) *relay {
	r := &relay{
		e: e, sends: map[string]*workers.Pool{}, others: workers.NewPool(e.workers, limit), m: map[bot.ChatKey]*route{}, paces: map[string]*pacing{}, marks: make(chan bot.DeliveryResult, 256),
	}
	for name, ch := range e.channels {
		r.sends[name] = workers.NewPool(e.workers, limit)
		if p, ok := ch.(bot.Paced); ok {
			r.paces[name] = &pacing{Paced: p}
		}
	}
	return r
}

// run sends a chat's letters until there are none or one has to wait.
func (r *relay) run(rt *route) {
	defer r.e.running.Done()
	for {
		l, later, ok := r.next(rt)
		if !ok {
			return
		}
		m, again := r.send(rt.key, l, later)
		if again > 0 {
			l.tries, l.due, l.placed = m.Tries, m.Due, false
			r.park(rt, l, again)
			return
		}
	}
}

// next takes the next letter and says whether others wait behind it. Not ok: the route has nothing to send now.
func (r *relay) next(rt *route) (l letter, later, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.e.halted() {
		rt.running = false
		return letter{}, false, false
	}
	if len(rt.queue) == 0 || rt.short() {
		rt.running = false
		if !r.finished(rt) && rt.more {
			r.startReading(rt, workers.Normal)
		}
		return letter{}, false, false
	}
	l, later = rt.queue[0], len(rt.queue) > 1
	if wait := l.due.Sub(r.e.now()); wait > 0 {
		r.wake(rt, wait)
		return letter{}, false, false
	}
	if !r.place(rt, later) {
		return letter{}, false, false
	}
	rt.queue = rt.queue[1:]
	return l, later, true
}

// send tries a letter once. It returns what became of it and, if it has to be tried again, after how long.
func (r *relay) send(key bot.ChatKey, l letter, later bool) (bot.DeliveryResult, time.Duration) {
	e := r.e
	m := bot.DeliveryResult{Chat: key, N: l.n, Tries: l.tries + 1, At: e.now()}
	if l.broken != "" {
		return r.dead(m, l.broken), 0
	}
	reply, why := l.worth(e.now(), later)
	if why != "" {
		if wait := r.tell(l, bot.Unsent); wait > 0 {
			return m, wait
		}
		e.stats.Dropped.Add(1)
		return r.mark(m), 0
	}
	if l.kind == bot.Secret {
		// At most once: the attempt is on record before it is made.
		if l.tries > 0 {
			return r.bury(l, m, bot.Unsure, "outcome of the only attempt is unknown")
		}
		m.State = bot.Attempting
		if err := e.store.RecordDelivery(e.ctx, []bot.DeliveryResult{m}); err != nil {
			e.health.failed(err)
			m.Tries = 0
			return m, time.Second
		}
	}
	if l.tries > 0 {
		e.stats.Resent.Add(1)
	}
	reply.ID, reply.At = strconv.FormatUint(l.n, 10), l.At
	return r.judge(l, m, r.hand(l.Chat, reply))
}

// worth says what is still worth sending of a letter, or why nothing is.
func (l letter) worth(now time.Time, later bool) (bot.Reply, string) {
	reply := l.Reply
	if (l.kind == bot.Ask || l.kind == bot.Interim) && later {
		return reply, "superseded"
	}
	if reply.Expires.IsZero() || now.Before(reply.Expires) {
		return reply, ""
	}
	if l.kind == bot.Show && reply.Else != "" {
		return bot.Reply{Kind: bot.Say, Text: reply.Else, Thread: reply.Thread}, ""
	}
	return reply, "expired"
}

// hand gives a reply to its channel.
func (r *relay) hand(chat bot.ChatID, reply bot.Reply) (err error) {
	ch := r.e.channels[chat.Channel()]
	if ch == nil {
		return &bot.NotSent{Err: errors.New("channel is not turned on")} // it may be, the next time the program is started
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("channel: panic (%T)", p)
		}
	}()
	ctx, cancel := context.WithTimeout(r.e.ctx, r.e.timing.Attempt)
	defer cancel()
	if reply.Kind == bot.Forget {
		return forget(ctx, ch, chat, reply)
	}
	if reply.File, err = r.made(ctx, chat, reply.File); err != nil {
		return &bot.NotSent{Err: err}
	}
	return ch.Send(ctx, chat, reply)
}

// made is a file with its bytes. One that will never be made is left out: the text says what matters.
func (r *relay) made(ctx context.Context, chat bot.ChatID, f *bot.File) (*bot.File, error) {
	if f == nil || r.e.maker == nil {
		return nil, nil
	}
	data, err := r.e.maker.Render(ctx, chat, *f)
	var never *bot.PermanentFailure
	if errors.As(err, &never) {
		r.e.log.Error("file cannot be made: sent without it", "chat", chat, "recipe", f.Template, "reason", never.Reason)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", f.Template, err)
	}
	whole := *f
	whole.Data = data
	return &whole, nil
}

// judge says what becomes of a letter after an attempt.
func (r *relay) judge(l letter, m bot.DeliveryResult, err error) (bot.DeliveryResult, time.Duration) {
	e := r.e
	var never *bot.PermanentFailure
	var later *bot.RetryAfter
	var notSent *bot.NotSent
	switch {
	case err == nil:
		e.stats.Sent.Add(1)
		return r.mark(m), 0
	case errors.As(err, &never):
		if never.Gone {
			r.gone(l)
			return r.dead(m, never.Reason), 0
		}
		return r.bury(l, m, bot.Unsent, never.Reason)
	case e.halted() && e.ctx.Err() != nil:
		return m, time.Hour // stays as it is in the store
	case e.now().Sub(l.At) > e.timing.GiveUp:
		return r.bury(l, m, bot.Unsure, "tried for too long")
	case errors.As(err, &later):
		m.Tries = l.tries
		return r.notSent(l, m, later.After)
	case l.kind == bot.Secret && !errors.As(err, &notSent):
		e.log.Warn("send failed, and may have arrived", "chat", l.Chat, "err", err)
		return r.bury(l, m, bot.Unsure, "outcome of the only attempt is unknown")
	}
	e.log.Warn("send failed", "chat", l.Chat, "tries", m.Tries, "err", err)
	pause := l.backOff(m)
	pause = pause/2 + rand.N(pause)
	return r.notSent(l, m, pause)
}

// gone has the chat remember that it takes nothing any more. If that fails, the next letter finds out.
func (r *relay) gone(l letter) {
	n := strconv.FormatUint(l.n, 10)
	r.e.running.Add()
	r.e.turns.Do(workers.Normal, func() {
		defer r.e.running.Done()
		if err := r.e.Accept(r.e.ctx, bot.Update{Chat: l.Chat, ID: "gone/" + n, Kind: bot.Gone, Subtype: n}); err != nil {
			r.e.log.Warn("chat is gone, and could not be told so", "chat", l.Chat, "err", err)
		}
	})
}
