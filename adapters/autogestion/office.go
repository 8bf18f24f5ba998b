package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"strings"
	"time"

	"llave/adapters/autogestion/form"
	"llave/flows/backend"
)

const (
	officeLasts = 24 * time.Hour
	officeTries = 10 // wrong codes of a person: 38 bits are left
)

// ErrNotInPadron: no person of the padrón has this CUIL.
var ErrNotInPadron = errors.New("autogestion: no person has this CUIL")

// OfficeCode makes a code for a person whose document an office has seen. With it the person makes an account, or takes theirs
// back: see [Service.UseOfficeCode]. A new code ends the one before. Errors: ErrNotInPadron.
func (s *Service) OfficeCode(ctx context.Context, cuil string) (code string, until time.Time, err error) {
	seed, err := s.keys.random(32)
	if err != nil {
		return "", until, wrap("office code", err)
	}
	code = deriveCode(s.keys.derived("office", seed), seed)
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		p, err := s.personOf(ctx, tx, cuil)
		if err != nil {
			return err
		}
		until = now.Add(officeLasts)
		_, err = tx.ExecContext(ctx, `INSERT INTO office (person, code, until) VALUES (?1, ?2, ?3)
			ON CONFLICT (person) DO UPDATE SET code = ?2, until = ?3, tries = 0`, p.id, s.keys.hash("office", code), until.UnixNano())
		if err != nil {
			return err
		}
		return s.act(ctx, tx, now, "account.code", cuil)
	})
	if err != nil {
		return "", time.Time{}, wrap("office code", err)
	}
	s.opt.Log.InfoContext(ctx, "autogestion: an office code was made", "until", until)
	return showCode(code), until, nil
}

// OfficePage is where a person uses the code of an office.
func (s *Service) OfficePage() string { return s.opt.PublicURL + "/autogestion/delegacion" }

// personOf returns a person by the CUIL as it is typed.
func (s *Service) personOf(ctx context.Context, q querier, cuil string) (person, error) {
	digits, why := backend.ReadCUIL(cuil)
	if why != "" {
		return person{}, ErrNotInPadron
	}
	p, err := s.personBy(ctx, q, "cuil", s.cuilHash(digits))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotInPadron
	}
	return p, err
}

// useOfficeCode reports whether a code is the one that an office gave to a person, and ends it. A wrong one costs a try.
func (s *Service) useOfficeCode(ctx context.Context, tx *sql.Tx, p person, code string, now time.Time) (bool, error) {
	var want []byte
	err := tx.QueryRowContext(ctx, "SELECT code FROM office WHERE person = ? AND until > ? AND tries < ?", p.id, now.UnixNano(), officeTries).Scan(&want)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if subtle.ConstantTimeCompare(want, s.keys.hash("office", parseCode(code))) != 1 {
		_, err = tx.ExecContext(ctx, "UPDATE office SET tries = tries + 1 WHERE person = ?", p.id)
		return false, err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM office WHERE person = ?", p.id)
	return err == nil, err
}

// UseOfficeCode makes an account with the code of an office, or gives one back to its person: links, known browsers, password
// and e-mail address of before end. Its refusal is one for a wrong code and for people without one.
func (s *Service) UseOfficeCode(ctx context.Context, o form.Office) error {
	_, err := s.useOffice(ctx, o)
	return err
}

// useOffice does so, and returns the account.
func (s *Service) useOffice(ctx context.Context, o form.Office) (account int64, err error) {
	o.Email = strings.TrimSpace(o.Email)
	cuil, faults := o.Read()
	if len(faults) > 0 {
		return 0, faults
	}
	if err := s.countForm(ctx, "office", asker{o.Browser, o.Address, o.Proof}, officeFormsADay, "office_often"); err != nil {
		return 0, wrap("use office code", err)
	}
	phc, err := s.newPassword(ctx, o.Password)
	if err != nil {
		return 0, wrap("use office code", err)
	}
	right := false
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		p, err := s.personBy(ctx, tx, "cuil", s.cuilHash(cuil))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			right, err = s.useOfficeCode(ctx, tx, p, o.Code, now)
		}
		if err != nil || !right {
			return err
		}
		account, err = s.giveAccount(ctx, tx, p, cuil, phc, o, now)
		return err
	})
	if err == nil && !right {
		err = &form.Refused{Why: "office_code_wrong", Field: "code"}
	}
	return account, wrap("use office code", err)
}

// officeFormsADay is how often a browser at an address may try a code of an office.
const officeFormsADay = 20

// giveAccount makes the account of a person, or takes it from whoever has it.
func (s *Service) giveAccount(ctx context.Context, tx *sql.Tx, p person, cuil, phc string, o form.Office, now time.Time) (id int64, err error) {
	if err := s.insertAccount(ctx, tx, p, phc, o.Email, now); err != nil { // leaves an existing one as it is
		return 0, err
	}
	if id, err = s.accountOf(ctx, tx, cuil); err != nil {
		return 0, err
	}
	sealed, err := s.keys.seal(sealAccount, o.Email)
	if err != nil {
		return 0, err
	}
	// The address of before is told first: it may be the thief's, or the owner's old one.
	if err := s.setPassword(ctx, tx, cuil, phc, s.loginAttempt(cuil, form.SignIn{Browser: o.Browser, Address: o.Address}), now); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM email_change WHERE account = ?", id); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE account SET sealed = ? WHERE id = ?", sealed, id); err != nil {
		return 0, err
	}
	return id, s.rememberBrowser(ctx, tx, s.browserHash(o.Browser), id, now)
}
