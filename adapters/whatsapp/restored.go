package whatsapp

import (
	"context"
	"errors"
	"fmt"

	"llave/store/sqlitedb"
)

// Restored tells a device store in a file that it came from a copy. Its keys are of some messages ago, as after a loss of
// power: the sessions are forgotten when it is opened, and made anew with each person's next message.
func Restored(ctx context.Context, path string) (err error) {
	db, err := sqlitedb.Pool(path, sqlitedb.SecureDelete)
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for name, value := range map[string]string{"closed": "no", "boot": "restored"} {
		_, err := db.ExecContext(ctx, `INSERT INTO llave_whatsapp (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, name, value)
		if err != nil {
			return fmt.Errorf("whatsapp: device store: %w", err)
		}
	}
	return nil
}
