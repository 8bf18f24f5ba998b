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
