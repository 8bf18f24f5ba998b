package outbox

import (
	"strconv"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// giveUp makes a message a dead letter. The chat is told first: after a crash in between it is told again, under the same
// id.
func (d *Dispatcher) giveUp(c *Chat, m Message, r bot.DeliveryResult, known, why string) (bot.DeliveryResult, time.Duration) {
	if wait := d.tellUndelivered(m, known); wait > 0 {
		return r, wait
	}
	return d.dead(c, r, why), 0
}

// awaited says whether the chat must be told that the message was given up: the person waits for what it holds, and the
// dispatcher cannot say it again.
func (m *Message) awaited() bool { return m.Reply.Kind == bot.Secret || m.Reply.Kind == bot.Show }

// tellUndelivered tells the chat of a message that was given up. It returns how long to wait before that is tried again,
// zero if it is done.
func (d *Dispatcher) tellUndelivered(m Message, known string) time.Duration {
	if !m.awaited() || m.broken != "" {
		return 0
	}
	err := d.tell(d.scope.Context(), bot.Update{
		Chat: m.Chat, ID: "undelivered/" + strconv.FormatUint(m.n, 10), Kind: bot.Undelivered, Subtype: known,
		Choice: bot.Choice{Question: m.Reply.Question}, Body: []byte(m.Reply.Kind),
	})
	switch {
	case err == nil:
		return 0
	case d.scope.Stopped():
		return time.Hour // stays as it is in the store
	}
	d.Log.Warn("chat could not be told of an undelivered message", "chat", m.Chat, "err", err)
	return time.Second
}

// tellGone has the chat remember that it takes nothing any more. If that fails, the next message finds out.
func (d *Dispatcher) tellGone(m Message) {
	n := strconv.FormatUint(m.n, 10)
	d.scope.Running.Add()
	d.Reads.Do(workers.Normal, func() {
		defer d.scope.Running.Done()
		if err := d.tell(d.scope.Context(), bot.Update{Chat: m.Chat, ID: "gone/" + n, Kind: bot.Gone, Subtype: n}); err != nil {
			d.Log.Warn("chat is gone, and could not be told so", "chat", m.Chat, "err", err)
		}
	})
}
