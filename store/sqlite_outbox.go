package store

import (
	"context"
	"database/sql"
	"math"

	"llave/bot"
)

// Messages lists unsent messages of a chat. See [bot.Outbox].
func (s *SQLite) Messages(ctx context.Context, chat bot.ChatKey, from uint64, limit int) (page []bot.OutboxMessage, err error) {
	err = s.read(ctx, "messages", func(l *conn) error {
		page = nil
		return l.Rows(func(r *sql.Rows) error {
			msg := bot.OutboxMessage{Chat: chat}
			var due int64
			err := r.Scan(&msg.N, &msg.Tries, &due, &msg.Body)
			msg.Due = timeOf(due)
			page = append(page, msg)
			return err
		}, `SELECT n, tries, due, body FROM letter WHERE chat = ? AND n >= ? ORDER BY n LIMIT ?`, chat[:], int64(min(from, math.MaxInt64)), limit)
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}
