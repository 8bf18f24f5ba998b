package autogestion

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"strings"
	"time"
)

// Errors of the providers' administration.
var (
	ErrProviderExists  = errors.New("autogestion: a provider has this name")
	ErrProviderUnknown = errors.New("autogestion: no provider has this name")
)

// ProviderInfo is a provider as an operator sees it. Its key is stored nowhere.
type ProviderInfo struct {
	Name     string
	Disabled bool
	Rotating bool // the key before is valid, too
}

// newProviderKey makes a key of 160 bits.
func newProviderKey() string {
	key := make([]byte, 20)
	rand.Read(key)
	return strings.ToLower(base32.StdEncoding.EncodeToString(key))
}

// NewProvider makes a provider and returns its key, which is shown once. Errors: ErrProviderExists.
func (s *Service) NewProvider(ctx context.Context, name string) (key string, err error) {
	if strings.TrimSpace(name) == "" {
		return "", wrap("new provider", ErrProviderUnknown)
	}
	key = newProviderKey()
	return key, wrap("new provider", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		err := affectsOne(tx.ExecContext(ctx, "INSERT INTO provider (key, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
			s.keys.hash("provider", key), name))(ErrProviderExists)
		return s.acted(ctx, tx, now, err, "provider.add", name)
	}))
}

// RotateProvider makes a new key for a provider. The key before stays valid until the next rotation, or until
// [Service.EndRotation].
func (s *Service) RotateProvider(ctx context.Context, name string) (key string, err error) {
	key = newProviderKey()
	return key, wrap("rotate provider", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		err := affectsOne(tx.ExecContext(ctx, "UPDATE provider SET old = key, key = ? WHERE name = ? AND disabled = 0", s.keys.hash("provider", key), name))(ErrProviderUnknown)
		return s.acted(ctx, tx, now, err, "provider.rotate", name)
	}))
}

// EndRotation ends the key before the last rotation.
func (s *Service) EndRotation(ctx context.Context, name string) error {
	return wrap("end rotation", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		err := affectsOne(tx.ExecContext(ctx, "UPDATE provider SET old = NULL WHERE name = ?", name))(ErrProviderUnknown)
		return s.acted(ctx, tx, now, err, "provider.rotate.end", name)
	}))
}

// DisableProvider ends all keys of a provider at once. What it asked before stays known.
func (s *Service) DisableProvider(ctx context.Context, name string) error {
	return wrap("disable provider", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		err := affectsOne(tx.ExecContext(ctx, "UPDATE provider SET disabled = 1, old = NULL WHERE name = ?", name))(ErrProviderUnknown)
		return s.acted(ctx, tx, now, err, "provider.disable", name)
	}))
}

// acted records an act that succeeded.
func (s *Service) acted(ctx context.Context, tx *sql.Tx, now time.Time, err error, what, detail string) error {
	if err != nil {
		return err
	}
	return s.act(ctx, tx, now, what, detail)
}

// affectsOne turns the result of a statement that changed nothing into an error.
func affectsOne(res sql.Result, err error) func(none error) error {
	return func(none error) error {
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = none
		}
		return err
	}
}

// Providers lists the providers by name.
func (s *Service) Providers(ctx context.Context) (out []ProviderInfo, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		rows, err := q.QueryContext(ctx, "SELECT name, disabled, old IS NOT NULL FROM provider ORDER BY name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p ProviderInfo
			if err := rows.Scan(&p.Name, &p.Disabled, &p.Rotating); err != nil {
				return err
			}
			out = append(out, p)
		}
		return rows.Err()
	})
	return out, wrap("providers", err)
}
