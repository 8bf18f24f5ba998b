package webchat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"llave/store/sqlitedb"
)

// sqliteUpload is a file on its way into a database.
type sqliteUpload struct {
	h    *sqliteHistory
	id   int64
	chat name
}

func (h *sqliteHistory) beginUpload(ctx context.Context, chat, address name, first []byte) (pieceStore, error) {
	u := &sqliteUpload{h: h, chat: chat}
	err := h.Write(ctx, func(tx *sql.Tx) error {
		if err := mayUpload(ctx, tx, chat, address, nil, h.now()); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, "INSERT INTO upload (chat, address, mark, size, at, fetched) VALUES (?, ?, x'', 0, ?, 0)", chat[:], address[:], h.now().UnixNano())
		if err == nil {
			u.id, err = done.LastInsertId()
		}
		if err == nil {
			err = run(ctx, tx, statement{"INSERT INTO upload_piece (upload, k, body) VALUES (?, 0, ?)", []any{u.id, first}})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("webchat: upload: %w", err)
	}
	return u, nil
}

// mayUpload checks what a chat and an address have sent within an hour, and how much is kept. A file under the same mark is sent again,
// and does not count.
func mayUpload(ctx context.Context, tx *sql.Tx, chat, address name, mark []byte, now time.Time) error {
	var ofChat, ofAddress int
	var bytesChat, bytesAddress, bytesAll int64
	err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE chat = ?1 AND at > ?3), count(*) FILTER (WHERE address = ?2 AND at > ?3),
		coalesce(sum(size) FILTER (WHERE chat = ?1), 0), coalesce(sum(size) FILTER (WHERE address = ?2), 0), coalesce(sum(size), 0) FROM upload WHERE mark <> x'' AND NOT (chat = ?1 AND mark = ?4)`,
		chat[:], address[:], now.Add(-time.Hour).UnixNano(), append([]byte{}, mark...)).Scan(&ofChat, &ofAddress, &bytesChat, &bytesAddress, &bytesAll)
	switch {
	case err != nil:
		return err
	case ofChat >= hourOfChat || ofAddress >= hourOfAddress || bytesChat >= bytesOfChat || bytesAddress >= bytesOfAddress:
		return errManyFiles
	case bytesAll >= bytesOfAll:
		return errNoRoom
	}
	return nil
}

func (u *sqliteUpload) keep(ctx context.Context, k int64, sealed []byte) error {
	return u.h.Write(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, statement{"INSERT INTO upload_piece (upload, k, body) VALUES (?, ?, ?)", []any{u.id, k, sealed}})
	})
}

func (u *sqliteUpload) done(ctx context.Context, address name, mark [16]byte, size int64) error {
	err := u.h.Write(ctx, func(tx *sql.Tx) error {
		if err := mayUpload(ctx, tx, u.chat, address, mark[:], u.h.now()); err != nil {
			return err
		}
		return run(ctx, tx,
			statement{"DELETE FROM upload WHERE chat = ? AND mark = ?", []any{u.chat[:], mark[:]}},
			statement{"UPDATE upload SET mark = ?, size = ? WHERE id = ?", []any{mark[:], size, u.id}})
	})
	if err != nil {
		return fmt.Errorf("webchat: upload: %w", err)
	}
	return nil
}

func (u *sqliteUpload) drop(ctx context.Context) error {
	return u.h.Write(ctx, func(tx *sql.Tx) error { return run(ctx, tx, statement{"DELETE FROM upload WHERE id = ?", []any{u.id}}) })
}

func (h *sqliteHistory) fetch(ctx context.Context, chat name, mark []byte, limit int64) (data []byte, err error) {
	var id int64
	err = h.Read(ctx, func(q sqlitedb.Querier) error {
		var size int64
		err := q.QueryRowContext(ctx, "SELECT id, size FROM upload WHERE chat = ? AND mark = ? AND at > ?", chat[:], mark, h.now().Add(-keepUpload).UnixNano()).Scan(&id, &size)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return errFileGone
		case err != nil:
			return err
		case size > limit:
			return errFileLarge
		}
		data, err = h.pieces(ctx, q, chat, id, size)
		return err
	})
	if err != nil {
		return nil, err
	}
	return data, h.Write(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, statement{"UPDATE upload SET fetched = ? WHERE id = ?", []any{h.now().UnixNano(), id}})
	})
}

// pieces joins a file.
func (h *sqliteHistory) pieces(ctx context.Context, q sqlitedb.Querier, chat name, id, size int64) ([]byte, error) {
	rows, err := q.QueryContext(ctx, "SELECT k, body FROM upload_piece WHERE upload = ? ORDER BY k", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	join := pieceJoin{keys: h.keys, chat: chat}
	for rows.Next() {
		var k int64
		var body []byte
		if err := rows.Scan(&k, &body); err != nil {
			return nil, err
		}
		if err := join.add(k, body); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return join.whole(size)
}

// sweepUploads forgets files whose time is over. Those that were begun and never came whole go after an hour.
func (h *sqliteHistory) sweepUploads(ctx context.Context, now time.Time) error {
	for {
		var n int64
		err := h.Write(ctx, func(tx *sql.Tx) error {
			done, err := tx.ExecContext(ctx, `DELETE FROM upload WHERE id IN (SELECT id FROM upload
				WHERE at <= ?1 OR fetched > 0 AND fetched <= ?2 OR mark = x'' AND at <= ?2 LIMIT ?3)`,
				now.Add(-keepUpload).UnixNano(), now.Add(-keepFetched).UnixNano(), sweepFiles)
			if err == nil {
				n, err = done.RowsAffected()
			}
			return err
		})
		if err != nil || n < sweepFiles {
			return err
		}
	}
}

// sweepFiles is how many files one transaction deletes.
const sweepFiles = 4
