package webchat

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver
)

//go:embed schema.sql
var schema string

//go:embed schema_2.sql
var schema2 string

// schemas are the steps to the present form of the file; its user_version is how many of them were made.
func schemas() []string { return []string{schema, schema2} }

// readers bounds the connections that only read. WAL lets them read while the one writer writes.
const readers = 4

// openHistory opens a file, making it if there is none.
func openHistory(ctx context.Context, path string, k keys, now func() time.Time) (h *history, err error) {
	if path == "" {
		return nil, errors.New("no path")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	// Made by us, not by SQLite, so that nobody else ever could read it; its -wal and -shm take the same mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, err
	}
	h = &history{keys: k, now: func() time.Time { return now().UTC().Round(0) }}
	if h.db, err = sql.Open("sqlite", dsn(path, "_txlock=immediate&_pragma=synchronous(FULL)&_pragma=secure_delete(1)")); err != nil {
		return nil, err
	}
	h.db.SetMaxOpenConns(1)
	if h.reads, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return nil, errors.Join(err, h.close())
	}
	h.reads.SetMaxOpenConns(readers)
	if err := h.migrate(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&" + more
}

// migrate makes the tables that are not there yet, and refuses a file of a newer program or of another key.
func (h *history) migrate(ctx context.Context) error {
	return h.write(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return fmt.Errorf("not a database of this program: %w", err)
		}
		all := schemas()
		if version > len(all) || version < 0 {
			return fmt.Errorf("the file is of version %d, this program knows up to %d: use a newer program", version, len(all))
		}
		if version > 0 {
			if err := h.opens(ctx, tx); err != nil {
				return err
			}
		}
		for ; version < len(all); version++ {
			if err := h.upgrade(ctx, tx, all[version], version); err != nil {
				return err
			}
		}
		return nil
	})
}

// opens reports whether the key is the file's.
func (h *history) opens(ctx context.Context, tx *sql.Tx) error {
	var mark []byte
	if err := tx.QueryRowContext(ctx, "SELECT sealed FROM mark").Scan(&mark); err != nil {
		return err
	}
	_, err := h.keys.ring.Open(mark, []byte("mark"))
	return err
}

// upgrade makes one step from a version to the next.
func (h *history) upgrade(ctx context.Context, tx *sql.Tx, schema string, from int) error {
	steps := []step{{schema, nil}, {fmt.Sprintf("PRAGMA user_version = %d", from+1), nil}}
	if from == 0 {
		steps = append(steps, step{"INSERT INTO mark (sealed) VALUES (?)", []any{h.keys.ring.Seal([]byte{1}, []byte("mark"))}})
	}
	return run(ctx, tx, steps...)
}

func (h *history) close() error {
	var errs []error
	for _, db := range []*sql.DB{h.reads, h.db} { // the writer last: its going writes the log back into the file
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// querier is what reading needs: a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// step is one statement of a transaction.
type step struct {
	query string
	args  []any
}

func run(ctx context.Context, tx *sql.Tx, steps ...step) error {
	for _, s := range steps {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// write runs f in the one writing transaction. It is durable when this returns nil.
func (h *history) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// read runs f on one state of the file.
func (h *history) read(ctx context.Context, f func(q querier) error) error {
	tx, err := h.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return f(tx)
}

// nano is 0, SQL's "never", for the zero time.
func nano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
