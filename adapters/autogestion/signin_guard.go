package autogestion

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/work"
)

// loginAttempt is an attempt at a password, with the subjects for which it counts.
type loginAttempt struct {
	cuil    []byte // hash
	browser []byte // hash
	person  string
	address string
	pair    string // person and address
	device  string // person and browser
}

func (s *Service) loginAttempt(cuil string, in form.SignIn) loginAttempt {
	h, b := s.cuilHash(cuil), s.browserHash(in.Browser)
	person := hex.EncodeToString(h)
	return loginAttempt{cuil: h, browser: b, person: person, address: in.Address, pair: person + "|" + in.Address,
		device: person + "|" + hex.EncodeToString(b)}
}

// tallies returns those that count an attempt. A known browser, which signed in to the account before, has only its own.
func (w loginAttempt) tallies(known bool) []counted {
	if known {
		return []counted{{tally: tallyDevice, id: w.device}}
	}
	return []counted{{tally: tallyPair, id: w.pair}, {tally: tallyAddress, id: w.address}, {tally: tallyAccount, id: w.person}}
}

// accountRow is what the sign-in needs of an account; empty if there is none.
type accountRow struct {
	id       int64
	password string
	suspect  bool // the owner said that a stranger signed in
}

// countedAttempt is an attempt that was counted in advance.
type countedAttempt struct {
	loginAttempt
	acc    accountRow
	tried  []counted
	level  work.Level // of the proof that it needs
	next   work.Level // of the one that the next needs, if this one fails
	second bool       // the password alone is not enough
}

// recordAttempt counts an attempt before the password is checked, so that many at once cannot exceed a bound. A CUIL without
// an account takes the same steps.
func (s *Service) recordAttempt(ctx context.Context, who loginAttempt) (try countedAttempt, err error) {
	try.loginAttempt = who
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var known bool
		err := tx.QueryRowContext(ctx, `SELECT a.id, a.password, a.suspect <> 0, EXISTS (SELECT 1 FROM known k WHERE k.browser = ?2 AND k.account = a.id)
			FROM account a JOIN person p ON p.id = a.person WHERE p.cuil = ?1`, who.cuil, who.browser).Scan(&try.acc.id, &try.acc.password, &try.acc.suspect, &known)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if known { // a stolen browser has as many guesses as all strangers together
			n, err := s.tallied(ctx, tx, tallyDevice, who.device, now)
			if err != nil {
				return err
			}
			known = n < guessesADay
		}
		return s.countAttempt(ctx, tx, &try, known, now)
	})
	return try, err
}

func (s *Service) countAttempt(ctx context.Context, tx *sql.Tx, try *countedAttempt, known bool, now time.Time) error {
	try.second = try.acc.suspect
	for _, c := range try.tallies(known) {
		var err error
		if c.n, err = s.count(ctx, tx, c.tally, c.id, now); err != nil {
			return err
		}
		try.tried = append(try.tried, c)
		try.level, try.next = max(try.level, c.level()), max(try.next, counted{c.tally, c.id, c.n + 1}.level())
		if c.tally != tallyAccount {
			continue
		}
		try.second = try.second || c.n >= guessesADay
		if c.n+1 == guessesADay && try.acc.id != 0 {
			if err := s.tellOwner(ctx, tx, try.acc.id, try.person, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellOwner tells the owner of an account once that somebody tries passwords.
func (s *Service) tellOwner(ctx context.Context, tx *sql.Tx, account int64, person string, now time.Time) error {
	told, err := s.count(ctx, tx, tallyTold, person, now)
	if err != nil || told > 0 {
		return err
	}
	s.opt.Log.WarnContext(ctx, "autogestion: many failed sign-ins for one account", "failures", guessesADay, "within", tallyAccount.window)
	return s.mailAccount(ctx, tx, account, "mail_guessing", nil, now)
}

// recordSuccess takes back the count of an attempt with the right password, and makes the browser a known device.
func (s *Service) recordSuccess(ctx context.Context, tx *sql.Tx, try countedAttempt, now time.Time) error {
	for _, c := range try.tried {
		var err error
		if c.tally == tallyPair || c.tally == tallyDevice {
			err = s.clear(ctx, tx, c.tally, c.id)
		} else {
			err = s.takeBack(ctx, tx, c.tally, c.id)
		}
		if err != nil {
			return err
		}
	}
	return s.rememberBrowser(ctx, tx, try.browser, try.acc.id, now)
}

// rememberBrowser makes a browser known to an account.
func (s *Service) rememberBrowser(ctx context.Context, tx *sql.Tx, browser []byte, account int64, now time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO known (browser, account, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3",
		browser, account, now.UnixNano())
	return err
}
