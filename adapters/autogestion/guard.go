package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"math/bits"
	"time"
)

// guard bounds failures: past the bound the subject is locked for a while, and longer each time. The counts are in the file,
// so that a restart does not clear them.
type guard struct {
	kind           string
	bound          int           // failures in a window that lock
	window         time.Duration // begins with the first of them
	lock           time.Duration // the first lock; the next one is twice as long
	maxLock        time.Duration // no lock is longer
	boundAfterLock int           // failures that lock again after a lock; 0: bound
	share          bool          // lock only if there were fewer successes than failures in the window
}

var (
	// Bounds one guess at each of many affiliates. A chain with a thousand questions an hour mistypes twenty, so twenty lock only
	// if fewer tokens than that were accepted: what counts is the share. Only digits that never were a token count.
	guardProvider = guard{kind: "provider", bound: 20, share: true, window: time.Hour, lock: 15 * time.Minute, maxLock: 4 * time.Hour}

	// An attempt at a password is counted by six guards, from near to far. Many people share one address (of a telephone
	// company, an office, a proxy that the configuration does not name), so a lock on an address alone does not refuse a
	// chat that did not fail there. None of the six refuses a browser that signed in to the account before.
	//
	// One CUIL in one browser at one address: the lock that honest people meet. After the first lock each further failure
	// locks again, twice as long.
	guardPair = guard{kind: "pair", bound: 5, window: 15 * time.Minute, lock: time.Minute, maxLock: time.Hour, boundAfterLock: 1}
	// One CUIL at one address, in all browsers: some 45 a day, so that one address cannot use up guardAccount.
	guardShared = guard{kind: "shared", bound: 15, window: 6 * time.Hour, lock: time.Minute, maxLock: time.Hour, boundAfterLock: 1}
	// An address that tries many people, and a chat whose invites failed there. They refuse only if both are locked: from
	// then on every two guesses cost a new chat.
	guardAddress = guard{kind: "address", bound: 20, window: time.Hour, lock: time.Hour, maxLock: time.Hour}
	guardChat    = guard{kind: "chat", bound: 2, window: time.Hour, lock: time.Hour, maxLock: time.Hour}
	// Chats cost little, so an address is bounded as a whole too, far above the mistypes of a neighbourhood: 300 an hour.
	guardFlood = guard{kind: "flood", bound: 300, window: time.Hour, lock: 10 * time.Minute, maxLock: time.Hour}
	// One person from many addresses: the hundred of NIST SP 800-63B.
	guardAccount = guard{kind: "account", bound: 100, window: 24 * time.Hour, lock: 24 * time.Hour, maxLock: 24 * time.Hour}
	// Registration and reset send e-mail and reveal something about a person each time: bounded by CUIL. Many people who
	// share an address may need them in the same hour.
	guardForm        = guard{kind: "form", bound: 10, window: time.Hour, lock: time.Hour, maxLock: 8 * time.Hour}
	guardFormAddress = guard{kind: "form address", bound: 200, window: time.Hour, lock: 10 * time.Minute, maxLock: 10 * time.Minute}
	guardReset       = guard{kind: "reset", bound: 5, window: 24 * time.Hour, lock: time.Hour, maxLock: 24 * time.Hour}
)

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
	_, err := s.countFailure(ctx, tx, g, id, now)
	return err
}

// countFailure is recordFailure, and reports whether this failure locked the subject.
func (s *Service) countFailure(ctx context.Context, tx *sql.Tx, g guard, id string, now time.Time) (locks bool, err error) {
	var fails, good, earlier int
	var since, until int64
	err = tx.QueryRowContext(ctx, "SELECT fails, good, since, locks, until FROM guard WHERE subject = ?", s.subject(g, id)).
		Scan(&fails, &good, &since, &earlier, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if earlier > 0 && now.Sub(fromNano(until)) > lockMemory {
		earlier = 0
	}
	if fails+good == 0 || now.Sub(fromNano(since)) >= g.window {
		fails, good, since = 0, 0, now.UnixNano()
	}
	fails++
	bound := g.bound
	if earlier > 0 && g.boundAfterLock > 0 {
		bound = g.boundAfterLock
	}
	if fails >= bound && (!g.share || fails > good) {
		until = now.Add(g.length(earlier)).UnixNano()
		fails, good, earlier, locks = 0, 0, earlier+1, true
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO guard (subject, fails, good, since, locks, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (subject) DO UPDATE SET fails = ?2, good = ?3, since = ?4, locks = ?5, until = ?6`,
		s.subject(g, id), fails, good, since, earlier, until)
	return locks, err
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

// clearFailures clears a subject that proved to be honest.
func (s *Service) clearFailures(ctx context.Context, tx *sql.Tx, g guard, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM guard WHERE subject = ?", s.subject(g, id))
	return err
}

// refundFailure takes back one failure that was counted in advance. The lock ends only if this failure brought it: the
// failures of others stay counted.
func (s *Service) refundFailure(ctx context.Context, tx *sql.Tx, g guard, id string, brought bool, now time.Time) error {
	query := "UPDATE guard SET fails = max(fails - 1, 0) WHERE subject = ?1"
	args := []any{s.subject(g, id)}
	if brought {
		query = `UPDATE guard SET
			fails = CASE WHEN until > ?2 THEN ?3 ELSE max(fails - 1, 0) END,
			locks = CASE WHEN until > ?2 THEN locks - 1 ELSE locks END,
			until = CASE WHEN until > ?2 THEN 0 ELSE until END
		WHERE subject = ?1`
		args = append(args, now.UnixNano(), g.bound-1)
	}
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}
