package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"llave/adapters/autogestion/form"
	"llave/flows/backend"
	"strings"
	"time"
)

const sealAccount = "account"

// registrationsADay is how often a browser at an address may send the form of a registration.
const registrationsADay = 3

// insertAccount makes an account. An existing one stays as it is.
func (s *Service) insertAccount(ctx context.Context, tx *sql.Tx, p person, phc, email string, now time.Time) error {
	sealed, err := s.keys.seal(sealAccount, email)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO account (person, password, sealed, made, changed) VALUES (?1, ?2, ?3, ?4, ?4)
		ON CONFLICT (person) DO NOTHING`, p.id, phc, sealed, now.UnixNano())
	return err
}

// accountOf returns the account of a CUIL, sql.ErrNoRows if there is none.
func (s *Service) accountOf(ctx context.Context, q querier, cuil string) (id int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT a.id FROM account a JOIN person p ON p.id = a.person WHERE p.cuil = ?", s.cuilHash(cuil)).Scan(&id)
	return id, err
}

// holderOf returns the owner of an account.
func (s *Service) holderOf(ctx context.Context, q querier, account int64) (person, error) {
	return s.scanPerson(q.QueryRowContext(ctx, "SELECT "+personColumns+" FROM person p JOIN account a ON a.person = p.id WHERE a.id = ?", account))
}

// Register makes an account for a person of the padrón. The refusal is the same for data that do not match, for people
// outside the padrón and for people who have an account.
//
// CUIL, document and sex stand in leaked lists and open no account: outside the demo the trámite number must be the
// padrón's. Guesses are bounded by CUIL and by address.
func (s *Service) Register(ctx context.Context, r form.Registration) error {
	if mode := s.register(); mode == RegisterOff || mode == RegisterOffice {
		return s.mismatch()
	}
	if f := r.Faults(); len(f) > 0 {
		return f
	}
	cuil, _ := backend.ReadCUIL(r.CUIL)
	if err := s.countForm(ctx, "register", asker{r.Browser, r.Address, r.Proof}, registrationsADay, "register_often"); err != nil {
		return wrap("register", err)
	}
	phc, err := s.newPassword(ctx, r.Password)
	if err != nil {
		return wrap("register", err)
	}
	return wrap("register", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		p, matches, err := s.mayRegister(ctx, tx, cuil, r)
		if err != nil {
			return err
		}
		if _, err := s.accountOf(ctx, tx, cuil); !errors.Is(err, sql.ErrNoRows) || !matches {
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			return s.mismatch()
		}
		if err := s.insertAccount(ctx, tx, p, phc, strings.TrimSpace(r.Email), now); err != nil {
			return err
		}
		id, err := s.accountOf(ctx, tx, cuil)
		if err != nil {
			return err
		}
		return s.mailAccount(ctx, tx, id, "mail_registered", nil, now)
	}))
}
