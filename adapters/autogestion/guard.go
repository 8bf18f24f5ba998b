package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"math/bits"
	"time"
)

// guard bounds how often something may fail: past the bound the subject is locked for a while, and for longer
// each time. The counts are in the file, so that a restart is no new start.
type guard struct {
	kind   string
	bound  int           // failures borne in a window
	window time.Duration // from the first of them
	lock   time.Duration // the first lock; the next one is twice as long
	most   time.Duration // and never longer than this
	again  int           // failures borne after a lock; 0 means bound
}

var (
	// Five wrong numbers are a bad day at the counter; the sixth is guessing. With locks of 15 min, 30, 60, 120
	// and then 240 a whole day allows some 45 guesses at a million numbers, of which one is right.
	guardAffiliate = guard{kind: "affiliate", bound: 5, window: 15 * time.Minute, lock: 15 * time.Minute, most: 4 * time.Hour}
	// One guess at each of many affiliates is bounded here. Twenty in an hour is far above what a busy
	// reception mistypes, since only digits that never were a token count.
	guardProvider = guard{kind: "provider", bound: 20, window: time.Hour, lock: 15 * time.Minute, most: 4 * time.Hour}

	// The pair of a CUIL and an address is locked, not the person: they can sign in from anywhere else. After
	// the first lock each further failure locks again, twice as long.
	guardPair = guard{kind: "pair", bound: 5, window: 15 * time.Minute, lock: time.Minute, most: time.Hour, again: 1}
	// An address that tries many people. An office behind one address may fail twenty times an hour.
	guardAddress = guard{kind: "address", bound: 20, window: time.Hour, lock: time.Hour, most: 8 * time.Hour}
	// A person tried from many addresses: NIST SP 800-63B's hundred. Browsers that signed in before are exempt,
	// so that it does not lock the owner out.
	guardAccount = guard{kind: "account", bound: 100, window: 24 * time.Hour, lock: 24 * time.Hour, most: 24 * time.Hour}
	// Registration and reset send e-mail and tell something about a person each time.
	guardForm  = guard{kind: "form", bound: 10, window: time.Hour, lock: time.Hour, most: 8 * time.Hour}
	guardReset = guard{kind: "reset", bound: 5, window: 24 * time.Hour, lock: time.Hour, most: 24 * time.Hour}
)

// quiet is after how long without a lock the next one is a first one again.
const quiet = 24 * time.Hour

// lockedUntil is the zero time if the subject is not locked.
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

// fail counts a failure and locks when it is one too many.
func (s *Service) fail(ctx context.Context, tx *sql.Tx, g guard, id string, now time.Time) error {
	var fails, locks int
	var since, until int64
	err := tx.QueryRowContext(ctx, "SELECT fails, since, locks, until FROM guard WHERE subject = ?", s.subject(g, id)).
		Scan(&fails, &since, &locks, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if locks > 0 && now.Sub(fromNano(until)) > quiet {
		locks = 0
	}
	if fails == 0 || now.Sub(fromNano(since)) >= g.window {
		fails, since = 0, now.UnixNano()
	}
	fails++
	bound := g.bound
	if locks > 0 && g.again > 0 {
		bound = g.again
	}
	if fails >= bound {
		until = now.Add(g.length(locks)).UnixNano()
		fails, locks = 0, locks+1
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO guard (subject, fails, since, locks, until) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (subject) DO UPDATE SET fails = ?2, since = ?3, locks = ?4, until = ?5`,
		s.subject(g, id), fails, since, locks, until)
	return err
}

// length doubles with each lock.
func (g guard) length(locks int) time.Duration {
	if locks > bits.Len64(uint64(g.most/g.lock)) {
		return g.most
	}
	return min(g.lock<<locks, g.most)
}

// forget clears a subject that proved to be honest.
func (s *Service) forget(ctx context.Context, tx *sql.Tx, g guard, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM guard WHERE subject = ?", s.subject(g, id))
	return err
}

// refund takes back one failure that was counted in advance and turned out to be none, with the lock it brought.
func (s *Service) refund(ctx context.Context, tx *sql.Tx, g guard, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE guard SET
			fails = CASE WHEN until > ?2 THEN ?3 ELSE max(fails - 1, 0) END,
			locks = CASE WHEN until > ?2 THEN locks - 1 ELSE locks END,
			until = CASE WHEN until > ?2 THEN 0 ELSE until END
		WHERE subject = ?1`, s.subject(g, id), now.UnixNano(), g.bound-1)
	return err
}
