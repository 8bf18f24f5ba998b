package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
)

// resetLasts leaves some time for a slow e-mail; no longer, because a code in a mailbox is a key (ASVS 6.5.5).
const resetLasts = 10 * time.Minute

// resetsADay is how often a browser at an address may ask for a code.
const resetsADay = 10

// askReset sends a code to the e-mail address of the account. It does not reveal whether there is such an account: for one
// that does not exist a browser waits for a code that nothing matches.
func (s *Service) askReset(ctx context.Context, r form.ResetRequest) error {
	cuil, faults := r.Read()
	if len(faults) > 0 {
		return faults
	}
	if err := s.countForm(ctx, "reset", asker{r.Browser, r.Address, r.Proof}, resetsADay, "reset_often"); err != nil {
		return wrap("ask reset", err)
	}
	seed, err := s.keys.random(32)
	if err != nil {
		return wrap("ask reset", err)
	}
	return wrap("ask reset", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		id, err := s.accountOf(ctx, tx, cuil)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		account := sql.NullInt64{Int64: id, Valid: err == nil}
		_, err = tx.ExecContext(ctx, `INSERT INTO reset (ticket, account, seed, until) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (ticket) DO UPDATE SET account = ?2, seed = ?3, until = ?4, tries = 0`,
			s.browserHash(r.Browser), account, seed, now.Add(resetLasts).UnixNano())
		if err != nil {
			return err
		}
		text := struct{ Code string }{showCode(s.resetCode(seed))}
		if !account.Valid {
			return s.mailNobody(ctx, tx, "mail_reset", text, now)
		}
		return s.mailAccountUntil(ctx, tx, id, "mail_reset", text, now, now.Add(resetLasts))
	}))
}

func (s *Service) resetCode(seed []byte) string {
	return deriveCode(s.keys.derived("reset", seed), seed)
}

// doReset sets a new password with the code from the e-mail. All links of the account end, and all codes that were not typed
// yet: the old password opens nothing any more.
func (s *Service) doReset(ctx context.Context, r form.Reset) (account int64, err error) {
	if f := r.Faults(); len(f) > 0 {
		return 0, f
	}
	seed, p, err := s.tryReset(ctx, r.Browser, r.Code)
	if err != nil {
		return 0, wrap("reset", err)
	}
	if why := form.PasswordFault(r.Password, p.CUIL, p.Name); why != "" {
		return 0, form.Faults{{Why: why, Field: "password"}}
	}
	phc, err := s.newPassword(ctx, r.Password)
	if err != nil {
		return 0, wrap("reset", err)
	}
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		// The row is deleted first: of two resets at once the second is too late.
		res, err := tx.ExecContext(ctx, "DELETE FROM reset WHERE ticket = ? AND seed = ?", s.browserHash(r.Browser), seed)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, &form.Refused{Why: "reset_gone"})
		}
		if account, err = s.accountOf(ctx, tx, p.CUIL); err != nil {
			return err
		}
		return s.setPassword(ctx, tx, p.CUIL, phc, s.loginAttempt(p.CUIL, form.SignIn{Browser: r.Browser, Address: r.Address}), now)
	})
	return account, wrap("reset", err)
}

// tryReset checks a code. It returns the seed of the reset and the person of its account. A wrong code costs one of three
// tries.
func (s *Service) tryReset(ctx context.Context, browser, code string) (seed []byte, p person, err error) {
	var no *form.Refused
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var account sql.NullInt64
		var tries int
		err := tx.QueryRowContext(ctx, "SELECT account, seed, tries FROM reset WHERE ticket = ? AND until > ? AND tries < ?",
			s.browserHash(browser), now.UnixNano(), codeTries).Scan(&account, &seed, &tries)
		if errors.Is(err, sql.ErrNoRows) {
			no = &form.Refused{Why: "reset_gone"}
			return nil
		}
		if err != nil {
			return err
		}
		right := subtle.ConstantTimeCompare([]byte(parseCode(code)), []byte(s.resetCode(seed))) == 1
		if !right || !account.Valid {
			no = &form.Refused{Why: "reset_code_wrong", Field: "code"}
			if tries+1 >= codeTries {
				no = &form.Refused{Why: "reset_gone"}
			}
			_, err := tx.ExecContext(ctx, "UPDATE reset SET tries = tries + 1 WHERE ticket = ?", s.browserHash(browser))
			return err
		}
		p, err = s.holderOf(ctx, tx, account.Int64)
		return err
	})
	if err == nil && no != nil {
		err = no
	}
	return seed, p, err
}

// setPassword changes the password of an account and ends what the old one opened.
func (s *Service) setPassword(ctx context.Context, tx *sql.Tx, cuil, phc string, who loginAttempt, now time.Time) error {
	id, err := s.accountOf(ctx, tx, cuil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE account SET password = ?, changed = ?, suspect = 0 WHERE id = ?", phc, now.UnixNano(), id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM link WHERE account = ?", id); err != nil {
		return err
	}
	if err := s.endSignIns(ctx, tx, id); err != nil {
		return err
	}
	// The count of all strangers, too: who reads the mailbox of an account is its owner.
	for _, c := range append(who.tallies(true), who.tallies(false)...) {
		if c.tally == tallyAddress {
			continue
		}
		if err := s.clear(ctx, tx, c.tally, c.id); err != nil {
			return err
		}
	}
	if err := s.clear(ctx, tx, tallyTold, who.person); err != nil {
		return err
	}
	return s.mailAccount(ctx, tx, id, "mail_password", nil, now)
}
