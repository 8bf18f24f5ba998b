package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"net/mail"
	"strings"
	"time"
)

const sealAccount = "account"

// insertAccount makes an account. One that is there already stays as it is.
func (s *Service) insertAccount(ctx context.Context, tx *sql.Tx, p person, phc, email string, now time.Time) error {
	sealed, err := s.keys.seal(sealAccount, email)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO account (person, password, sealed, made, changed) VALUES (?1, ?2, ?3, ?4, ?4)
		ON CONFLICT (person) DO NOTHING`, p.id, phc, sealed, now.UnixNano())
	return err
}

// accountOf is the account of a CUIL, sql.ErrNoRows if there is none.
func (s *Service) accountOf(ctx context.Context, q querier, cuil string) (id int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT a.id FROM account a JOIN person p ON p.id = a.person WHERE p.cuil = ?", s.cuilHash(cuil)).Scan(&id)
	return id, err
}

// holderOf is the person an account belongs to.
func (s *Service) holderOf(ctx context.Context, q querier, account int64) (person, error) {
	return s.scanPerson(q.QueryRowContext(ctx, "SELECT "+personColumns+" FROM person p JOIN account a ON a.person = p.id WHERE a.id = ?", account))
}

// Registration is what a person fills in to get an account.
type Registration struct {
	CUIL, Document, Sex, Tramite     string
	Email, EmailAgain                string
	Password, PasswordAgain, Address string
}

// faults are all that is wrong with what was typed, by itself.
func (r Registration) faults() Faults {
	var f Faults
	cuil, why := parseCUIL(r.CUIL)
	f.add("cuil", why)
	doc := cleanDigits(r.Document)
	f.check("document", "document_form", allDigits(doc) && (len(doc) == 7 || len(doc) == 8))
	f.check("sex", "sex_missing", r.Sex == "F" || r.Sex == "M" || r.Sex == "X")
	tramite := cleanDigits(r.Tramite)
	f.check("tramite", "tramite_form", allDigits(tramite) && len(tramite) == 11)
	a, err := mail.ParseAddress(r.Email)
	f.check("email", "email_form", err == nil && a.Address == strings.TrimSpace(r.Email) && len(r.Email) <= 254)
	f.check("email2", "email_differs", strings.EqualFold(strings.TrimSpace(r.Email), strings.TrimSpace(r.EmailAgain)))
	if cuil == "" {
		cuil = strings.Repeat("-", 11) // no document to look for in the password
	}
	f.add("password", passwordFault(r.Password, cuil))
	f.check("password2", "password_differs", r.Password == r.PasswordAgain)
	return f
}

// Register makes an account for somebody in the padrón. There is one answer to data that do not match, to people
// who are not in the padrón, and to those who have an account.
//
// What leaked lists hold, CUIL, document and sex, opens no account: outside the demo the trámite number has to be the one
// of the padrón. Guesses are bounded by CUIL and by address.
func (s *Service) Register(ctx context.Context, r Registration) error {
	if mode := s.register(); mode == RegisterOff || mode == RegisterOffice {
		return s.mismatch()
	}
	if f := r.faults(); len(f) > 0 {
		return f
	}
	cuil, _ := parseCUIL(r.CUIL)
	if err := s.countForm(ctx, r.Address, cuil); err != nil {
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
