package autogestion

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
var schema1 string

//go:embed schema_2.sql
var schema2 string

//go:embed schema_3.sql
var schema3 string

// schemas lead from each version of the file to the next. A new file goes the whole way, so that an old one becomes
// the same.
var schemas = [...]string{schema1, schema2, schema3}

// schemaVersion is the file's user_version.
const schemaVersion = len(schemas)

// readers bounds the connections that only read. WAL lets them read while the one writer writes.
const readers = 4

// openFile opens the writer and the readers of a file, making it if there is none.
func openFile(ctx context.Context, path string) (db, reads *sql.DB, err error) {
	if path == "" {
		return nil, nil, errors.New("no path")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, nil, err
	}
	if err := checkVersion(ctx, path); err != nil {
		return nil, nil, err
	}
	// Made by us, not by SQLite, so that nobody else ever could read it; its -wal and -shm take the same mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, nil, err
	}
	if db, err = sql.Open("sqlite", dsn(path, "_txlock=immediate&_pragma=synchronous(FULL)")); err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if reads, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	reads.SetMaxOpenConns(readers)
	return db, reads, nil
}

func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&" + more
}

// checkVersion refuses a file of a newer program before anything is written to it.
func checkVersion(ctx context.Context, path string) error {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || (err == nil && st.Size() == 0) {
		return nil
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return err
	}
	defer db.Close()
	v, err := userVersion(ctx, db)
	if err != nil {
		return fmt.Errorf("not a database of this program: %w", err)
	}
	if v > schemaVersion {
		return fmt.Errorf("the file is of version %d, this program knows up to %d: use a newer program", v, schemaVersion)
	}
	return nil
}

func userVersion(ctx context.Context, q querier) (v int, err error) {
	err = q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
	return v, err
}

func migrate(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	v, err := userVersion(ctx, tx)
	if err != nil || v == schemaVersion {
		return err
	}
	for ; v < schemaVersion; v++ {
		if _, err := tx.ExecContext(ctx, schemas[v]); err != nil {
			return fmt.Errorf("schema %d: %w", v+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// querier is what reading needs: a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// write runs f in the one writing transaction. Now is read inside it, so that what is decided by the clock is
// decided in the order in which it is written.
func (s *Service) write(ctx context.Context, f func(tx *sql.Tx, now time.Time) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	now := s.now()
	if err := f(tx, now); err != nil {
		return err
	}
	return tx.Commit()
}

// read runs f on one state of the file.
func (s *Service) read(ctx context.Context, f func(q querier, now time.Time) error) error {
	tx, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return f(tx, s.now())
}

// now is the time in UTC, as it comes back from the file.
func (s *Service) now() time.Time { return fromNano(s.opt.Now().UnixNano()) }

// fromNano is the zero time for 0: SQL's "not yet".
func fromNano(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
