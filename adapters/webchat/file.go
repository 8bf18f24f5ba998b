package webchat

import (
	"context"
	"database/sql"
	_ "embed"
	"time"

	"llave/store/sqlitedb"
)

//go:embed schema.sql
var schema string

//go:embed schema_2.sql
var schema2 string

//go:embed schema_3.sql
var schema3 string

// schemas are the steps to the present form of the file; its user_version is how many of them were taken.
func schemas() []string { return []string{schema, schema2, schema3} }

// openFile opens a file, and creates it if there is none. It refuses a file of a newer program or of another key.
func openFile(ctx context.Context, path string, s sealing) (*sqliteHistory, error) {
	h := &sqliteHistory{sealing: s}
	var err error
	h.DB, err = sqlitedb.OpenDB(ctx, path, sqlitedb.Tables{Steps: schemas(), Opened: h.checkKey}, sqlitedb.SecureDelete)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// checkKey seals a mark in a new file and opens that of an old one.
func (h *sqliteHistory) checkKey(ctx context.Context, tx *sql.Tx, version int) error {
	if version == 0 {
		_, err := tx.ExecContext(ctx, "INSERT INTO mark (sealed) VALUES (?)", h.keys.ring.Seal([]byte{1}, []byte("mark")))
		return err
	}
	var mark []byte
	if err := tx.QueryRowContext(ctx, "SELECT sealed FROM mark").Scan(&mark); err != nil {
		return err
	}
	_, err := h.keys.ring.Open(mark, []byte("mark"))
	return err
}

// statement is one statement of a transaction.
type statement struct {
	query string
	args  []any
}

func run(ctx context.Context, tx *sql.Tx, steps ...statement) error {
	for _, s := range steps {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// nano is 0, SQL's "never", for the zero time.
func nano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
