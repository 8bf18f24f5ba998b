package webchat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"llave/store/sqlitedb"
)

// sqliteHistory keeps the entries of the chats in a file, for one process.
type sqliteHistory struct {
	*sqlitedb.DB
	sealing
	locks chatLocks
}

var _ history = (*sqliteHistory)(nil)

// typing has nobody to tell.
func (h *sqliteHistory) typing(context.Context, name) error { return nil }

// watch has nothing to watch.
func (h *sqliteHistory) watch(context.Context, *hub) {}

// question takes the lock of a chat. Replies take it for the moment in which they are written.
func (h *sqliteHistory) question(ctx context.Context, chat name) (release func(), err error) {
	return h.locks.lock(ctx, chat)
}

// add adds a reply under the lock of the chat. The caller has it for a message of a person.
func (h *sqliteHistory) add(ctx context.Context, chat name, e entry, file []byte) (added bool, err error) {
	if e.Who == byBot {
		release, err := h.locks.lock(ctx, chat)
		if err != nil {
			return false, err
		}
		defer release()
	}
	err = h.Write(ctx, func(tx *sql.Tx) error {
		if closed, err := isClosed(ctx, tx, chat); err != nil || closed {
			return errors.Join(err, errClosed)
		}
		mark := h.keys.mark(e)
		id, last, err := h.open(ctx, tx, chat)
		if err != nil {
			return err
		}
		var there int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM entry WHERE chat = ? AND mark = ?", id, mark[:]).Scan(&there); err != nil || there > 0 {
			return err
		}
		added = true
		return h.insert(ctx, tx, id, last+1, chat, e, file)
	})
	if err != nil {
		return false, fmt.Errorf("webchat: history: %w", err)
	}
	return added, nil
}

// open finds or makes the row of a chat. The numbers of a new one begin at the present time in milliseconds: no number
// is given twice, even after everything was forgotten, so that a page that slept through that notices.
func (h *sqliteHistory) open(ctx context.Context, tx *sql.Tx, chat name) (id, last int64, err error) {
	now := h.now()
	done, err := tx.ExecContext(ctx, "INSERT INTO chat (name, last, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", chat[:], now.UnixMilli(), now.UnixNano())
	if err != nil {
		return 0, 0, err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		if err := errors.Join(err, h.rememberIn(ctx, tx, chat)); err != nil {
			return 0, 0, err
		}
	}
	err = tx.QueryRowContext(ctx, "SELECT id, last FROM chat WHERE name = ?", chat[:]).Scan(&id, &last)
	return id, last, err
}

// insert writes the entry and deletes those that are too old.
func (h *sqliteHistory) insert(ctx context.Context, tx *sql.Tx, id, seq int64, chat name, e entry, file []byte) error {
	mark := h.keys.mark(e)
	body, err := h.seal(chat, mark, e)
	if err != nil {
		return err
	}
	steps := []statement{
		{"INSERT INTO entry (chat, seq, mark, expires, body) VALUES (?, ?, ?, ?, ?)", []any{id, seq, mark[:], nano(e.Expires), body}},
		{"UPDATE chat SET last = ?, at = ? WHERE id = ?", []any{seq, h.now().UnixNano(), id}},
		{"DELETE FROM entry WHERE chat = ? AND seq <= ?", []any{id, seq - keepEntries}},
		{"DELETE FROM file WHERE chat = ? AND seq <= ?", []any{id, seq - keepEntries}},
	}
	if file != nil {
		steps = append(steps,
			statement{"INSERT INTO file (chat, seq, body) VALUES (?, ?, ?)", []any{id, seq, h.keys.ring.Seal(file, sealContext(chat, mark, 'f'))}},
			statement{"DELETE FROM file WHERE chat = ?1 AND seq <= (SELECT seq FROM file WHERE chat = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)", []any{id, maxFiles}})
	}
	return run(ctx, tx, steps...)
}

