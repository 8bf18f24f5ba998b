package webchat

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

// history keeps the entries of the chats in a file. Pages show them again after they are loaded anew.
type history struct {
	*sqlitedb.DB
	keys keys
	now  func() time.Time
	// onUnreadable, unless nil, is called for an entry that cannot be read. The entry is left out; all others are read.
	onUnreadable func(chat name, seq uint64, err error)
}

// keepEntries of a chat are kept, and for keepChat after the last of them: the next person at a shared machine finds
// nothing.
const (
	keepEntries = 200
	keepChat    = 24 * time.Hour
)

// Refusals of the history.
var (
	errClosed   = errors.New("webchat: the chat was closed")
	errNotFound = errors.New("webchat: there is no such thing in this chat")
)

// add appends an entry to a chat, durably, and reports whether it was new: a repeated entry is not added.
func (h *history) add(ctx context.Context, chat name, e entry, file []byte) (added bool, err error) {
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
func (h *history) open(ctx context.Context, tx *sql.Tx, chat name) (id, last int64, err error) {
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
func (h *history) insert(ctx context.Context, tx *sql.Tx, id, seq int64, chat name, e entry, file []byte) error {
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

func (h *history) seal(chat name, mark [16]byte, e entry) ([]byte, error) {
	plain, err := json.Marshal(e)
	return h.keys.ring.Seal(plain, sealContext(chat, mark, 'e')), err
}

func (h *history) unseal(chat name, mark [16]byte, seq uint64, body []byte) (e entry, err error) {
	plain, err := h.keys.ring.Open(body, sealContext(chat, mark, 'e'))
	if err == nil {
		err = json.Unmarshal(plain, &e)
	}
	e.Seq, e.mark = seq, mark
	return e, err
}

// since returns the entries after a number. Reset reports that the entry of this number is not there any more: then it
// returns all.
func (h *history) since(ctx context.Context, chat name, after uint64) (list []entry, reset bool, err error) {
	err = h.Read(ctx, func(q sqlitedb.Querier) error {
		there, err := h.holds(ctx, q, chat, after)
		if err != nil {
			return err
		}
		if after > 0 && !there {
			after, reset = 0, true
		}
		list, err = h.entries(ctx, q, chat, "e.seq > ?", after)
		list = slices.DeleteFunc(list, func(e entry) bool { return e.Kind == bot.Forget })
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("webchat: history: %w", err)
	}
	return list, reset, nil
}

// holds reports whether an entry is there, readable or not, in a chat that is not to be forgotten yet.
func (h *history) holds(ctx context.Context, q sqlitedb.Querier, chat name, seq uint64) (there bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM chat c JOIN entry e ON e.chat = c.id WHERE c.name = ? AND c.at > ? AND e.seq = ?)",
		chat[:], h.now().Add(-keepChat).UnixNano(), seq).Scan(&there)
	return there, err
}

// entries reads entries of a chat that is not to be forgotten yet. Unreadable ones are left out.
func (h *history) entries(ctx context.Context, q sqlitedb.Querier, chat name, where string, arg any) (list []entry, err error) {
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

// markOf is the mark in a row. One of another length matches nothing.
func markOf(b []byte) (mark [16]byte) {
	if len(b) == len(mark) {
		copy(mark[:], b)
	}
	return mark
}

func (h *history) reportUnreadable(chat name, seq uint64, err error) {
	if h.onUnreadable != nil {
		h.onUnreadable(chat, seq, err)
	}
}

// choice is the text of an option that was offered; errNotFound if it was not, or is forgotten.
func (h *history) choice(ctx context.Context, chat name, question, value string) (string, error) {
	list, _, err := h.since(ctx, chat, 0)
	if err != nil {
		return "", err
	}
	for i := len(list) - 1; i >= 0; i-- {
		for _, o := range list[i].Choices {
			if list[i].Question == question && o.Value == value {
				return o.Text, nil
			}
		}
	}
	return "", errNotFound
}

// file is a file of this chat; errNotFound if there is none or it has expired.
func (h *history) file(ctx context.Context, chat name, seq uint64) (info fileInfo, data []byte, err error) {
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

// forget erases a chat and closes it for good.
func (h *history) forget(ctx context.Context, chat name) error {
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

func (h *history) closed(ctx context.Context, chat name) (bool, error) {
	return isClosed(ctx, h.Readers, chat)
}

func isClosed(ctx context.Context, q sqlitedb.Querier, chat name) (closed bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM closed WHERE name = ?)", chat[:]).Scan(&closed)
	return closed, err
}
