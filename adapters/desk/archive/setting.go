package archive

import (
	"context"
	"database/sql"
	"errors"

	"llave/store/sqlitedb"
)

// Setting returns the value of a setting; empty if it is not set.
func (a *Archive) Setting(ctx context.Context, name string) (value string, err error) {
	err = a.read(ctx, "setting", func(q sqlitedb.Querier) error {
		value, err = a.setting(ctx, q, name)
		return err
	})
	return value, err
}

func (a *Archive) setting(ctx context.Context, q sqlitedb.Querier, name string) (string, error) {
	var sealed []byte
	err := q.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	plain, err := a.keys.ring.Open(sealed, place("setting", name))
	return string(plain), err
}

// Set keeps a setting. It is recorded who did it.
func (a *Archive) Set(ctx context.Context, name, value, agent string) error {
	return a.settle(ctx, Record{Agent: agent, What: "setting", Detail: name}, func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			name, a.keys.ring.Seal([]byte(value), place("setting", name)))
		return err
	})
}

// settle runs f with its row of the audit, and brings the board up to date.
func (a *Archive) settle(ctx context.Context, r Record, f func(tx *sql.Tx) error) error {
	err := a.write(ctx, r.What, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return a.audit(ctx, tx, r)
	})
	if err == nil {
		a.changed(ctx)
	}
	return err
}
