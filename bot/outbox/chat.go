package outbox

import (
	"slices"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// Chat is a chat's place in the outbox of its shard. It exists while there are messages to be sent, while a turn holds it,
// and while a delivery result is not recorded.
type Chat struct {
	d       *Dispatcher
	key     bot.ChatKey
	queue   []Message
	one     [1]Message // memory of the first message: a chat mostly has one
	purged  uint64     // messages below are withdrawn
	cursor  uint64     // messages below have been queued before
	holds   int        // turns that are being committed
	unsaved int        // delivery results that are not recorded
	running bool
	behind  bool          // the store may hold messages behind those that are queued
	missed  bool          // some were written while a page was being read
	gone    bool          // the person cannot be reached
	pause   time.Duration // after the next failure to read

	reserving bool          // it waits for its place in the channel's pace
	class     workers.Class // in which it does
	timer     workers.Entry // starts it
}

// queueLimit bounds the messages of one chat in memory; what is beyond waits in the store.
const queueLimit = 64

// purge withdraws the messages of earlier turns, but not those that the store keeps, too. The cursor stays where it is:
// some of them may not have been read.
func (c *Chat) purge(below uint64) {
	c.purged = below
	c.queue = slices.DeleteFunc(c.queue, c.withdrawn)
}

// withdrawn reports whether a message was withdrawn by a later turn.
func (c *Chat) withdrawn(m Message) bool { return m.n < c.purged && !m.kept() }

// push queues messages that were just written, unless older ones may have to be read first.
func (c *Chat) push(messages []Message) {
	if c.behind || len(c.queue)+len(messages) > queueLimit {
		c.behind, c.missed = true, true
		return
	}
	c.add(messages)
}

func (c *Chat) add(messages []Message) {
	for _, m := range messages {
		if m.n < c.cursor {
			continue
		}
		c.cursor = m.n + 1
		if !c.withdrawn(m) { // a page may have been read before the purge
			c.queue = append(c.queue, m)
		}
	}
}

// short says that a page has to be read before the next message is sent: whether others wait behind it decides whether it
// is worth sending.
func (c *Chat) short() bool { return c.behind && len(c.queue) <= 1 }

// urgency is that of the chat's most urgent message: those before it have to go first.
func (c *Chat) urgency() workers.Class {
	class := workers.Background
	for i := range c.queue {
		class = min(class, c.queue[i].class())
	}
	return class
}
