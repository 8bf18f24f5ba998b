package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
)

// secondLasts leaves time for a slow e-mail.
const secondLasts = 10 * time.Minute

// askSecond goes on to the second code. It does so for every password, so that the page reveals nothing: only with the right
// one a code is sent, and any code opens anything.
func (s *Service) askSecond(ctx context.Context, in form.SignIn, try countedAttempt, right bool) error {
	seed, err := s.keys.random(32)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		account := sql.NullInt64{Int64: try.acc.id, Valid: right}
		_, err = tx.ExecContext(ctx, `INSERT INTO second (invite, account, seed, until) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (invite) DO UPDATE SET account = ?2, seed = ?3, until = ?4, tries = 0`,
			i.id, account, seed, now.Add(secondLasts).UnixNano())
		if err != nil {
			return err
		}
		text := struct{ Code string }{showCode(s.secondCode(seed))}
		if !right {
			return s.mailNobody(ctx, tx, "mail_second", text, now)
		}
		return s.mailAccountUntil(ctx, tx, try.acc.id, "mail_second", text, now, now.Add(secondLasts))
	})
	if err == nil {
		err = web.ErrSecond
	}
	return err
}

func (s *Service) secondCode(seed []byte) string {
	return deriveCode(s.keys.derived("second", seed), seed)
}

// secondOpen reports whether an invite waits for a second code.
func (s *Service) secondOpen(ctx context.Context, q querier, invite string, now time.Time) (open bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM second WHERE invite = ? AND until > ? AND tries < ?)",
		invite, now.UnixNano(), codeTries).Scan(&open)
	return open, err
}

// finishSecond signs in with the second code. A wrong one costs one of three tries; then the password is asked for again.
func (s *Service) finishSecond(ctx context.Context, in form.SignIn, code string) error {
	var no error
	err := s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		var account sql.NullInt64
		var seed []byte
		var tries int
		err = tx.QueryRowContext(ctx, "SELECT account, seed, tries FROM second WHERE invite = ? AND until > ? AND tries < ?",
			i.id, now.UnixNano(), codeTries).Scan(&account, &seed, &tries)
		if errors.Is(err, sql.ErrNoRows) {
			no = &form.Refused{Why: "second_gone"}
			return nil
		}
		if err != nil {
			return err
		}
		right, err := s.isSecond(ctx, tx, account, seed, code, now)
		if err != nil {
			return err
		}
		if !right {
			no = &form.Refused{Why: "second_wrong", Field: "code"}
			if tries+1 >= codeTries {
				no = &form.Refused{Why: "second_gone"}
			}
			_, err := tx.ExecContext(ctx, "UPDATE second SET tries = tries + 1 WHERE invite = ?", i.id)
			return err
		}
		if err := s.rememberBrowser(ctx, tx, s.browserHash(in.Browser), account.Int64, now); err != nil {
			return err
		}
		return s.completeSignIn(ctx, tx, i, account.Int64, now)
	})
	if err == nil {
		err = no
	}
	return wrap("second code", err)
}

// isSecond reports whether a code is the one that was sent, or one of an office, for an account whose password was right.
func (s *Service) isSecond(ctx context.Context, tx *sql.Tx, account sql.NullInt64, seed []byte, code string, now time.Time) (bool, error) {
	if !account.Valid {
		return false, nil
	}
	if subtle.ConstantTimeCompare([]byte(parseCode(code)), []byte(s.secondCode(seed))) == 1 {
		return true, nil
	}
	p, err := s.holderOf(ctx, tx, account.Int64)
	if err != nil {
		return false, err
	}
	return s.useOfficeCode(ctx, tx, p, code, now)
}

// leaveSecond goes back to the password.
func (s *Service) leaveSecond(ctx context.Context, in form.SignIn) error {
	return wrap("leave second code", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM second WHERE invite = ?", i.id)
		return err
	}))
}
