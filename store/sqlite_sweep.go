package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"llave/bot"
)

// chunk is how much is deleted in one transaction, between which turns go on; a chat is worth several rows.
const (
	chunk      = 512
	chunkChats = 64
)

// sweptCounters count what was forgotten since the store was opened.
type sweptCounters struct{ ids, dead, chats, failed atomic.Int64 }

// Swept counts what was forgotten. See [bot.Maintenance].
func (c *sweptCounters) Swept() bot.Swept {
	return bot.Swept{IDs: c.ids.Load(), DeadLetters: c.dead.Load(), Chats: c.chats.Load(), Failed: c.failed.Load()}
}

// Swept counts what was forgotten. See [bot.Maintenance].
func (s *SQLite) Swept() bot.Swept { return s.swept.Swept() }

// Sweep forgets what is old. See [bot.Maintenance].
func (s *SQLite) Sweep(ctx context.Context, shards []bot.Shard, now time.Time) error {
	of := shardBytes(shards)
	ids, dead := micros(now.Add(-bot.DedupWindow)), micros(now.Add(-bot.DeadLetterRetention))
	return errors.Join(
		s.sweep(ctx, &s.swept.ids, chunk, func(l *conn, limit, skip int) (int64, error) {
			return l.Exec(sweepSeenSQL, ids, limit, skip, of)
		}),
		s.sweep(ctx, &s.swept.dead, chunk, func(l *conn, limit, skip int) (int64, error) {
			return l.Exec(sweepDeadSQL, dead, limit, skip, of)
		}),
		s.sweep(ctx, &s.swept.chats, chunkChats, func(l *conn, limit, skip int) (int64, error) {
			return forgetChats(l, of, now, limit, skip)
		}))
}

const (
	sweepSeenSQL = `DELETE FROM seen WHERE (chat, id) IN (SELECT chat, id FROM seen WHERE at < ?1 AND instr(?4, substr(chat, 1, 1)) > 0 ORDER BY at LIMIT ?2 OFFSET ?3)`
	sweepDeadSQL = `DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter WHERE at < ?1 AND instr(?4, substr(chat, 1, 1)) > 0 ORDER BY at LIMIT ?2 OFFSET ?3)`
)

// sweep deletes a step at a time until nothing is left but the rows that cannot be deleted. Remove deletes up to
// limit rows, without the first skip of them.
func (s *SQLite) sweep(ctx context.Context, count *atomic.Int64, step int, remove func(l *conn, limit, skip int) (int64, error)) error {
	skip := 0
	var failed error
	for {
		n, err := s.removed(ctx, count, func(l *conn) (int64, error) { return remove(l, step, skip) })
		if err == nil && n < int64(step) {
			return failed
		}
		if err == nil {
			continue
		}
		if !ofARow(ctx, err) {
			return errors.Join(failed, err)
		}
		failed = err
		if skip, err = s.oneByOne(ctx, count, step, skip, remove); err != nil {
			return err
		}
	}
}

// oneByOne goes through a step that failed as a whole. It returns how many rows to leave out from now on; an error
// if not one of them could be deleted, which is no fault of a row.
func (s *SQLite) oneByOne(ctx context.Context, count *atomic.Int64, step, skip int, remove func(l *conn, limit, skip int) (int64, error)) (int, error) {
	gone := false
	var failed error
	for range step {
		n, err := s.removed(ctx, count, func(l *conn) (int64, error) { return remove(l, 1, skip) })
		switch {
		case err != nil && !ofARow(ctx, err):
			return skip, err
		case err != nil:
			s.swept.failed.Add(1)
			failed = err
			skip++
		case n == 0:
			return skip, nil
		default:
			gone = true
		}
	}
	if !gone {
		return skip, failed
	}
	return skip, nil
}

func (s *SQLite) removed(ctx context.Context, count *atomic.Int64, remove func(*conn) (int64, error)) (n int64, err error) {
	err = s.write(ctx, "sweep", func(l *conn) (err error) {
		n, err = remove(l)
		return err
	})
	if err != nil {
		return 0, err
	}
	count.Add(n)
	return n, nil
}

// forgetChats deletes chats whose time is over and in which nothing is owed, with all that is kept of them. The log
// of events keeps its numbers.
func forgetChats(l *conn, shards []byte, now time.Time, limit, skip int) (n int64, err error) {
	keys, err := keysOf(l, forgetSQL, micros(now), limit, skip, shards)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		for _, query := range []string{
			`DELETE FROM chat WHERE key = ?`, `DELETE FROM seen WHERE chat = ?`, `DELETE FROM dead_letter WHERE chat = ?`,
			`UPDATE event SET body = x'' WHERE chat = ?`,
		} {
			if _, err := l.Exec(query, k[:]); err != nil {
				return 0, err
			}
		}
	}
	return int64(len(keys)), nil
}

const (
	forgetSQL = `SELECT key FROM chat WHERE forget <= ?1 AND instr(?4, substr(key, 1, 1)) > 0 AND effect IS NULL
		AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.chat = key) AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.chat = key)
		AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.chat = key) ORDER BY forget LIMIT ?2 OFFSET ?3`
	idleSQL = `SELECT key FROM chat WHERE review <= ? AND effect IS NULL
		AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.chat = key) AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.chat = key)
		AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.chat = key) ORDER BY review LIMIT ? OFFSET ?`
)

// Idle lists chats to be reviewed. See [bot.Maintenance].
func (s *SQLite) Idle(ctx context.Context, now time.Time, skip, limit int) (keys []bot.ChatKey, err error) {
	err = s.read(ctx, "idle", func(l *conn) error {
		keys, err = keysOf(l, idleSQL, micros(now), max(limit, 0), max(skip, 0))
		return err
	})
	return keys, err
}

func keysOf(l *conn, query string, args ...any) (keys []bot.ChatKey, err error) {
	err = l.Rows(func(r *sql.Rows) error {
		var k []byte
		err := r.Scan(&k)
		keys = append(keys, chatKeyOf(k))
		return err
	}, query, args...)
	return keys, err
}
