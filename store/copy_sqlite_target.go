package store

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"llave/bot"
	"llave/store/sqlitedb"
)

// sqliteTarget fills a file. A table of its own says that it is not whole: it comes with the file, and goes when all is in it.
type sqliteTarget struct{ *SQLite }

const unfinishedTable = "unfinished"

func unfinishedFormat() sqlitedb.Format {
	f := format()
	f.Tables += "CREATE TABLE " + unfinishedTable + " (id INTEGER PRIMARY KEY);\n"
	return f
}

// refuseUnfinished refuses a file into which a copy was begun, and did not end.
func (s *SQLite) refuseUnfinished(path string) error {
	unfinished := 0
	err := s.read(context.Background(), "open", func(l *conn) error {
		return l.Row([]any{&unfinished}, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, unfinishedTable)
	})
	if err == nil && unfinished > 0 {
		err = &sqlitedb.OpenError{Path: path, Kind: sqlitedb.Unfinished}
	}
	return err
}

// openSQLiteTarget makes a file. What is there already must hold nothing, or be the beginning of a copy.
func openSQLiteTarget(ctx context.Context, path string) (copyTarget, error) {
	if err := removeEmpty(ctx, path); err != nil {
		return nil, err
	}
	file, err := sqlitedb.Open(path, unfinishedFormat(), isPortError)
	if err != nil {
		return nil, err
	}
	return &sqliteTarget{&SQLite{file: file}}, nil
}

// removeEmpty removes a file that holds nothing that anybody could miss, and refuses any other.
func removeEmpty(ctx context.Context, path string) (err error) {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return nil
	}
	lock, err := sqlitedb.Lock(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if free, err := holdsNothing(ctx, path); err != nil || !free {
		return errors.Join(&CopyError{CopyHolds}, err)
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return errCopying(err)
		}
	}
	return nil
}

// holdsNothing reports whether a file is the beginning of a copy, or a store in which nothing was ever kept. It leaves it as it is.
func holdsNothing(ctx context.Context, path string) (free bool, err error) {
	db, err := sqlitedb.Peek(path)
	if err != nil {
		return false, errCopying(err)
	}
	defer db.Close()
	if unfinished, err := isUnfinished(ctx, db); err != nil || unfinished {
		return unfinished, errCopying(err)
	}
	err = db.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM chat) AND NOT EXISTS (SELECT 1 FROM seen)
		AND NOT EXISTS (SELECT 1 FROM once) AND NOT EXISTS (SELECT 1 FROM sequence) AND NOT EXISTS (SELECT 1 FROM dead_letter)
		AND NOT EXISTS (SELECT 1 FROM shard WHERE event > 0 OR fence > 0)`).Scan(&free)
	return free, errCopying(err)
}

// Unfinished reports whether the file at a path is the beginning of a copy that did not end. It leaves the file as it is.
func Unfinished(ctx context.Context, path string) (bool, error) {
	db, err := sqlitedb.Peek(path)
	if err != nil {
		return false, errCopying(err)
	}
	defer db.Close()
	unfinished, err := isUnfinished(ctx, db)
	return unfinished, errCopying(err)
}

func isUnfinished(ctx context.Context, db *sql.DB) (unfinished bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)`, unfinishedTable).Scan(&unfinished)
	return unfinished, err
}

func (s *sqliteTarget) release() error { return s.Close() }

// put writes a step of the copy.
func (s *sqliteTarget) put(ctx context.Context, apply func(*conn) error) error {
	return s.write(ctx, "copy", apply)
}

// begin writes the numbers that were given last, before anything that has one.
func (s *sqliteTarget) begin(ctx context.Context, c copyCounters) error {
	return s.put(ctx, func(l *conn) error {
		if _, err := l.Exec(`UPDATE meta SET fence = ?`, c.fence); err != nil {
			return err
		}
		for table, last := range map[string]uint64{"waiting": c.updates, "dead_letter": c.dead} {
			if _, err := l.Exec(`INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)`, table, last); err != nil {
				return err
			}
		}
		for n, of := range c.shards {
			if _, err := l.Exec(`UPDATE shard SET fence = ?, event = ? WHERE id = ?`, of.fence, of.event, n); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sqliteTarget) putValues(ctx context.Context, values []copyValue) error {
	return s.put(ctx, func(l *conn) (err error) {
		for _, v := range values {
			if v.sequence {
				_, err = l.Exec(`INSERT OR IGNORE INTO sequence (name, last) VALUES (?, ?)`, v.name, v.last)
			} else {
				_, err = l.Exec(`INSERT OR IGNORE INTO once (name, value) VALUES (?, ?)`, v.name, blob(v.value))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sqliteTarget) putEvents(ctx context.Context, shard bot.Shard, events []bot.Event) error {
	if len(events) == 0 {
		return nil
	}
	return s.put(ctx, func(l *conn) error {
		for _, e := range events {
			_, err := l.Exec(`INSERT INTO event (id, chat, body) VALUES (?, ?, ?)`, eventID(shard, e.Seq), e.Chat[:], blob(e.Body))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// putChats writes what is not there yet, and counts it.
func (s *sqliteTarget) putChats(ctx context.Context, chats []copyChat) (put Copied, err error) {
	err = s.put(ctx, func(l *conn) error {
		put = Copied{}
		for i := range chats {
			if err := putChat(l, &chats[i], &put); err != nil {
				return err
			}
		}
		return nil
	})
	return put, err
}

func putChat(l *conn, c *copyChat, put *Copied) error {
	put.Damaged += c.damaged
	var err error
	insert := func(count *int64, query string, args ...any) {
		if err == nil {
			var n int64
			n, err = l.Exec(query, append([]any{c.key[:]}, args...)...)
			*count += n
		}
	}
	if r := c.record; r != nil {
		insert(&put.Chats, `INSERT OR IGNORE INTO chat (key, version, session, effect, forget, review) VALUES (?, ?, ?, ?, ?, ?)`,
			int64(r.version), blob(r.session), r.effect, date(r.forget), date(r.review))
	}
	for _, v := range c.ids {
		insert(&put.IDs, `INSERT OR IGNORE INTO seen (chat, id, at) VALUES (?, ?, ?)`, v.id, v.at)
	}
	for _, v := range c.waiting {
		insert(&put.Updates, `INSERT OR IGNORE INTO waiting (chat, seq, at, tries, body) VALUES (?, ?, ?, ?, ?)`, int64(v.seq), v.at, v.tries, blob(v.body))
	}
	for _, v := range c.messages {
		insert(&put.Messages, `INSERT OR IGNORE INTO letter (chat, n, tries, due, keep, body) VALUES (?, ?, ?, ?, ?, ?)`,
			int64(v.n), v.tries, v.due, v.keep, blob(v.body))
	}
	for _, v := range c.timers {
		insert(&put.Timers, `INSERT OR IGNORE INTO timer (chat, name, due, body) VALUES (?, ?, ?, ?)`, v.name, v.due, blob(v.body))
	}
	for _, v := range c.dead {
		insert(&put.DeadLetters, `INSERT OR IGNORE INTO dead_letter (chat, id, kind, name, n, reason, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			int64(v.id), int(v.kind), v.name, int64(v.n), v.reason, v.at, blob(v.body))
	}
	return err
}

// finish takes away what says that the file is not whole.
func (s *sqliteTarget) finish(ctx context.Context) error {
	return s.put(ctx, func(l *conn) error {
		_, err := l.Exec(`DROP TABLE ` + unfinishedTable)
		return err
	})
}
