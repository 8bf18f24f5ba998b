package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/bot"
)

func addDead(l *conn, d *bot.DeadLetter) error {
	_, err := l.Exec(`INSERT INTO dead_letter (chat, kind, name, n, reason, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		d.Chat[:], d.Kind, d.Name, int64(d.N), d.Reason, micros(d.At), blob(d.Body))
	return err
}

// Dead lists what was given up. See [bot.DeadLetters].
func (s *SQLite) Dead(ctx context.Context, limit int) (dead []bot.DeadLetter, err error) {
	err = s.read(ctx, "dead", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			d, err := scanDead(r)
			dead = append(dead, d)
			return err
		}, deadSQL, max(limit, 0))
	})
	return dead, err
}

const (
	deadSQL    = `SELECT id, chat, kind, name, n, reason, at, body FROM dead_letter ORDER BY at DESC, id DESC LIMIT ?`
	oneDeadSQL = `SELECT id, chat, kind, name, n, reason, at, body FROM dead_letter WHERE id = ?`
)

func scanDead(r *sql.Rows) (d bot.DeadLetter, err error) {
	var chat []byte
	var at, n int64
	err = r.Scan(&d.ID, &chat, &d.Kind, &d.Name, &n, &d.Reason, &at, &d.Body)
	d.Chat, d.At, d.N = chatKeyOf(chat), timeOf(at), uint64(n)
	return d, err
}

// Retry puts a dead letter back. See [bot.DeadLetters].
func (s *SQLite) Retry(ctx context.Context, id uint64, as bot.DeadKind) error {
	return s.write(ctx, "retry", func(l *conn) error {
		var d bot.DeadLetter
		err := l.Rows(func(r *sql.Rows) (err error) {
			d, err = scanDead(r)
			return err
		}, oneDeadSQL, int64(id))
		if err != nil {
			return err
		}
		if d.ID == 0 || len(d.Body) == 0 {
			return bot.ErrConflict
		}
		if err := putBack(l, &d, as); err != nil {
			return err
		}
		_, err = l.Exec(`DELETE FROM dead_letter WHERE id = ?`, int64(id))
		return err
	})
}

func putBack(l *conn, d *bot.DeadLetter, as bot.DeadKind) error {
	switch as {
	case bot.DeadUpdate:
		return added(l, `INSERT INTO waiting (chat, at, body) VALUES (?, ?, ?)`, d.Chat[:], micros(d.At), d.Body)
	case bot.DeadReply:
		n, err := messagePlace(l, d)
		if err != nil {
			return err
		}
		return added(l, `INSERT INTO letter (chat, n, due, body) VALUES (?, ?, ?, ?)`, d.Chat[:], n, micros(time.Time{}), d.Body)
	case bot.DeadTimer:
		return added(l, `INSERT INTO timer (chat, name, due, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			d.Chat[:], d.Name, micros(d.At), d.Body)
	case bot.DeadSession:
		return added(l, `UPDATE chat SET version = version + 1, session = ?, forget = NULL, review = 0 WHERE key = ?`, d.Body, d.Chat[:])
	}
	return bot.ErrConflict
}

// added runs a statement that must change a row.
func added(l *conn, query string, args ...any) error {
	n, err := l.Exec(query, args...)
	if err == nil && n == 0 {
		err = bot.ErrConflict
	}
	return err
}

// letterPlace is the number of a reply that is put back: its own, or the last free one that an earlier turn could
// have given.
func messagePlace(l *conn, d *bot.DeadLetter) (n int64, err error) {
	var version uint64
	err = l.Row([]any{&version}, `SELECT version FROM chat WHERE key = ?`, d.Chat[:])
	if errors.Is(err, sql.ErrNoRows) || err == nil && version == 0 {
		return 0, bot.ErrConflict
	}
	n = int64(messageNumber(version, 0)) - 1
	if d.Kind == bot.DeadReply {
		n = int64(d.N)
	}
	for ; err == nil && n >= 0; n-- {
		var taken bool
		err = l.Row([]any{&taken}, `SELECT EXISTS (SELECT 1 FROM letter WHERE chat = ? AND n = ?)`, d.Chat[:], n)
		if !taken {
			return n, err
		}
	}
	return n, errors.Join(err, bot.ErrConflict)
}
