package webchat

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// sweepEvery is how long something may stay in the file after its time. It is not shown any more by then.
const sweepEvery = time.Minute

// sweeper forgets until it is told to stop.
func (w *Web) sweeper(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		gone, err := w.history.sweep(ctx)
		if err != nil && ctx.Err() == nil {
			w.opt.Log.Error("webchat: sweep", "err", err)
		}
		for _, chat := range gone {
			w.hub.wake(chat) // a page that is still open goes blank
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sweep forgets what has had its time, and returns the chats of which everything is forgotten.
func (h *history) sweep(ctx context.Context) (gone []name, err error) {
	err = h.write(ctx, func(tx *sql.Tx) error {
		now := h.now()
		if gone, err = names(ctx, tx, "DELETE FROM chat WHERE at <= ? RETURNING name", now.Add(-keepChat).UnixNano()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM closed WHERE at <= ?", now.Add(-cookieLasts).UnixNano()); err != nil {
			return err
		}
		return h.blankExpired(ctx, tx, now)
	})
	if err != nil {
		return nil, fmt.Errorf("forget: %w", err)
	}
	return gone, nil
}

func names(ctx context.Context, tx *sql.Tx, query string, args ...any) (list []name, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		list = append(list, name(b))
	}
	return list, rows.Err()
}

// expired is an entry whose time has come.
type expired struct {
	id   int64
	chat name
	mark [16]byte
	seq  uint64
	body []byte
}

// blankExpired takes tokens, links and the pictures of tokens out of entries that stay.
func (h *history) blankExpired(ctx context.Context, tx *sql.Tx, now time.Time) error {
	list, err := expiredBy(ctx, tx, now)
	if err != nil {
		return err
	}
	for _, x := range list {
		e, err := h.unseal(x.chat, x.mark, x.seq, x.body)
		if err != nil {
			return err
		}
		body, err := h.seal(x.chat, x.mark, e.blank())
		if err != nil {
			return err
		}
		err = run(ctx, tx,
			step{"UPDATE entry SET body = ?, expires = 0 WHERE chat = ? AND seq = ?", []any{body, x.id, x.seq}},
			step{"DELETE FROM file WHERE chat = ? AND seq = ?", []any{x.id, x.seq}})
		if err != nil {
			return err
		}
	}
	return nil
}

func expiredBy(ctx context.Context, tx *sql.Tx, now time.Time) (list []expired, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT c.id, c.name, e.mark, e.seq, e.body FROM entry e JOIN chat c ON c.id = e.chat WHERE e.expires > 0 AND e.expires <= ?", now.UnixNano())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x expired
		var chat, mark []byte
		if err := rows.Scan(&x.id, &chat, &mark, &x.seq, &x.body); err != nil {
			return nil, err
		}
		x.chat, x.mark = name(chat), [16]byte(mark)
		list = append(list, x)
	}
	return list, rows.Err()
}
