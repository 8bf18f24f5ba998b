package autogestion

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"
)

// sealSheetKey names the use under which a signing key is sealed.
const sealSheetKey = "sheet key"

// keyNameLen is that of a signing key's id.
const keyNameLen = 4

// keyName is a signing key's id. It follows from the public key, so that two Autogestiones hardly ever share one, and a
// list of keys can be checked.
func keyName(public ed25519.PublicKey) []byte {
	sum := sha256.Sum256(append([]byte("llave autogestion sheet key\x00"), public...))
	return sum[:keyNameLen]
}

// signing is the key that signs new sheets.
func signing(ctx context.Context, q querier) (id int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT id FROM sheet_key WHERE retired = 0 ORDER BY id DESC LIMIT 1").Scan(&id)
	return id, err
}

// ensureSheetKey makes the first signing key.
func (s *Service) ensureSheetKey(ctx context.Context, tx *sql.Tx, now time.Time) error {
	if _, err := signing(ctx, tx); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return s.newSheetKey(ctx, tx, now)
}

// newSheetKey makes a signing key and retires the one before: what that has signed still verifies.
func (s *Service) newSheetKey(ctx context.Context, tx *sql.Tx, now time.Time) error {
	seed, err := s.keys.random(ed25519.SeedSize)
	if err != nil {
		return err
	}
	sealed, err := s.keys.seal(sealSheetKey, seed)
	if err != nil {
		return err
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if _, err := tx.ExecContext(ctx, "UPDATE sheet_key SET retired = ? WHERE retired = 0", now.UnixNano()); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO sheet_key (name, public, sealed, made) VALUES (?, ?, ?, ?)",
		keyName(public), []byte(public), sealed, now.UnixNano())
	return err
}
