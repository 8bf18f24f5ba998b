package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/adapters/autogestion/work"
)

// tally counts failures and locks nothing: what they cost is a proof of work. The counts are in the file, so that a restart
// does not clear them.
type tally struct {
	kind   string
	window time.Duration // begins with the first failure
}

// An attempt at a password is counted by three tallies, from near to far. Many people share one address (of a telephone
// company, an office, a proxy that the configuration does not name), so an address makes the proof dearer and nothing else.
var (
	// One CUIL at one address: the mistypes of honest people.
	tallyPair = tally{"pair", 24 * time.Hour}
	// One CUIL in a browser that signed in to its account before. Failures of strangers do not count for it.
	tallyDevice = tally{"device", 24 * time.Hour}
	// One address, whoever it tries.
	tallyAddress = tally{"address", time.Hour}
	// One person from all addresses.
	tallyAccount = tally{"account", 24 * time.Hour}
	// Whether the owner of an account was told that somebody tries passwords.
	tallyTold = tally{"told", 7 * 24 * time.Hour}

	// Forms that send e-mail: by the browser that asks, and by its address.
	tallyAsker       = tally{"asker", 24 * time.Hour}
	tallyFormAddress = tally{"form address", time.Hour}
)

// guessesADay is how many passwords of a person are tried in a day in browsers that never signed in. After that they need a
// second code, too: it is the hundred of NIST SP 800-63B.
const guessesADay = 100

// counted is a tally with its subject, and the count that it had.
type counted struct {
	tally
	id string
	n  int
}

func (s *Service) tallySubject(t tally, id string) []byte {
	return s.keys.hash("guard", t.kind, id)
}

// tallied returns the count of a subject.
func (s *Service) tallied(ctx context.Context, q querier, t tally, id string, now time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT fails FROM guard WHERE subject = ? AND since > ?", s.tallySubject(t, id), now.Add(-t.window).UnixNano()).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, err
}

// count adds one, and returns the count that there was before.
func (s *Service) count(ctx context.Context, tx *sql.Tx, t tally, id string, now time.Time) (before int, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO guard (subject, fails, since, locks, until) VALUES (?1, 1, ?2, 0, 0)
		ON CONFLICT (subject) DO UPDATE SET
			fails = CASE WHEN since > ?3 THEN fails + 1 ELSE 1 END,
			since = CASE WHEN since > ?3 THEN since ELSE ?2 END
		RETURNING fails - 1`, s.tallySubject(t, id), now.UnixNano(), now.Add(-t.window).UnixNano()).Scan(&before)
	return before, err
}

// takeBack subtracts one that was counted in advance. The failures of others stay counted.
func (s *Service) takeBack(ctx context.Context, tx *sql.Tx, t tally, id string) error {
	_, err := tx.ExecContext(ctx, "UPDATE guard SET fails = max(fails - 1, 0) WHERE subject = ?", s.tallySubject(t, id))
	return err
}

// clear forgets a count.
func (s *Service) clear(ctx context.Context, tx *sql.Tx, t tally, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM guard WHERE subject = ?", s.tallySubject(t, id))
	return err
}

// level is how dear the next try of a subject is. From the third failure on it needs a proof.
func (c counted) level() work.Level {
	const from = 3
	switch {
	case c.tally == tallyAccount || c.n < from:
		return 0
	case c.tally != tallyAddress && c.tally != tallyFormAddress:
		return min(work.Level(c.n-from+1), work.MaxLevel)
	case c.n < 10:
		return 1
	case c.n < 20:
		return 2
	}
	return work.MaxLevel
}

// levelOf is the dearest of several.
func levelOf(all []counted) (l work.Level) {
	for _, c := range all {
		l = max(l, c.level())
	}
	return l
}

// addressLevel is how dear any try from an address is, for a page that does not know yet who will try.
func (s *Service) addressLevel(ctx context.Context, t tally, address string) work.Level {
	var c counted
	err := s.read(ctx, func(q querier, now time.Time) error {
		n, err := s.tallied(ctx, q, t, address, now)
		c = counted{t, address, n}
		return err
	})
	if err != nil {
		s.opt.Log.ErrorContext(ctx, "autogestion: level of an address", "err", err) // the try itself is counted all the same
	}
	return c.level()
}
