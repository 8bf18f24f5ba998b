package store

import (
	"bytes"
	"context"
	"slices"

	"llave/bot"
)

// Messages lists unsent messages of a chat. See [bot.Outbox].
func (m *Memory) Messages(ctx context.Context, chat bot.ChatKey, from uint64, limit int) (page []bot.OutboxMessage, err error) {
	if err := m.ready(ctx, "messages"); err != nil {
		return nil, err
	}
	s := m.lock(chat)
	defer s.mu.Unlock()
	c := s.chats[chat]
	if c == nil {
		return nil, nil
	}
	at, _ := slices.BinarySearchFunc(c.outbox, from, byNumber)
	for _, msg := range c.outbox[at:min(len(c.outbox), at+limit)] {
		msg.Body = bytes.Clone(msg.Body)
		page = append(page, msg)
	}
	return page, nil
}

// keep marks a message that a purge leaves.
func (c *memChat) keep(n uint64) {
	if c.kept == nil {
		c.kept = make(map[uint64]struct{}, 1)
	}
	c.kept[n] = struct{}{}
}

// purge withdraws the unsent messages but those to be kept.
func (c *memChat) purge() {
	if len(c.kept) > 0 {
		c.outbox = slices.DeleteFunc(c.outbox, func(m bot.OutboxMessage) bool { _, kept := c.kept[m.N]; return !kept })
		return
	}
	clear(c.outbox)
	c.outbox = c.outbox[:0]
}
