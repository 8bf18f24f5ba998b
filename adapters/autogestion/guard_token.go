package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Guards of tokens. A wrong number counts against what it may have been a guess at: the affiliate's live token, and their
// preprinted ones. So a lock belongs to a token and not to the person: the next token is accepted at once.
var (
	// One provider and one affiliate's token. Five wrong numbers are a bad day at the counter; the sixth is guessing. It locks
	// nothing at any other provider.
	guardHere = guard{kind: "token here", bound: 5, window: 15 * time.Minute, lock: 15 * time.Minute, maxLock: 4 * time.Hour}
	// One affiliate's token at all providers together: 20 guesses at a million numbers. No token lives longer than this lock.
	guardToken = guard{kind: "token", bound: 20, window: 24 * time.Hour, lock: 24 * time.Hour, maxLock: 24 * time.Hour}
	// One affiliate's paper at all providers together. Paper cannot be replaced at the counter, so the lock is short.
	guardPaper = guard{kind: "paper", bound: 20, window: 24 * time.Hour, lock: time.Hour, maxLock: 4 * time.Hour}
)

// guessTarget is what a wrong number may have been a guess at, with the guards that count it.
type guessTarget struct {
	here, all guarded
}

func (t guessTarget) guards() []guarded { return []guarded{t.here, t.all} }

// liveTarget is the affiliate's live token, which has this counter; 0 if there is none.
func liveTarget(provider string, p person, counter int64) guessTarget {
	id := fmt.Sprint(p.member, "|", counter)
	return guessTarget{guarded{guard: guardHere, id: provider + "|" + id}, guarded{guard: guardToken, id: id}}
}

// paperTarget is all of the affiliate's preprinted tokens.
func paperTarget(provider string, p person) guessTarget {
	id := string(p.member) + "|paper"
	return guessTarget{guarded{guard: guardHere, id: provider + "|" + id}, guarded{guard: guardPaper, id: id}}
}

// targetLocked returns until when a target is locked at its provider, the zero time if it is not.
func (s *Service) targetLocked(ctx context.Context, q querier, t guessTarget, now time.Time) (until time.Time, err error) {
	for _, g := range t.guards() {
		end, err := s.lockedUntil(ctx, q, g.guard, g.id, now)
		if err != nil {
			return until, err
		}
		if end.After(until) {
			until = end
		}
	}
	return until, nil
}

// countGuess counts a wrong number against a target. A guard that is locked counts no further.
func (s *Service) countGuess(ctx context.Context, tx *sql.Tx, t guessTarget, now time.Time) error {
	for _, g := range t.guards() {
		until, err := s.lockedUntil(ctx, tx, g.guard, g.id, now)
		if err == nil && until.IsZero() {
			err = s.recordFailure(ctx, tx, g.guard, g.id, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// liveCounter returns the counter of the live token of a person, 0 if there is none.
func (s *Service) liveCounter(ctx context.Context, q querier, p person, now time.Time) (int64, error) {
	live, err := s.liveToken(ctx, q, p, now)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return live.counter + 1, err // counters begin with 0
}

// tokenLock returns until when the live token of a person is locked: everywhere, or at a provider that denied one since the
// validation seen.
func (s *Service) tokenLock(ctx context.Context, q querier, p person, seen int64, now time.Time) (until time.Time, err error) {
	counter, err := s.liveCounter(ctx, q, p, now)
	if err != nil {
		return until, err
	}
	names, err := s.providersSince(ctx, q, p, seen)
	if err != nil {
		return until, err
	}
	for _, name := range append(names, "") {
		end, err := s.targetLocked(ctx, q, liveTarget(name, p, counter), now)
		if err != nil {
			return until, err
		}
		if end.After(until) {
			until = end
		}
	}
	return until, nil
}

// providersSince returns the providers that denied a token of a person after a validation.
func (s *Service) providersSince(ctx context.Context, q querier, p person, seen int64) (names []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT o.name FROM validation v JOIN provider o ON o.id = v.provider
		WHERE v.person = ? AND v.id > ? AND v.reason <> ''`, p.id, seen)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
