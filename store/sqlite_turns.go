package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/bot"
)

// Hours are kept in microseconds: that holds the zero time and the year 9999.
func micros(t time.Time) int64 { return t.UnixMicro() }

func timeOf(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// blob makes of no body an empty one; only for an effect is that a difference.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// keyOf is the key that was kept; a damaged one is some other chat's, but no reason to stop.
func chatKeyOf(b []byte) (k bot.ChatKey) {
	copy(k[:], b)
	return k
}

// Accept keeps an arrival once. See [bot.Inbox].
func (s *SQLite) Accept(ctx context.Context, a bot.Arrival) (r bot.Receipt, err error) {
	err = s.write(ctx, "accept", func(l *conn) error {
		r, err = accept(l, &a)
		return err
	})
	if err != nil {
		return bot.Receipt{}, err
	}
	return r, nil
}

func accept(l *conn, a *bot.Arrival) (r bot.Receipt, err error) {
	added, err := l.Exec(`INSERT INTO seen (chat, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		a.Chat[:], a.ID[:], micros(a.At))
	if err != nil {
		return r, err
	}
	if added == 1 {
		err = l.Row([]any{&r.Seq}, `INSERT INTO waiting (chat, at, body) VALUES (?, ?, ?) RETURNING seq`,
			a.Chat[:], micros(a.At), blob(a.Body))
		if err != nil {
			return r, err
		}
	}
	err = l.Row([]any{&r.Version, &r.Session}, `SELECT version, session FROM chat WHERE key = ?`, a.Chat[:])
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return r, err
}

// Load returns what is kept of a chat. See [bot.Inbox].
func (s *SQLite) Load(ctx context.Context, chat bot.ChatKey) (c bot.Chat, err error) {
	err = s.read(ctx, "load", func(l *conn) error {
		c, err = load(l, chat)
		return err
	})
	if err != nil {
		return bot.Chat{}, err
	}
	return c, nil
}

func load(l *conn, chat bot.ChatKey) (c bot.Chat, err error) {
	err = l.Row([]any{&c.Version, &c.Session, &c.Effect},
		`SELECT version, session, effect FROM chat WHERE key = ?`, chat[:])
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	err = l.Rows(func(r *sql.Rows) error {
		var w bot.Waiting
		err := r.Scan(&w.Seq, &w.Tries, &w.Body)
		c.Waiting = append(c.Waiting, w)
		return err
	}, `SELECT seq, tries, body FROM waiting WHERE chat = ? ORDER BY seq LIMIT ?`, chat[:], bot.PageSize)
	return c, err
}

// Commit writes a turn. See [bot.Inbox]; a turn of more than [MaxReplies] replies is refused.
func (s *SQLite) Commit(ctx context.Context, t bot.Turn) error {
	if err := s.ready(ctx, "commit"); err != nil {
		return err
	}
	if err := checkLimits(&t); err != nil {
		return err
	}
	return s.write(ctx, "commit", func(l *conn) error { return commit(l, &t) })
}

// commit looks, and then writes: see [op].
func commit(l *conn, t *bot.Turn) error {
	was, err := checkTurn(l, t)
	if err != nil {
		return err
	}
	if err := writeSession(l, t, was); err != nil {
		return err
	}
	if t.Update != 0 {
		if _, err := l.Exec(`DELETE FROM waiting WHERE seq = ?`, int64(t.Update)); err != nil {
			return err
		}
	}
	for _, d := range quarantined(t, was.at) {
		if err := addDead(l, &d); err != nil {
			return err
		}
	}
	for _, write := range []func(*conn, *bot.Turn) error{writeMessages, writeEvents, writeTimers} {
		if err := write(l, t); err != nil {
			return err
		}
	}
	return nil
}

// before is what a turn finds: the hour of its update, and the dates of its chat.
type before struct {
	at             time.Time
	forget, review sql.NullInt64
}

// check finds out with one statement whether a turn may be written.
func checkTurn(l *conn, t *bot.Turn) (was before, err error) {
	var fence, version uint64
	var waits sql.NullInt64
	err = l.Row([]any{&fence, &version, &was.forget, &was.review, &waits},
		`SELECT shard.fence, coalesce(chat.version, 0), chat.forget, chat.review, waiting.at
		FROM shard LEFT JOIN chat ON chat.key = ? LEFT JOIN waiting ON waiting.seq = ? AND waiting.chat = ?
		WHERE shard.id = ?`,
		t.Chat[:], int64(t.Update), t.Chat[:], t.Chat.Shard())
	switch {
	case err != nil:
		return was, err
	case fence != uint64(t.Fence):
		return was, bot.ErrFenced
	case version != t.Base, t.Update != 0 && !waits.Valid:
		return was, bot.ErrConflict
	case t.Update == 0:
		was.at = time.Now()
	default:
		was.at = timeOf(waits.Int64)
	}
	return was, nil
}

// writeSession writes the dates only where they change, which is rarely: each has an index to be kept.
func writeSession(l *conn, t *bot.Turn, was before) (err error) {
	forget, review := date(t.Forget), date(t.Review)
	switch {
	case t.Base == 0:
		_, err = l.Exec(`INSERT INTO chat (key, version, session, effect, forget, review) VALUES (?, 1, ?, ?, ?, ?)`,
			t.Chat[:], blob(t.Session), t.Effect, forget, review)
	case forget == was.forget && review == was.review:
		_, err = l.Exec(`UPDATE chat SET version = version + 1, session = ?, effect = ? WHERE key = ?`,
			blob(t.Session), t.Effect, t.Chat[:])
	default:
		_, err = l.Exec(`UPDATE chat SET version = version + 1, session = ?, effect = ?, forget = ?, review = ? WHERE key = ?`,
			blob(t.Session), t.Effect, forget, review, t.Chat[:])
	}
	return err
}

// date is an hour that may be none.
func date(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: micros(t), Valid: true}
}

func writeMessages(l *conn, t *bot.Turn) error {
	if t.Purge {
		if _, err := l.Exec(`DELETE FROM letter WHERE chat = ? AND keep = 0`, t.Chat[:]); err != nil {
			return err
		}
		if _, err := l.Exec(withdrawSQL, t.Chat[:]); err != nil {
			return err
		}
	}
	for i, body := range t.Replies {
		_, err := l.Exec(`INSERT INTO letter (chat, n, due, body, keep) VALUES (?, ?, ?, ?, ?)`,
			t.Chat[:], int64(messageNumber(t.Base, i)), micros(time.Time{}), blob(body), keeps(t, i))
		if err != nil {
			return err
		}
	}
	return nil
}

// withdrawSQL: a reply that was withdrawn must not be put back. Of an earlier version's dead letter (kind 0) it is not
// known whether it is one.
const withdrawSQL = `UPDATE dead_letter SET body = x'' WHERE chat = ? AND kind IN (0, 2)`

func writeEvents(l *conn, t *bot.Turn) error { return logEvents(l, t.Chat, t.Events...) }

// logEvents appends events to the log of a chat's shard.
func logEvents(l *conn, chat bot.ChatKey, bodies ...[]byte) error {
	if len(bodies) == 0 {
		return nil
	}
	var last uint64
	err := l.Row([]any{&last}, `UPDATE shard SET event = event + ? WHERE id = ? RETURNING event`, len(bodies), chat.Shard())
	if err != nil {
		return err
	}
	first := last - uint64(len(bodies)) + 1
	for i, body := range bodies {
		_, err := l.Exec(`INSERT INTO event (id, chat, body) VALUES (?, ?, ?)`,
			eventID(chat.Shard(), first+uint64(i)), chat[:], blob(body))
		if err != nil {
			return err
		}
	}
	return nil
}

func writeTimers(l *conn, t *bot.Turn) (err error) {
	for _, set := range t.Timers {
		if set.Due.IsZero() {
			_, err = l.Exec(`DELETE FROM timer WHERE chat = ? AND name = ?`, t.Chat[:], set.Name)
		} else {
			_, err = l.Exec(`INSERT INTO timer (chat, name, due, body) VALUES (?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET due = excluded.due, body = excluded.body`,
				t.Chat[:], set.Name, micros(set.Due), blob(set.Body))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// PendingChats lists the chats in which something is owed. See [bot.Inbox].
func (s *SQLite) PendingChats(ctx context.Context, shard bot.Shard, after bot.ChatKey, limit int) (keys []bot.ChatKey, err error) {
	first, last := keyRange(shard)
	if bytes.Compare(after[:], first[:]) > 0 {
		first = after
	}
	err = s.read(ctx, "pending", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			var k []byte
			err := r.Scan(&k)
			keys = append(keys, chatKeyOf(k))
			return err
		}, pendingSQL, first[:], last[:], max(limit, 0))
	})
	return keys, err
}

// owingSQL walks three indexes side by side, from a key on, and stops at the limit.
const pendingSQL = `SELECT chat FROM waiting WHERE chat > ?1 AND chat <= ?2
	UNION SELECT chat FROM letter WHERE chat > ?1 AND chat <= ?2
	UNION SELECT key FROM chat WHERE effect IS NOT NULL AND key > ?1 AND key <= ?2
	ORDER BY 1 LIMIT ?3`

// keyRange is the last key before a shard's and the last of the shard's.
func keyRange(s bot.Shard) (before, last bot.ChatKey) {
	for i := range last {
		last[i] = 0xff
	}
	if s > 0 {
		before = last
		before[0] = byte(s) - 1
	}
	last[0] = byte(s)
	return before, last
}
