package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"

	"llave/bot"
)

// sqliteSource reads a file whole. Its lock keeps a service away.
type sqliteSource struct{ *SQLite }

func openSQLiteSource(path string) (copySource, error) {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return nil, &CopyError{CopyNoSource}
	}
	s, err := OpenSQLite(path)
	if err != nil {
		return nil, err
	}
	return &sqliteSource{s}, nil
}

func (s *sqliteSource) release() error { return s.Close() }

func (s *sqliteSource) counters(ctx context.Context) (c copyCounters, err error) {
	err = s.read(ctx, "copy", func(l *conn) error {
		if err := l.Row([]any{&c.fence}, `SELECT fence FROM meta`); err != nil {
			return err
		}
		for table, last := range map[string]*uint64{"waiting": &c.updates, "dead_letter": &c.dead} {
			err := l.Row([]any{last}, `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?`, table)
			if err != nil {
				return err
			}
		}
		return l.Rows(func(r *sql.Rows) error {
			var n int
			var fence, event uint64
			if err := r.Scan(&n, &fence, &event); err != nil {
				return err
			}
			of := &c.shards[uint8(n)]
			of.fence, of.event = fence, event
			return nil
		}, `SELECT id, fence, event FROM shard`)
	})
	return c, err
}

func (s *sqliteSource) values(ctx context.Context, put func([]copyValue) error) error {
	var all []copyValue
	err := s.read(ctx, "copy", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			var v copyValue
			err := r.Scan(&v.name, &v.value, &v.sequence, &v.last)
			all = append(all, v)
			return err
		}, `SELECT name, value, 0, 0 FROM once UNION ALL SELECT name, NULL, 1, last FROM sequence`)
	})
	if err != nil {
		return err
	}
	return put(all)
}

// copyPage is how many chats are copied at a time.
const copyPage = 128

// chats walks the indexes of all tables side by side: a chat may be in any of them alone.
func (s *sqliteSource) chats(ctx context.Context, put func([]copyChat, int) error) error {
	const chatsSQL = `SELECT key FROM chat WHERE key > ?1
		UNION SELECT chat FROM seen WHERE chat > ?1 UNION SELECT chat FROM waiting WHERE chat > ?1
		UNION SELECT chat FROM letter WHERE chat > ?1 UNION SELECT chat FROM timer WHERE chat > ?1
		UNION SELECT chat FROM dead_letter WHERE chat > ?1 ORDER BY 1 LIMIT ?2`
	after := []byte{}
	for {
		var page []copyChat
		err := s.read(ctx, "copy", func(l *conn) error {
			keys, err := keysOf(l, chatsSQL, after, copyPage)
			page = make([]copyChat, len(keys))
			for i, k := range keys {
				if err == nil {
					page[i], err = readCopyChat(l, k)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		percent := 100
		if len(page) == copyPage { // keys are hashes: they are spread evenly
			after = page[len(page)-1].key[:]
			percent = (int(after[0])*256 + int(after[1])) * 100 / 65536
		}
		if err := put(page, percent); err != nil || len(page) < copyPage {
			return err
		}
	}
}

// readCopyChat reads what the tables have of a chat.
func readCopyChat(l *conn, k bot.ChatKey) (c copyChat, err error) {
	c.key = k
	var record chatRecord
	var forget, review sql.NullInt64
	err = l.Row([]any{&record.version, &record.session, &record.effect, &forget, &review},
		`SELECT version, session, effect, forget, review FROM chat WHERE key = ?`, k[:])
	switch {
	case err == nil:
		record.forget, record.review = dateOf(forget), dateOf(review)
		c.record = &record
	case !errors.Is(err, sql.ErrNoRows):
		return c, err
	}
	for _, read := range []func() error{
		func() error {
			return l.Rows(func(r *sql.Rows) error {
				var v copyID
				err := r.Scan(&v.id, &v.at)
				c.ids = append(c.ids, v)
				return err
			}, `SELECT id, at FROM seen WHERE chat = ?`, k[:])
		},
		func() error {
			return l.Rows(func(r *sql.Rows) error {
				var v copyUpdate
				err := r.Scan(&v.seq, &v.at, &v.tries, &v.body)
				c.waiting = append(c.waiting, v)
				return err
			}, `SELECT seq, at, tries, body FROM waiting WHERE chat = ? ORDER BY seq`, k[:])
		},
		func() error {
			return l.Rows(func(r *sql.Rows) error {
				var v copyMessage
				err := r.Scan(&v.n, &v.tries, &v.due, &v.keep, &v.body)
				c.messages = append(c.messages, v)
				return err
			}, `SELECT n, tries, due, keep, body FROM letter WHERE chat = ? ORDER BY n`, k[:])
		},
		func() error {
			return l.Rows(func(r *sql.Rows) error {
				var v copyTimer
				err := r.Scan(&v.name, &v.due, &v.body)
				c.timers = append(c.timers, v)
				return err
			}, `SELECT name, due, body FROM timer WHERE chat = ?`, k[:])
		},
		func() error {
			return l.Rows(func(r *sql.Rows) error {
				var v copyDead
				err := r.Scan(&v.id, &v.kind, &v.name, &v.n, &v.reason, &v.at, &v.body)
				c.dead = append(c.dead, v)
				return err
			}, `SELECT id, kind, name, n, reason, at, body FROM dead_letter WHERE chat = ? ORDER BY id`, k[:])
		},
	} {
		if err := read(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// dateOf is a date that may be none.
func dateOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return timeOf(n.Int64)
}
