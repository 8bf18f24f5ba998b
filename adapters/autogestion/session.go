package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/flows/backend"
)

// sessionLasts is how long a person stays signed in to the page of their account, however much they do there.
const sessionLasts = 15 * time.Minute

func (s *Service) sessionHash(session string) []byte { return s.keys.hash("session", session) }

// newSession begins a session of an account. signs is the end of the time in which it stands for the password at an invite;
// zero: it does not.
func (s *Service) newSession(ctx context.Context, tx *sql.Tx, account int64, signs, now time.Time) (session string, err error) {
	id, err := s.keys.random(32)
	if err != nil {
		return "", err
	}
	var end int64
	if !signs.IsZero() {
		end = signs.UnixNano()
	}
	session = text64(id)
	_, err = tx.ExecContext(ctx, "INSERT INTO session (id, account, until, signs) VALUES (?, ?, ?, ?)",
		s.sessionHash(session), account, now.Add(sessionLasts).UnixNano(), end)
	return session, err
}

// freshSession begins the session of a person who has just shown who they are: it signs in at one invite. Without it, which is
// logged, the person types the password.
func (s *Service) freshSession(ctx context.Context, account int64) (session string) {
	err := s.write(ctx, func(tx *sql.Tx, now time.Time) (err error) {
		session, err = s.newSession(ctx, tx, account, now.Add(sessionLasts), now)
		return err
	})
	if err != nil {
		s.opt.Log.ErrorContext(ctx, "autogestion: no session", "err", err)
		return ""
	}
	return session
}

// sessionSigner returns the account of a session that stands for the password now; web.ErrNoSession if it does not.
func (s *Service) sessionSigner(ctx context.Context, q querier, session string, now time.Time) (account int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT account FROM session WHERE id = ?1 AND until > ?2 AND signs > ?2",
		s.sessionHash(session), now.UnixNano()).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		err = web.ErrNoSession
	}
	return account, err
}

// signInSession connects an invite with the account of a session, which does so once.
func (s *Service) signInSession(ctx context.Context, in form.SignIn) error {
	if !in.Consent {
		return form.Faults{{Why: "consent_missing", Field: "consent"}}
	}
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		account, err := s.sessionSigner(ctx, tx, in.Session, now)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE session SET signs = 0 WHERE id = ?", s.sessionHash(in.Session)); err != nil {
			return err
		}
		if err := s.rememberBrowser(ctx, tx, s.browserHash(in.Browser), account, now); err != nil {
			return err
		}
		return s.completeSignIn(ctx, tx, i, account, now)
	})
}

// signerName returns the name of the person whom a session signs in, "" if it does not.
func (s *Service) signerName(ctx context.Context, q querier, session string, now time.Time) (string, error) {
	account, err := s.sessionSigner(ctx, q, session, now)
	if errors.Is(err, web.ErrNoSession) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	p, err := s.holderOf(ctx, q, account)
	if errors.Is(err, backend.ErrUnlinked) {
		return "", nil
	}
	return p.Name, err
}
