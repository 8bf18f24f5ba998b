package engine

import (
	"strconv"
	"time"

	"llave/bot"
)

// missed says whether the chat must be told that a message was given up: it is about what the person waits for, and cannot
// be said again by the dispatcher.
func (l letter) missed() bool { return l.kind == bot.Secret || l.kind == bot.Show }

// bury gives a message up. The chat is told first: after a crash in between it is told again, under the same id.
func (r *relay) bury(l letter, m bot.DeliveryResult, known, why string) (bot.DeliveryResult, time.Duration) {
	if wait := r.tell(l, known); wait > 0 {
		return m, wait
	}
	return r.dead(m, why), 0
}

// tell tells the chat of a message that was given up. It returns how long to wait before that is tried again, zero if it
// is done.
func (r *relay) tell(l letter, known string) time.Duration {
	if !l.missed() || l.broken != "" {
		return 0
	}
	u := bot.Update{Chat: l.Chat, ID: "undelivered/" + strconv.FormatUint(l.n, 10), Kind: bot.Undelivered, Subtype: known,
		Choice: bot.Choice{Question: l.Reply.Question}, Body: []byte(l.kind)}
	err := r.e.take(r.e.ctx, u)
	switch {
	case err == nil:
		return 0
	case r.e.halted():
		return time.Hour // stays as it is in the store
	}
	r.e.log.Warn("chat could not be told of an undelivered message", "chat", l.Chat, "err", err)
	return time.Second
}

// notSent notes that no attempt was made, and tries again after a pause. For a message that is sent at most once the note
// is written at once: behind the note of the next attempt it would say that there was none.
func (r *relay) notSent(l letter, m bot.DeliveryResult, pause time.Duration) (bot.DeliveryResult, time.Duration) {
	m.Due = r.e.now().Add(pause)
	if l.kind != bot.Secret {
		return r.try(m, pause)
	}
	m.Tries, m.State = l.tries, bot.Attempting
	if err := r.e.store.RecordDelivery(r.e.ctx, []bot.DeliveryResult{m}); err != nil {
		r.e.health.failed(err) // a crash now would leave it unsure, which is told
	}
	return m, max(pause, time.Millisecond)
}

// backOff is the pause before the next try. The tries of a message that is sent at most once are not counted while it has
// not left: the pause follows from its age.
func (l letter) backOff(m bot.DeliveryResult) time.Duration {
	if l.kind == bot.Secret {
		return min(max(m.At.Sub(l.At)/2, time.Second), 20*time.Second)
	}
	return min(time.Second<<min(m.Tries-1, 6), time.Minute)
}
