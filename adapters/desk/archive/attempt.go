package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Throttled: too many sign-ins have failed for this user name. It says nothing of whether there is such an agent.
type Throttled struct{ After time.Duration }

func (e *Throttled) Error() string { return fmt.Sprintf("archive: sign-in: wait %s", e.After) }

// bound is how many sign-ins may fail before the next one must wait, and how long that is at most. Each failure doubles the
// wait.
type bound struct {
	free    int
	longest time.Duration
}

// One client gets few guesses for a user name. All clients together get more, and wait less, so that others cannot lock an
// agent out.
var (
	perClient = bound{5, 15 * time.Minute}
	perUser   = bound{50, time.Minute}
)

// attemptLasts is how long failures count.
const attemptLasts = 24 * time.Hour

func (b bound) wait(failed int) time.Duration {
	if failed < b.free {
		return 0
	}
	return min(b.longest, time.Second<<min(failed-b.free+1, 20))
}

// attempts are the rows of a user name and a client.
func (a *Archive) attempts(user, client string) map[string]bound {
	return map[string]bound{string(a.keys.hash("attempt", user, client)): perClient, string(a.keys.hash("attempts", user)): perUser}
}

// begin counts a sign-in as failed before it is tried, so that many at a time are no way around the bound. *Throttled if it may
// not be tried now.
func (a *Archive) begin(ctx context.Context, user, client string) error {
	now := a.now()
	return a.write(ctx, "sign-in", func(tx *sql.Tx) error {
		rows := a.attempts(user, client)
		counts := make(map[string]int, len(rows))
		for name, b := range rows {
			var failed int
			var at time.Time
			err := tx.QueryRowContext(ctx, "SELECT failed, at FROM attempt WHERE name = ?", []byte(name)).Scan(&failed, timeOf{&at})
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if now.Sub(at) >= attemptLasts {
				failed = 0
			}
			if after := at.Add(b.wait(failed)).Sub(now); after > 0 {
				return &Throttled{after}
			}
			counts[name] = failed + 1
		}
		for name, failed := range counts {
			_, err := exec(ctx, tx, "INSERT INTO attempt (name, failed, at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET failed = excluded.failed, at = excluded.at", []byte(name), failed, micro(now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// forgive forgets the failures before a sign-in that succeeded.
func (a *Archive) forgive(ctx context.Context, tx *sql.Tx, user, client string) error {
	for name := range a.attempts(user, client) {
		if _, err := exec(ctx, tx, "DELETE FROM attempt WHERE name = ?", []byte(name)); err != nil {
			return err
		}
	}
	return nil
}
