package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"math/bits"
	"time"
)

// guarded is a guard and its subject.
type guarded struct {
	guard
	id string
}

// guard bounds failures: past the bound the subject is locked for a while, and longer each time. The counts are in the file,
// so that a restart does not clear them.
type guard struct {
	kind    string
	bound   int           // failures in a window that lock
	window  time.Duration // begins with the first of them
	lock    time.Duration // the first lock; the next one is twice as long
	maxLock time.Duration // no lock is longer
	share   bool          // lock only if there were fewer successes than failures in the window
}

// guardProvider bounds one guess at each of many affiliates. A chain with a thousand questions an hour mistypes twenty, so twenty lock only
// if fewer tokens than that were accepted: what counts is the share. Only digits that never were a token count.
var guardProvider = guard{kind: "provider", bound: 20, share: true, window: time.Hour, lock: 15 * time.Minute, maxLock: 4 * time.Hour}

// lockMemory is the time without a lock after which the next lock is a first one again.
const lockMemory = 24 * time.Hour

// lockedUntil returns the end of the lock of a subject, the zero time if it is not locked.
func (s *Service) lockedUntil(ctx context.Context, q querier, g guard, id string, now time.Time) (time.Time, error) {
	var until int64
	err := q.QueryRowContext(ctx, "SELECT until FROM guard WHERE subject = ?", s.subject(g, id)).Scan(&until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, err
	}
	if until <= now.UnixNano() {
		return time.Time{}, nil
	}
	return fromNano(until), nil
}

func (s *Service) subject(g guard, id string) []byte { return s.keys.hash("guard", g.kind, id) }

// recordFailure counts a failure, and locks at one too many.
func (s *Service) recordFailure(ctx context.Context, tx *sql.Tx, g guard, id string, now time.Time) error {
	var fails, good, earlier int
	var since, until int64
	err := tx.QueryRowContext(ctx, "SELECT fails, good, since, locks, until FROM guard WHERE subject = ?", s.subject(g, id)).
		Scan(&fails, &good, &since, &earlier, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if earlier > 0 && now.Sub(fromNano(until)) > lockMemory {
		earlier = 0
	}
	if fails+good == 0 || now.Sub(fromNano(since)) >= g.window {
		fails, good, since = 0, 0, now.UnixNano()
	}
	fails++
	if fails >= g.bound && (!g.share || fails > good) {
		until = now.Add(g.length(earlier)).UnixNano()
		fails, good, earlier = 0, 0, earlier+1
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO guard (subject, fails, good, since, locks, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (subject) DO UPDATE SET fails = ?2, good = ?3, since = ?4, locks = ?5, until = ?6`,
		s.subject(g, id), fails, good, since, earlier, until)
	return err
}

// countSuccess counts a success, for a guard that compares shares.
func (s *Service) countSuccess(ctx context.Context, tx *sql.Tx, g guard, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO guard (subject, fails, good, since, locks, until) VALUES (?1, 0, 1, ?2, 0, 0)
		ON CONFLICT (subject) DO UPDATE SET
			fails = CASE WHEN since > ?3 THEN fails ELSE 0 END,
			good  = CASE WHEN since > ?3 THEN good + 1 ELSE 1 END,
			since = CASE WHEN since > ?3 THEN since ELSE ?2 END`,
		s.subject(g, id), now.UnixNano(), now.Add(-g.window).UnixNano())
	return err
}

// length returns the length of the next lock: it doubles with each.
func (g guard) length(locks int) time.Duration {
	if locks > bits.Len64(uint64(g.maxLock/g.lock)) {
		return g.maxLock
	}
	return min(g.lock<<locks, g.maxLock)
}
