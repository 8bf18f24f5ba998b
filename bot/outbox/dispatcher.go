package outbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// Dispatcher delivers the outbox messages of one shard, one at a time per chat, in the order in which they were written. A
// chat that has to wait costs a timer and no goroutine. What it holds in memory ends with its scope.
type Dispatcher struct {
	*Sender
	scope  *workers.Scope
	sealer *keyring.Sealer
	fence  bot.Fence
	unsure func() time.Duration
	tell   func(context.Context, bot.Update) error

	mu    sync.Mutex // held for a few instructions
	chats map[bot.ChatKey]*Chat

	unsaved workers.Activity // results that are not recorded
}

// Dispatcher makes the dispatcher of a shard that is held under a fence. It works until scope stops. unsure is
// asked before each send: not zero means that the shard may be another's, and after how long to ask again. tell accepts an update by which a chat learns of
// what became of a message.
func (s *Sender) Dispatcher(scope *workers.Scope, sealer *keyring.Sealer, fence bot.Fence, unsure func() time.Duration, tell func(context.Context, bot.Update) error) *Dispatcher {
	return &Dispatcher{Sender: s, scope: scope, sealer: sealer, fence: fence, unsure: unsure, tell: tell, chats: map[bot.ChatKey]*Chat{}}
}

// Hold keeps a chat's place in the outbox until Push or Release. A turn holds it over its commit: messages that are read
// from the store and sent before the turn pushes them are known not to be new.
func (d *Dispatcher) Hold(key bot.ChatKey) *Chat {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.chat(key)
	c.holds++
	return c
}

// Release ends a Hold that Push did not end.
func (d *Dispatcher) Release(c *Chat) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.holds--
	d.finished(c)
}

// Push ends a Hold and queues the messages of a turn that was committed. If the turn purges, those of earlier turns are
// withdrawn.
func (d *Dispatcher) Push(c *Chat, messages []Message, t *bot.Turn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.holds--
	if t.Purge {
		c.purge(t.Base << 8)
	}
	c.push(messages)
	if !d.finished(c) {
		d.start(c, workers.Urgent)
	}
}

// Expect has a chat's messages read from the store, besides those that are queued.
func (d *Dispatcher) Expect(key bot.ChatKey, class workers.Class) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.chat(key)
	c.behind, c.missed = true, true
	d.start(c, class)
}

// Idle reports whether no message of the chat is unsent.
func (d *Dispatcher) Idle(key bot.ChatKey) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.chats[key] // lives on while results are not recorded
	return c == nil || !c.running && !c.behind && len(c.queue) == 0
}

// chat returns the chat's place in the outbox. Drain waits until it is finished.
func (d *Dispatcher) chat(key bot.ChatKey) *Chat {
	c := d.chats[key]
	if c == nil {
		c = &Chat{d: d, key: key}
		c.queue = c.one[:0]
		d.chats[key] = c
		d.scope.Owed.Add()
	}
	return c
}

// finished forgets a chat that has nothing left.
func (d *Dispatcher) finished(c *Chat) bool {
	if len(c.queue) > 0 || c.behind || c.running || c.holds > 0 || c.unsaved > 0 {
		return false
	}
	if d.chats[c.key] == c {
		delete(d.chats, c.key)
		d.scope.Owed.Done()
	}
	return true
}

// start schedules a chat: its messages are sent, or the store is read for it first.
func (d *Dispatcher) start(c *Chat, class workers.Class) {
	if c.running || d.scope.Stopped() || len(c.queue) == 0 && !c.behind {
		return
	}
	if c.reserving {
		d.hurry(c)
		return
	}
	if c.short() {
		d.startReading(c, class)
		return
	}
	c.running = true
	d.scope.Running.Add()
	d.pool(c.queue[0].Chat.Channel()).Do(c.urgency(), func() { d.run(c) })
}

// run sends a chat's messages until there are none or one has to wait.
func (d *Dispatcher) run(c *Chat) {
	defer d.scope.Running.Done()
	for {
		m, behind, ok := d.next(c)
		if !ok {
			return
		}
		r, again := d.send(c, m, behind)
		if again > 0 {
			m.tries, m.due, m.reserved, m.waits = r.Tries, r.Due, false, m.waits || r.Event != nil
			d.requeue(c, m, again)
			return
		}
	}
}

// next takes the next message and says whether others wait behind it. Not ok: the chat has nothing to send now.
func (d *Dispatcher) next(c *Chat) (m Message, behind, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.scope.Stopped():
		c.running = false
		return m, false, false
	case len(c.queue) == 0 || c.short():
		c.running = false
		if !d.finished(c) {
			d.start(c, workers.Normal)
		}
		return m, false, false
	}
	m, behind = c.queue[0], len(c.queue) > 1
	if wait := d.unsure(); wait > 0 {
		d.wait(c, wait)
		return m, false, false
	}
	if wait := m.due.Sub(d.Now()); wait > 0 {
		d.wait(c, wait)
		return m, false, false
	}
	if !d.reserve(c, behind) {
		return m, false, false
	}
	c.queue = c.queue[1:]
	return m, behind, true
}

// requeue puts a message back at the head of its queue, to be tried after a while.
func (d *Dispatcher) requeue(c *Chat, m Message, after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !c.withdrawn(m) {
		c.queue = append([]Message{m}, c.queue...)
	}
	d.wait(c, after)
}

// wait runs a chat after a while, unless something else does before.
func (d *Dispatcher) wait(c *Chat, after time.Duration) {
	c.running = false
	if c.timer.F == nil {
		c.timer.F = func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.chats[c.key] == c && !d.finished(c) {
				d.start(c, workers.Normal)
			}
		}
	}
	d.Schedule.After(&c.timer, after)
}

// Close forgets every chat at once. What was not sent or recorded is in the store. The scope must have been closed.
func (d *Dispatcher) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.chats)
}

// Flush waits until every result is recorded, or ctx ends.
func (d *Dispatcher) Flush(ctx context.Context) error {
	if err := d.unsaved.Wait(ctx); err != nil {
		return fmt.Errorf("delivery results not recorded: %w", err)
	}
	return nil
}
