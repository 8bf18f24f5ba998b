package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
)

// minePages implements web.Mine.
type minePages struct{ s *Service }

// Enter implements web.Mine. A password is counted and costs what it costs at an invite. Past the day's guesses a browser that
// never signed in does not get in here, whether the password is right or not: at an invite it does, with a second code.
func (p minePages) Enter(ctx context.Context, in form.SignIn) (session string, err error) {
	session, err = p.s.enter(ctx, in)
	p.s.event(ctx, EventSignIn, err)
	return session, wrap("enter", err)
}

func (s *Service) enter(ctx context.Context, in form.SignIn) (string, error) {
	in.Consent = true // nothing is linked here
	cuil, faults := in.Read()
	if len(faults) > 0 {
		return "", faults
	}
	try, err := s.checkedAttempt(ctx, cuil, in)
	if err != nil {
		return "", err
	}
	var session string
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if err := s.recordSuccess(ctx, tx, try, now); err != nil {
			return err
		}
		if err := s.passwordStands(ctx, tx, try.acc); err != nil {
			return err
		}
		session, err = s.newSession(ctx, tx, try.acc.id, time.Time{}, now)
		return err
	})
	return session, err
}

// checkedAttempt returns an attempt with the right password.
func (s *Service) checkedAttempt(ctx context.Context, cuil string, in form.SignIn) (countedAttempt, error) {
	try, err := s.recordAttempt(ctx, s.loginAttempt(cuil, in))
	if err != nil {
		return try, err
	}
	if err := s.pay(ctx, in.Proof, in.Address, try.pair+"|"+try.device, try.level); err != nil {
		return try, err
	}
	ok, err := s.verify(ctx, in.Password, try.acc.password)
	switch {
	case err != nil:
		return try, err
	case try.second:
		return try, &form.Refused{Why: "second_elsewhere"}
	case !ok:
		return try, wrongPassword(try.next)
	}
	return try, nil
}

// inSession runs f for the account of a session; web.ErrNoSession if it is over.
func (s *Service) inSession(ctx context.Context, session string, f func(tx *sql.Tx, account int64, now time.Time) error) error {
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var account int64
		err := tx.QueryRowContext(ctx, "SELECT account FROM session WHERE id = ? AND until > ?", s.sessionHash(session), now.UnixNano()).Scan(&account)
		if errors.Is(err, sql.ErrNoRows) {
			return web.ErrNoSession
		}
		if err != nil {
			return err
		}
		return f(tx, account, now)
	})
}

// Look implements web.Mine.
func (p minePages) Look(ctx context.Context, session string) (out web.Account, err error) {
	err = p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, _ time.Time) error {
		who, err := p.s.holderOf(ctx, tx, account)
		if err != nil {
			return err
		}
		info := AccountInfo{}
		if err := p.s.accountInfo(ctx, tx, who, &info); err != nil {
			return err
		}
		out = web.Account{Alone: who.alone, Name: who.Name, Number: who.Number, Standing: who.standing, Email: info.Email, Made: info.Made, Browsers: info.Browsers}
		for _, l := range info.Links {
			out.Chats = append(out.Chats, web.Chat{ID: l.ID, Channel: l.Channel, Label: l.Label, Since: l.Since})
		}
		var version string
		var at int64
		err = tx.QueryRowContext(ctx, "SELECT version, at FROM consent WHERE account = ? ORDER BY at DESC LIMIT 1", account).Scan(&version, &at)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		out.Consent, out.ConsentAt = version, fromNano(at)
		return err
	})
	return out, wrap("my account", err)
}

// Unlink implements web.Mine.
func (p minePages) Unlink(ctx context.Context, session, link string) error {
	return wrap("my account: unlink", p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, _ time.Time) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM link WHERE account = ?1 AND (id = ?2 OR ?2 = '')", account, link); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE invite SET ended = 'reset' WHERE account = ? AND link = '' AND ended = ''", account)
		return err
	}))
}

// ChangePassword implements web.Mine. Chats stay; other sessions and codes on their way end.
func (p minePages) ChangePassword(ctx context.Context, session string, in form.SignIn, password, again string) error {
	var who person
	err := p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, _ time.Time) (err error) {
		who, err = p.s.holderOf(ctx, tx, account)
		return err
	})
	if err != nil {
		return wrap("change password", err)
	}
	if f := form.ChangeFaults(in.Password, password, again, who.CUIL, who.Name); len(f) > 0 {
		return f
	}
	try, err := p.s.checkedAttempt(ctx, who.CUIL, in)
	if err != nil {
		return wrap("change password", currentWrong(err))
	}
	phc, err := p.s.newPassword(ctx, password)
	if err != nil {
		return wrap("change password", err)
	}
	return wrap("change password", p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, now time.Time) error {
		if err := p.s.recordSuccess(ctx, tx, try, now); err != nil {
			return err
		}
		if err := p.s.passwordStands(ctx, tx, try.acc); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE account SET password = ?, changed = ? WHERE id = ?", phc, now.UnixNano(), account); err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM reset WHERE account = ?", "DELETE FROM second WHERE account = ?"} {
			if _, err := tx.ExecContext(ctx, q, account); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM session WHERE account = ? AND id <> ?", account, p.s.sessionHash(session)); err != nil {
			return err
		}
		return p.s.mailAccount(ctx, tx, account, "mail_changed", nil, now)
	}))
}

// currentWrong says of which password a refusal is.
func currentWrong(err error) error {
	var no *form.Refused
	if errors.As(err, &no) && no.Why == "wrong_password" {
		return &form.Refused{Why: "current_wrong", Field: "current", Proof: no.Proof}
	}
	return err
}

// Leave implements web.Mine.
func (p minePages) Leave(ctx context.Context, session string) error {
	return wrap("leave", p.s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM session WHERE id = ?", p.s.sessionHash(session))
		return err
	}))
}
