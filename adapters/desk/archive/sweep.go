package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// DefaultRetention is how long a closed case is kept, with all that belongs to it.
const DefaultRetention = 180 * 24 * time.Hour

// sweepEvery is how long something may stay after its time. sweepBatch bounds what one transaction does, so that others write
// in between.
const (
	sweepEvery = time.Minute
	sweepBatch = 50
)

// sweeper forgets until ctx ends.
func (a *Archive) sweeper(ctx context.Context) {
	defer close(a.swept)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := a.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.opt.Log.Error("archive: sweep", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep forgets what is old: closed cases after their retention, changes, outcomes of acts, sessions, failed sign-ins and
// unused one-time codes. The audit is never forgotten.
func (a *Archive) Sweep(ctx context.Context) error {
	for {
		n, err := a.sweepCases(ctx)
		if err != nil {
			return err
		}
		if n < sweepBatch {
			break
		}
	}
	a.lookAgain(ctx)
	now := a.now()
	return a.write(ctx, "sweep", func(tx *sql.Tx) error {
		for _, s := range []struct {
			query string
			args  []any
		}{
			// The last change stays: its id says where the numbers are.
			{"DELETE FROM change WHERE at <= ? AND id < (SELECT max(id) FROM change)", []any{micro(now.Add(-changeLasts))}},
			{"DELETE FROM act WHERE at <= ?", []any{micro(now.Add(-actLasts))}},
			{"DELETE FROM session WHERE expires <= ?", []any{micro(now)}},
			{"DELETE FROM attempt WHERE at <= ?", []any{micro(now.Add(-attemptLasts))}},
			{"UPDATE agent SET enrol = NULL, enrol_until = 0 WHERE enrol IS NOT NULL AND enrol_until <= ?", []any{micro(now)}},
		} {
			if _, err := exec(ctx, tx, s.query, s.args...); err != nil {
				return fmt.Errorf("%s: %w", s.query, err)
			}
		}
		return nil
	})
}

const oldCases = "SELECT id FROM caso WHERE state = 'closed' AND since <= ? ORDER BY since LIMIT ?"

// sweepCases forgets a batch of closed cases, and returns how many they were.
func (a *Archive) sweepCases(ctx context.Context) (n int, err error) {
	err = a.write(ctx, "sweep cases", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, oldCases, micro(a.now().Add(-a.opt.Retention)), sweepBatch)
		if err != nil {
			return err
		}
		list, err := scanAll(rows, func(id *uint64) []any { return []any{id} })
		for _, id := range list {
			if err := forgetCase(ctx, tx, id); err != nil {
				return err
			}
			a.cache.forget(id)
		}
		n = len(list)
		return err
	})
	return n, err
}

func forgetCase(ctx context.Context, tx *sql.Tx, id uint64) error {
	for _, query := range []string{
		"DELETE FROM piece WHERE blob IN (SELECT id FROM blob WHERE caso = ?)",
		"DELETE FROM blob WHERE caso = ?",
		"DELETE FROM fetch WHERE caso = ?",
		"DELETE FROM note WHERE caso = ?",
		"DELETE FROM seen WHERE caso = ?",
		"DELETE FROM receipt WHERE caso = ?",
		"DELETE FROM delivery WHERE caso = ?",
		"DELETE FROM entry WHERE caso = ?",
		"DELETE FROM caso WHERE id = ?",
	} {
		if _, err := exec(ctx, tx, query, id); err != nil {
			return err
		}
	}
	return nil
}
