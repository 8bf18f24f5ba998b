package webchat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// sweepEvery is how long something may stay in the file after its time. It is not shown any more by then. sweepBatch
// bounds what one transaction does, so that people's messages get their turn in between.
const (
	sweepEvery = time.Minute
	sweepBatch = 200
)

// sweeper forgets until ctx ends.
func (w *Web) sweeper(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		gone, err := w.history.sweep(ctx)
		if err != nil && ctx.Err() == nil {
			w.opt.Log.Error("webchat: sweep", "err", err)
		}
		w.stats.Forgotten.Add(int64(len(gone)))
		for _, chat := range gone {
			w.hub.wake(chat) // a page that is still open becomes empty
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sweep forgets what is old, and returns the chats that are forgotten as a whole. A row that cannot be forgotten holds
// up no other.
func (h *sqliteHistory) sweep(ctx context.Context) (gone []name, err error) {
	now := h.now()
	gone, chats := h.forgetChats(ctx, now)
	rest := h.Write(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx,
			statement{"DELETE FROM closed WHERE at <= ?", []any{now.Add(-cookieLasts).UnixNano()}},
			statement{"DELETE FROM known WHERE at <= ?", []any{now.Add(-keepKnown).UnixNano()}})
	})
	if err := errors.Join(chats, rest, h.redactExpired(ctx, now), h.sweepUploads(ctx, now)); err != nil {
		return gone, fmt.Errorf("forget: %w", err)
	}
	return gone, nil
}

// forgetChats deletes the chats without a new entry for keepChat.
func (h *sqliteHistory) forgetChats(ctx context.Context, now time.Time) (gone []name, err error) {
	var failed error
	for last := int64(0); ; {
		var list []row
		err := h.Write(ctx, func(tx *sql.Tx) (err error) {
			list, err = rowsOf(ctx, tx, "SELECT id, name, x'', 0, x'' FROM chat WHERE at <= ? AND id > ? ORDER BY id LIMIT ?", now.Add(-keepChat).UnixNano(), last, sweepBatch)
			for i, x := range list {
				if fails := run(ctx, tx, statement{"DELETE FROM chat WHERE id = ?", []any{x.id}}); fails != nil {
					failed = errors.Join(failed, fails)
					list[i].kept = true
				}
			}
			return err
		})
		if err != nil {
			return gone, errors.Join(failed, err)
		}
		for _, x := range list {
			if last = x.id; !x.kept {
				gone = append(gone, x.chat)
			}
		}
		if len(list) < sweepBatch {
			return gone, failed
		}
	}
}

// row is a chat, or an entry of one.
type row struct {
	id   int64
	chat name
	mark [16]byte
	seq  uint64
	body []byte
	kept bool // because it could not be changed
}

func rowsOf(ctx context.Context, tx *sql.Tx, query string, args ...any) (list []row, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x row
		var chat, mark []byte
		if err := rows.Scan(&x.id, &chat, &mark, &x.seq, &x.body); err != nil {
			continue // nobody can tell whose it is; a cancelled query is said below
		}
		x.chat, x.mark = markOf(chat), markOf(mark)
		list = append(list, x)
	}
	return list, rows.Err()
}

// redactExpired removes tokens, links and pictures of tokens from entries that stay.
func (h *sqliteHistory) redactExpired(ctx context.Context, now time.Time) error {
	var failed error
	for chat, seq := int64(0), uint64(0); ; {
		var list []row
		err := h.Write(ctx, func(tx *sql.Tx) (err error) {
			list, err = rowsOf(ctx, tx, `SELECT c.id, c.name, e.mark, e.seq, e.body FROM entry e JOIN chat c ON c.id = e.chat
				WHERE e.expires > 0 AND e.expires <= ? AND (e.chat, e.seq) > (?, ?) ORDER BY e.chat, e.seq LIMIT ?`, now.UnixNano(), chat, seq, sweepBatch)
			for _, x := range list {
				if fails := h.redactRow(ctx, tx, x); fails != nil {
					failed = errors.Join(failed, fails)
				}
			}
			return err
		})
		if err != nil || len(list) < sweepBatch {
			return errors.Join(failed, err)
		}
		chat, seq = list[len(list)-1].id, list[len(list)-1].seq
	}
}

// redactRow redacts one entry. An unreadable entry is deleted: its time is over.
func (h *sqliteHistory) redactRow(ctx context.Context, tx *sql.Tx, x row) error {
	change := statement{"DELETE FROM entry WHERE chat = ? AND seq = ?", []any{x.id, x.seq}}
	e, err := h.unseal(x.chat, x.mark, x.seq, x.body)
	if err == nil {
		body, err := h.seal(x.chat, x.mark, e.redacted())
		if err != nil {
			return err
		}
		change = statement{"UPDATE entry SET body = ?, expires = 0 WHERE chat = ? AND seq = ?", []any{body, x.id, x.seq}}
	} else {
		h.reportUnreadable(x.chat, x.seq, err)
	}
	return run(ctx, tx, change, statement{"DELETE FROM file WHERE chat = ? AND seq = ?", []any{x.id, x.seq}})
}
