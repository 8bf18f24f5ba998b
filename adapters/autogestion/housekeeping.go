package autogestion

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// How long rows are kept. The rule is "keep the counter, not the diary": when and for whom a token was asked comes close to
// saying who is ill.
const (
	keepTokens      = 35 * 24 * time.Hour // so that digits of last month are still called used or expired
	keepSheets      = 35 * 24 * time.Hour // after their month is over, for the same reason
	keepAnswers     = 3 * 24 * time.Hour  // answers by key; a day is promised
	keepValidations = 7 * 24 * time.Hour  // a pharmacy that was offline over a long weekend may ask again
	keepInvites     = 2 * 24 * time.Hour  // their seed could make the credential again
	keepGuards      = 2 * 24 * time.Hour
	keepKnown       = 180 * 24 * time.Hour
	keepMail        = 7 * 24 * time.Hour
	sweepEvery      = time.Hour
)

// Bounds of one transaction of a sweep, and of one page of tokens.
const (
	sweepBatch = 500
	sweepPage  = 2000
)

// sweepRules delete a batch of rows older than keep, in this order: a sheet goes after its tokens.
var sweepRules = [...]struct {
	query string
	keep  time.Duration
}{
	// A sheet goes as a whole, by the end of its month: the time of printing does not say how long it is valid.
	{`DELETE FROM token WHERE (person, counter) IN (SELECT person, counter FROM token
		WHERE sheet IN (SELECT id FROM sheet WHERE until < ?1) LIMIT ?2)`, keepSheets},
	{"DELETE FROM sheet WHERE id IN (SELECT id FROM sheet WHERE until < ?1 LIMIT ?2)", keepSheets},
	{"DELETE FROM another WHERE (account, key) IN (SELECT account, key FROM another WHERE at < ?1 LIMIT ?2)", keepAnswers},
	{"DELETE FROM validation WHERE id IN (SELECT id FROM validation WHERE at < ?1 LIMIT ?2)", keepValidations},
	{"DELETE FROM invite WHERE id IN (SELECT id FROM invite WHERE made < ?1 LIMIT ?2)", keepInvites},
	{"DELETE FROM reset WHERE ticket IN (SELECT ticket FROM reset WHERE until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM registration WHERE secret IN (SELECT secret FROM registration WHERE until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM link WHERE id IN (SELECT id FROM link WHERE until > 0 AND until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM openid_try WHERE state IN (SELECT state FROM openid_try WHERE until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM email_change WHERE id IN (SELECT id FROM email_change WHERE until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM session WHERE id IN (SELECT id FROM session WHERE until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM office WHERE person IN (SELECT person FROM office WHERE until < ?1 LIMIT ?2)", 0},
	{"DELETE FROM known WHERE (browser, account) IN (SELECT browser, account FROM known WHERE at < ?1 LIMIT ?2)", keepKnown},
	{"DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE at < ?1 LIMIT ?2)", keepMail},
	{"DELETE FROM notice WHERE name IN (SELECT name FROM notice WHERE at < ?1 LIMIT ?2)", keepNotices},
	{"DELETE FROM guard WHERE subject IN (SELECT subject FROM guard WHERE since < ?1 AND until < ?1 LIMIT ?2)", keepGuards},
}

// Housekeep deletes expired rows, at once and every hour, until its context ends. Without it a service keeps everything.
func (s *Service) Housekeep(ctx context.Context) {
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.opt.Log.Error("autogestion: what is over could not be forgotten", "err", err)
		}
		t := time.NewTimer(sweepEvery)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// Sweep deletes expired rows in short transactions, so that no request waits for it.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	if err := s.sweepTokens(ctx, now.Add(-keepTokens)); err != nil {
		return fmt.Errorf("autogestion: sweep: %w", err)
	}
	for _, rule := range sweepRules {
		for more := true; more; {
			var gone int64
			err := s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
				res, err := tx.ExecContext(ctx, rule.query, now.Add(-rule.keep).UnixNano(), sweepBatch)
				if err == nil {
					gone, err = res.RowsAffected()
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("autogestion: sweep: %w", err)
			}
			more = gone == sweepBatch
		}
	}
	return nil
}

// tokenKey identifies a token, in the order of making.
type tokenKey struct{ made, person, counter int64 }

// sweepTokens deletes old dynamic tokens, but never the newest of a person, which State describes. Those of people who asked
// once are found again in every sweep, so it reads them by pages, beside the writer.
func (s *Service) sweepTokens(ctx context.Context, before time.Time) error {
	last := tokenKey{}
	for {
		old, next, err := s.oldTokens(ctx, last, before)
		if err != nil {
			return err
		}
		for len(old) > 0 {
			n := min(sweepBatch, len(old))
			if err := s.deleteTokens(ctx, old[:n]); err != nil {
				return err
			}
			old = old[n:]
		}
		if next == last {
			return nil
		}
		last = next
	}
}

// oldTokens reads a page of tokens made after last and before a time. It returns those to delete, and the end of the page.
func (s *Service) oldTokens(ctx context.Context, last tokenKey, before time.Time) (old []tokenKey, end tokenKey, err error) {
	rows, err := s.file.Readers.QueryContext(ctx, `SELECT t.made, t.person, t.counter, t.sheet IS NULL AND EXISTS (SELECT 1 FROM token newer
			WHERE newer.person = t.person AND newer.sheet IS NULL AND newer.counter > t.counter)
		FROM token t WHERE (t.made, t.person, t.counter) > (?, ?, ?) AND t.made < ? ORDER BY t.made, t.person, t.counter LIMIT ?`,
		last.made, last.person, last.counter, before.UnixNano(), sweepPage)
	if err != nil {
		return nil, last, err
	}
	defer rows.Close()
	end = last
	for rows.Next() {
		var goes bool
		if err := rows.Scan(&end.made, &end.person, &end.counter, &goes); err != nil {
			return nil, last, err
		}
		if goes {
			old = append(old, end)
		}
	}
	return old, end, rows.Err()
}

func (s *Service) deleteTokens(ctx context.Context, old []tokenKey) error {
	return s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		one, err := tx.PrepareContext(ctx, "DELETE FROM token WHERE person = ? AND counter = ?")
		if err != nil {
			return err
		}
		defer one.Close()
		for _, t := range old {
			if _, err := one.ExecContext(ctx, t.person, t.counter); err != nil {
				return err
			}
		}
		return nil
	})
}
