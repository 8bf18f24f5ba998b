package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/flows/backend"
)

// AccountInfo is what an operator sees of a person and their account.
type AccountInfo struct {
	Name, Number, Standing string
	// Account: there is one. Made and Email are of it; Links are its linked chats.
	Account  bool
	Made     time.Time
	Email    string // masked
	Links    []backend.LinkedChat
	Browsers int // known ones
	// OfficeUntil is the end of the code of an office that was not used yet.
	OfficeUntil time.Time
}

// Account returns what is known of a person. Errors: ErrNotInPadron.
func (s *Service) Account(ctx context.Context, cuil string) (out AccountInfo, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		p, err := s.personOf(ctx, q, cuil)
		if err != nil {
			return err
		}
		out.Name, out.Number, out.Standing = p.Name, p.Number, p.standing
		var until int64
		err = q.QueryRowContext(ctx, "SELECT until FROM office WHERE person = ? AND until > ?", p.id, now.UnixNano()).Scan(&until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		out.OfficeUntil = fromNano(until)
		return s.accountInfo(ctx, q, p, &out)
	})
	return out, wrap("account", err)
}

func (s *Service) accountInfo(ctx context.Context, q querier, p person, out *AccountInfo) error {
	var id, made int64
	var sealed []byte
	err := q.QueryRowContext(ctx, "SELECT id, made, sealed, (SELECT count(*) FROM known k WHERE k.account = account.id) FROM account WHERE person = ?", p.id).
		Scan(&id, &made, &sealed, &out.Browsers)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var email string
	if err := s.keys.open(sealAccount, sealed, &email); err != nil {
		return err
	}
	out.Account, out.Made, out.Email = true, fromNano(made), maskEmail(email)
	out.Links, err = s.links(ctx, q, principal{account: id})
	return err
}

// maskEmail shows enough of an address to recognise one's own.
func maskEmail(address string) string {
	for i, r := range address {
		if r == '@' && i > 0 {
			return address[:1] + "···" + address[i:]
		}
	}
	return address
}

// UnlinkAll ends all links of a person's account, and the sign-ins that were not finished. It returns how many links ended.
func (s *Service) UnlinkAll(ctx context.Context, cuil string) (ended int64, err error) {
	err = s.onAccount(ctx, cuil, func(tx *sql.Tx, id int64, now time.Time) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM link WHERE account = ?", id)
		if err != nil {
			return err
		}
		if ended, err = res.RowsAffected(); err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, "UPDATE invite SET ended = 'reset' WHERE account = ? AND link = '' AND ended = ''", id); err != nil {
			return err
		}
		return s.act(ctx, tx, now, "account.unlink", cuil)
	})
	return ended, wrap("unlink all", err)
}

// Forget deletes the account of a person with all that belongs to it: links, consents, known browsers, codes. The padrón and
// the tokens stay: they are the insurer's. Errors: ErrNotInPadron, ErrUnknownCUIL if there is no account.
func (s *Service) Forget(ctx context.Context, cuil string) error {
	return wrap("forget", s.onAccount(ctx, cuil, func(tx *sql.Tx, id int64, now time.Time) error {
		if err := s.forget(ctx, tx, id); err != nil {
			return err
		}
		return s.act(ctx, tx, now, "account.forget", cuil)
	}))
}

// forget deletes an account with all that belongs to it.
func (s *Service) forget(ctx context.Context, tx *sql.Tx, id int64) error {
	for _, q := range []string{
		"DELETE FROM link WHERE account = ?",
		"DELETE FROM consent WHERE account = ?",
		"DELETE FROM known WHERE account = ?",
		"DELETE FROM reset WHERE account = ?",
		"DELETE FROM second WHERE account = ?",
		"DELETE FROM session WHERE account = ?",
		"DELETE FROM another WHERE account = ?",
		"DELETE FROM email_change WHERE account = ?",
		"DELETE FROM identity WHERE account = ?",
		"UPDATE invite SET ended = 'forgotten', account = NULL WHERE account = ?",
	} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return err
		}
	}
	// Sheets keep their account, so that no digits come twice: it goes if there is none.
	res, err := tx.ExecContext(ctx, "DELETE FROM account WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sheet WHERE account = ?1)", id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	sealed, err := s.keys.seal(sealAccount, "")
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE account SET password = '', sealed = ? WHERE id = ?", sealed, id)
	return err
}

// onAccount runs f on the account of a person. Errors: ErrNotInPadron, ErrUnknownCUIL.
func (s *Service) onAccount(ctx context.Context, cuil string, f func(tx *sql.Tx, id int64, now time.Time) error) error {
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		p, err := s.personOf(ctx, tx, cuil)
		if err != nil {
			return err
		}
		id, err := s.accountOf(ctx, tx, p.CUIL)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrUnknownCUIL
		}
		if err != nil {
			return err
		}
		return f(tx, id, now)
	})
}
