package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"llave/bot"
)

// Due lists what is due. See [bot.Timers].
func (s *SQLite) Due(ctx context.Context, shards []bot.Shard, now time.Time, after bot.TimerDue, limit int) (due []bot.TimerDue, err error) {
	err = s.read(ctx, "due", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			var t bot.TimerDue
			var chat []byte
			var at int64
			if err := r.Scan(&chat, &t.Name, &at, &t.Body); err != nil {
				return err
			}
			t.Chat, t.Due = chatKeyOf(chat), timeOf(at)
			due = append(due, t)
			return nil
		}, dueSQL, micros(now), micros(after.Due), after.Chat[:], after.Name, max(limit, 0), shardBytes(shards))
	})
	return due, err
}

// shardBytes are the first bytes of the keys of shards: what a statement looks for a chat's own in.
func shardBytes(shards []bot.Shard) []byte {
	all := make([]byte, len(shards))
	for i, s := range shards {
		all[i] = byte(s)
	}
	return all
}

const dueSQL = `SELECT chat, name, due, body FROM timer
	WHERE due <= ?1 AND (due, chat, name) > (?2, ?3, ?4) AND instr(?6, substr(chat, 1, 1)) > 0 ORDER BY due, chat, name LIMIT ?5`

// eventID puts a shard's log into one stretch of the table's row numbers, in order.
func eventID(s bot.Shard, seq uint64) int64 { return int64(s)<<eventBits | int64(min(seq, maxEvent)) }

const (
	eventBits = 48
	maxEvent  = 1<<eventBits - 1
)

// Events lists the log of a shard. See [bot.Log].
func (s *SQLite) Events(ctx context.Context, shard bot.Shard, after uint64, limit int) (events []bot.Event, err error) {
	err = s.read(ctx, "events", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			var e bot.Event
			var id int64
			var chat []byte
			if err := r.Scan(&id, &chat, &e.Body); err != nil {
				return err
			}
			e.Seq, e.Chat = uint64(id&maxEvent), chatKeyOf(chat)
			events = append(events, e)
			return nil
		}, eventsSQL, eventID(shard, after), eventID(shard, maxEvent), max(limit, 0))
	})
	return events, err
}

const eventsSQL = `SELECT id, chat, body FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`

// Trim forgets the log up to a number. See [bot.Log].
func (s *SQLite) Trim(ctx context.Context, shard bot.Shard, upto uint64) error {
	for n := int64(chunk); n == chunk; {
		err := s.write(ctx, "trim", func(l *conn) (err error) {
			n, err = l.Exec(trimSQL, eventID(shard, 0), eventID(shard, upto), chunk)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const trimSQL = `DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?)`

// AcquireShards takes shards. See [bot.Leases].
func (s *SQLite) AcquireShards(ctx context.Context, shards []bot.Shard) (f bot.Fence, err error) {
	var wanted [bot.Shards]bool // a shard that is named twice is taken once
	for _, n := range shards {
		wanted[n] = true
	}
	err = s.write(ctx, "claim", func(l *conn) error {
		if err := l.Row([]any{&f}, `UPDATE meta SET fence = fence + 1 RETURNING fence`); err != nil {
			return err
		}
		for n, ok := range wanted {
			if !ok {
				continue
			}
			if err := claim(l, bot.Shard(n), f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return f, nil
}

func claim(l *conn, n bot.Shard, f bot.Fence) error {
	_, err := l.Exec(`UPDATE shard SET fence = ? WHERE id = ?`, uint64(f), n)
	return err
}

// BeginTurn notes a try. See [bot.Inbox].
func (s *SQLite) BeginTurn(ctx context.Context, fence bot.Fence, chat bot.ChatKey, update uint64) error {
	return s.write(ctx, "begin", func(l *conn) error {
		held, err := holds(l, chat.Shard(), fence)
		if err != nil {
			return err
		}
		if !held {
			return bot.ErrFenced
		}
		n, err := l.Exec(`UPDATE waiting SET tries = tries + 1 WHERE seq = ? AND chat = ?`, int64(update), chat[:])
		if err == nil && n == 0 {
			err = bot.ErrConflict
		}
		return err
	})
}

// PutIfAbsent keeps the first value given under a name. See [bot.Maintenance].
func (s *SQLite) PutIfAbsent(ctx context.Context, name string, value []byte) (kept []byte, err error) {
	err = s.write(ctx, "once", func(l *conn) error {
		if value == nil {
			err := l.Row([]any{&kept}, `SELECT value FROM once WHERE name = ?`, name)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			return err
		}
		if _, err := l.Exec(`INSERT INTO once (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, blob(value)); err != nil {
			return err
		}
		return l.Row([]any{&kept}, `SELECT value FROM once WHERE name = ?`, name)
	})
	return kept, err
}

// TakeNumbers takes numbers of a sequence. See [bot.Sequences].
func (s *SQLite) TakeNumbers(ctx context.Context, name string, n int) (first uint64, err error) {
	if err := s.ready(ctx, "numbers"); err != nil {
		return 0, err
	}
	if err := checkNumbers(name, n); err != nil {
		return 0, err
	}
	err = s.write(ctx, "numbers", func(l *conn) error {
		return l.Row([]any{&first}, `INSERT INTO sequence (name, last) VALUES (?1, ?2)
			ON CONFLICT DO UPDATE SET last = last + ?2 RETURNING last - ?2 + 1`, name, n)
	})
	if err != nil {
		return 0, err
	}
	return first, nil
}

// Ping writes a number durably and reads it back on a connection for reading. See [bot.Maintenance].
func (s *SQLite) Ping(ctx context.Context) error {
	var wrote, read int64
	err := s.write(ctx, "ping", func(l *conn) error {
		return l.Row([]any{&wrote}, `UPDATE meta SET ping = ping + 1 RETURNING ping`)
	})
	if err != nil {
		return err
	}
	err = s.read(ctx, "ping", func(l *conn) error { return l.Row([]any{&read}, `SELECT ping FROM meta`) })
	if err == nil && read < wrote {
		err = fmt.Errorf("store: ping: wrote %d and read %d", wrote, read)
	}
	return err
}
