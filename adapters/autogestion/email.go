package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
)

// undoLasts is how long who reads the old e-mail address can put it back.
const undoLasts = 7 * 24 * time.Hour

// ChangeEmail implements web.Mine. Both addresses are told, and the old one gets a link with which the change is undone.
func (p minePages) ChangeEmail(ctx context.Context, session string, in form.SignIn, email, again string) error {
	email = strings.TrimSpace(email)
	if f := form.EmailFaults(in.Password, email, strings.TrimSpace(again)); len(f) > 0 {
		return f
	}
	seed, err := p.s.keys.random(32)
	if err != nil {
		return wrap("change e-mail", err)
	}
	return wrap("change e-mail", p.confirmed(ctx, session, in, func(tx *sql.Tx, account int64, now time.Time) error {
		return p.s.moveMailbox(ctx, tx, account, email, text64(p.s.keys.derived("undo", seed)), now)
	}))
}

// confirmed runs f for the account of a session, after a check of its password.
func (p minePages) confirmed(ctx context.Context, session string, in form.SignIn, f func(tx *sql.Tx, account int64, now time.Time) error) error {
	var who person
	err := p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, _ time.Time) (err error) {
		who, err = p.s.holderOf(ctx, tx, account)
		return err
	})
	if err != nil {
		return err
	}
	try, err := p.s.checkedAttempt(ctx, who.CUIL, in)
	if err != nil {
		return currentWrong(err)
	}
	return p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, now time.Time) error {
		if err := p.s.recordSuccess(ctx, tx, try, now); err != nil {
			return err
		}
		if err := p.s.passwordStands(ctx, tx, try.acc); err != nil {
			return err
		}
		return f(tx, account, now)
	})
}

// moveMailbox changes the e-mail address of an account.
func (s *Service) moveMailbox(ctx context.Context, tx *sql.Tx, account int64, to, undo string, now time.Time) error {
	var old []byte
	if err := tx.QueryRowContext(ctx, "SELECT sealed FROM account WHERE id = ?", account).Scan(&old); err != nil {
		return err
	}
	sealed, err := s.keys.seal(sealAccount, to)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO email_change (undo, account, sealed, until) VALUES (?, ?, ?, ?)",
		s.keys.hash("undo", undo), account, old, now.Add(undoLasts).UnixNano())
	if err != nil {
		return err
	}
	text := struct{ Secret, To string }{undo, maskEmail(to)}
	if err := s.mailAccountUntil(ctx, tx, account, "mail_moved", text, now, now.Add(undoLasts)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE account SET sealed = ? WHERE id = ?", sealed, account); err != nil {
		return err
	}
	// Codes that went to the old address end.
	for _, q := range []string{"DELETE FROM reset WHERE account = ?", "DELETE FROM second WHERE account = ?"} {
		if _, err := tx.ExecContext(ctx, q, account); err != nil {
			return err
		}
	}
	return s.mailAccount(ctx, tx, account, "mail_moved_here", nil, now)
}

// Undo implements web.Mine. Whoever changed the address knew the password: until it is changed it is not enough by itself. The
// later changes are undone, too, so that nobody can put theirs back.
func (p minePages) Undo(ctx context.Context, secret string) error {
	return wrap("undo e-mail", p.s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var id, account int64
		var old []byte
		err := tx.QueryRowContext(ctx, "SELECT id, account, sealed FROM email_change WHERE undo = ? AND until > ?",
			p.s.keys.hash("undo", secret), now.UnixNano()).Scan(&id, &account, &old)
		if errors.Is(err, sql.ErrNoRows) {
			return web.ErrNoUndo
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM email_change WHERE account = ? AND id >= ?", account, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE account SET sealed = ?, suspect = ? WHERE id = ?", old, now.UnixNano(), account); err != nil {
			return err
		}
		if err := p.s.endSignIns(ctx, tx, account); err != nil {
			return err
		}
		return p.s.mailAccount(ctx, tx, account, "mail_undone", nil, now)
	}))
}

// Close implements web.Mine.
func (p minePages) Close(ctx context.Context, session string, in form.SignIn) error {
	if in.Password == "" {
		return form.Faults{{Why: "password_missing", Field: "closing"}}
	}
	err := p.confirmed(ctx, session, in, func(tx *sql.Tx, account int64, now time.Time) error {
		if err := p.s.mailAccount(ctx, tx, account, "mail_closed", nil, now); err != nil {
			return err
		}
		return p.s.forget(ctx, tx, account)
	})
	var no *form.Refused
	if errors.As(err, &no) && no.Field == "current" {
		err = &form.Refused{Why: no.Why, Field: "closing", Proof: no.Proof}
	}
	return wrap("close account", err)
}

// All implements web.Mine.
func (p minePages) All(ctx context.Context, session string) (all any, err error) {
	err = p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, _ time.Time) (err error) {
		all, err = p.s.held(ctx, tx, principal{account: account})
		return err
	})
	return all, wrap("my account: all", err)
}
