package autogestion

import (
	"context"
	"database/sql"
	"time"
)

const sealAccount = "account"

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
