package outbox

import (
	"time"

	"llave/bot"
	"llave/bot/keyring"
)

// blocked is the reason of a message to a chat that takes none.
const blocked = "blocked"

// tellCase has a result carry what became of an agent's message: the case learns it in the write that takes the message out
// of the outbox. Other messages have no such event. Of one that cannot be read nobody knows whose words it holds: the desk finds
// them by its number, if they are an agent's.
func (d *Dispatcher) tellCase(c *Chat, m Message, r *bot.DeliveryResult, what bot.Delivery, reason string) {
	switch {
	case m.broken != "":
		m.Content = Content{}
	case m.Reply.Kind != bot.Spoken:
		return
	}
	e := bot.Entry{
		V: bot.EntryVersion, Case: m.Reply.Case, Kind: bot.EntryDelivery, At: r.At, Of: m.Reply.Entry, Message: m.n,
		Delivery: what, Reason: reason,
	}
	body, err := d.sealer.SealJSON(keyring.ForEvent, c.key, bot.Logged{Entry: &e})
	if err != nil { // no value of these types fails
		d.Log.Error("delivery is not told to the case", "err", err)
	}
	r.Event = body
}

// Reach says whether the person can be reached. What agents have said and cannot be sent fails: the case says so.
func (d *Dispatcher) Reach(c *Chat, reachable bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.gone = !reachable
}

func (d *Dispatcher) isGone(c *Chat) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return c.gone
}

// unreachable ends a message to a chat that takes none any more.
func (d *Dispatcher) unreachable(c *Chat, m Message, r bot.DeliveryResult) (bot.DeliveryResult, time.Duration) {
	if m.Reply.Kind != bot.Spoken {
		return d.drop(c, m, r)
	}
	d.tellCase(c, m, &r, bot.DeliveryFailed, blocked)
	return d.dead(c, r, blocked), 0
}

// logged reports the chats of results that have events.
func (s *Sender) logged(results []bot.DeliveryResult) {
	if s.Logged == nil {
		return
	}
	for i := range results {
		if results[i].Event != nil {
			s.Logged(results[i].Chat)
		}
	}
}
