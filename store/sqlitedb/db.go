package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// DB is a SQLite file behind package database/sql: one writer, and readers that do not wait for it. Its lock is SQLite's
// own, so that other processes may use the file as well.
type DB struct {
	Writer  *sql.DB // one connection; its transactions begin IMMEDIATE
	Readers *sql.DB
}

// Querier is what a query needs: a pool or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tables are the tables of a [DB].
type Tables struct {
	// Steps lead from one version of the tables to the next. A new file takes all of them, so that an old one becomes the
	// same. The version of a file, its user_version, is the number of its steps.
	Steps []string
	// Opened, unless nil, ends the opening, in the same transaction. The version is the one before the steps, 0 for a new
	// file.
	Opened func(ctx context.Context, tx *sql.Tx, version int) error
}

// OpenDB opens a file, and creates it if there is none, readable by its owner only. A file of a newer program is refused
// before anything is written. The settings are those of the writer, beside [Pool]'s own.
func OpenDB(ctx context.Context, path string, t Tables, settings ...Setting) (*DB, error) {
	if path == "" {
		return nil, errors.New("no path")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := t.checkVersion(ctx, path); err != nil {
		return nil, err
	}
	if err := Own(path); err != nil {
		return nil, err
	}
	db := &DB{}
	if db.Writer, err = Pool(path, settings...); err != nil {
		return nil, err
	}
	db.Writer.SetMaxOpenConns(1)
	if err := db.Write(ctx, func(tx *sql.Tx) error { return t.migrate(ctx, tx) }); err != nil {
		return nil, errors.Join(err, db.Writer.Close())
	}
	if db.Readers, err = Pool(path, Setting{"query_only", "1", "1"}); err != nil {
		return nil, errors.Join(err, db.Writer.Close())
	}
	db.Readers.SetMaxOpenConns(readerCount)
	return db, nil
}

// Own creates a file if there is none, and makes it readable by its owner only. SQLite gives the same mode to the files
// that it makes beside it.
func Own(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// checkVersion refuses a file of a newer program.
func (t *Tables) checkVersion(ctx context.Context, path string) error {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return nil
	}
	db, err := Peek(path)
	if err != nil {
		return err
	}
	defer db.Close()
	v, err := userVersion(ctx, db)
	if err != nil {
		return fmt.Errorf("not a database of this program: %w", err)
	}
	if v > len(t.Steps) || v < 0 {
		return fmt.Errorf("the file is of version %d, this program knows up to %d: use a newer program", v, len(t.Steps))
	}
	return nil
}

func userVersion(ctx context.Context, q Querier) (v int, err error) {
	err = q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
	return v, err
}

// migrate takes the steps that are missing.
func (t *Tables) migrate(ctx context.Context, tx *sql.Tx) error {
	was, err := userVersion(ctx, tx)
	if err != nil {
		return err
	}
	for v := was; v < len(t.Steps); v++ {
		if _, err := tx.ExecContext(ctx, t.Steps[v]); err != nil {
			return fmt.Errorf("schema %d: %w", v+1, err)
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", v+1)); err != nil {
			return err
		}
	}
	if t.Opened == nil {
		return nil
	}
	return t.Opened(ctx, tx, was)
}

// Write runs f in the one writing transaction. The result is durable when this returns nil.
func (db *DB) Write(ctx context.Context, f func(tx *sql.Tx) error) error {
	return transact(ctx, db.Writer, nil, f)
}

// Read runs f on one moment of the file.
func (db *DB) Read(ctx context.Context, f func(q Querier) error) error {
	return transact(ctx, db.Readers, &sql.TxOptions{ReadOnly: true}, func(tx *sql.Tx) error { return f(tx) })
}

// transact runs f in a transaction. The context bounds the wait for a connection and, through f, its statements. It does not
// bound the transaction: package sql would roll that back in a goroutine of its own, which may still hold the file after
// [DB.Close].
func transact(ctx context.Context, pool *sql.DB, how *sql.TxOptions, f func(tx *sql.Tx) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), how)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Close lets go of the file. The writer is the last: its end writes the log back into the file.
func (db *DB) Close() error { return errors.Join(db.Readers.Close(), db.Writer.Close()) }
