package outbox

import (
	"fmt"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// startReading has the next page of a chat read from the store, as soon as the results of what was sent are recorded: so a
// crash repeats a page at most.
func (d *Dispatcher) startReading(c *Chat, class workers.Class) {
	if c.unsaved > 0 {
		return
	}
	c.running = true
	d.scope.Running.Add()
	d.Reads.Do(class, func() { d.readPage(c) })
}

// readPage queues the next page of a chat, and runs the chat.
func (d *Dispatcher) readPage(c *Chat) {
	defer d.scope.Running.Done()
	d.mu.Lock()
	c.missed = false
	from := c.cursor
	d.mu.Unlock()
	page, err := d.Store.Messages(d.scope.Context(), c.key, from, bot.PageSize)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.readAgain(c, err)
		return
	}
	messages := make([]Message, len(page))
	for i, stored := range page {
		messages[i] = openMessage(d.sealer, c.key, stored)
	}
	c.add(messages)
	c.pause, c.running = 0, false
	c.behind = c.missed || len(page) == bot.PageSize
	if !d.finished(c) {
		d.start(c, workers.Normal)
	}
}

// readAgain reads a page again after a growing pause.
func (d *Dispatcher) readAgain(c *Chat, err error) {
	if !d.scope.Stopped() {
		d.StoreFailed(err)
		d.Log.Error("store", "err", fmt.Errorf("read outbox: %w", err))
	}
	c.pause = min(max(2*c.pause, 50*time.Millisecond), 5*time.Second)
	d.wait(c, c.pause)
}