func (h *sqliteHistory) since(ctx context.Context, chat name, after uint64) (list []entry, reset bool, err error) {
	err = h.Read(ctx, func(q sqlitedb.Querier) error {
		there, err := h.holds(ctx, q, chat, after)
		if err != nil {
			return err
		}
		if after > 0 && !there {
			after, reset = 0, true
		}
		list, err = h.entries(ctx, q, chat, "e.seq > ?", after)
		list = slices.DeleteFunc(list, hidden)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("webchat: history: %w", err)
	}
	return list, reset, nil
}

// holds reports whether an entry is there, readable or not, in a chat that is not to be forgotten yet.
func (h *sqliteHistory) holds(ctx context.Context, q sqlitedb.Querier, chat name, seq uint64) (there bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM chat c JOIN entry e ON e.chat = c.id WHERE c.name = ? AND c.at > ? AND e.seq = ?)",
		chat[:], h.now().Add(-keepChat).UnixNano(), seq).Scan(&there)
	return there, err
}

// entries reads entries of a chat that is not to be forgotten yet. Unreadable ones are left out.
func (h *sqliteHistory) entries(ctx context.Context, q sqlitedb.Querier, chat name, where string, arg any) (list []entry, err error) {
	rows, err := q.QueryContext(ctx, "SELECT e.seq, e.mark, e.body FROM chat c JOIN entry e ON e.chat = c.id WHERE c.name = ? AND c.at > ? AND "+where+" ORDER BY e.seq",
		chat[:], h.now().Add(-keepChat).UnixNano(), arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq uint64
		var mark, body []byte
		if err := rows.Scan(&seq, &mark, &body); err != nil {
			if ctx.Err() != nil {
				return nil, err // the rows were closed under it
			}
			h.reportUnreadable(chat, seq, err)
			continue
		}
		e, err := h.unseal(chat, markOf(mark), seq, body)
		if err != nil {
			h.reportUnreadable(chat, seq, err)
			continue
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

func (h *sqliteHistory) file(ctx context.Context, chat name, seq uint64) (info fileInfo, data []byte, err error) {
	err = h.Read(ctx, func(q sqlitedb.Querier) error {
		list, err := h.entries(ctx, q, chat, "e.seq = ?", seq)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].File == nil || list[0].hasExpired(h.now()) {
			return errNotFound
		}
		info = *list[0].File
		var body []byte
		err = q.QueryRowContext(ctx, "SELECT f.body FROM file f JOIN chat c ON c.id = f.chat WHERE c.name = ? AND f.seq = ?", chat[:], seq).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return errNotFound
		}
		if err == nil {
			data, err = h.keys.ring.Open(body, sealContext(chat, list[0].mark, 'f'))
			if err != nil {
				h.reportUnreadable(chat, seq, err)
				return errNotFound
			}
		}
		return err
	})
	if err != nil {
		return info, nil, fmt.Errorf("webchat: file: %w", err)
	}
	return info, data, nil
}

func (h *sqliteHistory) forget(ctx context.Context, chat name) error {
	err := h.Write(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx,
			statement{"INSERT INTO closed (name, at) VALUES (?, ?) ON CONFLICT DO NOTHING", []any{chat[:], h.now().UnixNano()}},
			statement{"DELETE FROM upload WHERE chat = ?", []any{chat[:]}},
			statement{"DELETE FROM chat WHERE name = ?", []any{chat[:]}})
	})
	if err != nil {
		return fmt.Errorf("webchat: forget: %w", err)
	}
	return nil
}

func (h *sqliteHistory) closed(ctx context.Context, chat name) (bool, error) {
	return isClosed(ctx, h.Readers, chat)
}

func isClosed(ctx context.Context, q sqlitedb.Querier, chat name) (closed bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM closed WHERE name = ?)", chat[:]).Scan(&closed)
	return closed, err
}

// markOf is the mark in a row. One of another length matches nothing.
func markOf(b []byte) (mark [16]byte) {
	if len(b) == len(mark) {
		copy(mark[:], b)
	}
	return mark
}

func (h *sqliteHistory) known(ctx context.Context, chat name) (known bool, err error) {
	err = h.Readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM known WHERE name = ?)", chat[:]).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("webchat: known chat: %w", err)
	}
	return known, nil
}

func (h *sqliteHistory) remember(ctx context.Context, chat name) error {
	err := h.Write(ctx, func(tx *sql.Tx) error { return h.rememberIn(ctx, tx, chat) })
	if err != nil {
		return fmt.Errorf("webchat: new chat: %w", err)
	}
	return nil
}

func (h *sqliteHistory) rememberIn(ctx context.Context, tx *sql.Tx, chat name) error {
	return run(ctx, tx, statement{"INSERT INTO known (name, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = ?2", []any{chat[:], h.now().UnixNano()}})
}
