package archive

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/argon2id"

	"llave/store/sqlitedb"
)

// Refusals.
var (
	// ErrNotFound: there is no such case, file, agent or holiday.
	ErrNotFound = errors.New("archive: not found")
	// ErrEmpty: a text without a word.
	ErrEmpty = errors.New("archive: empty")
	// ErrTooLong: a text or a file beyond its limit.
	ErrTooLong = errors.New("archive: too long")
)

// Options configure an archive. Path and Key are required.
type Options struct {
	// Path is the SQLite file. It is created if it is not there.
	Path string
	// Key is 32 bytes. With another key an existing file does not open.
	Key []byte
	// Retention is how long a closed case is kept. Zero: [DefaultRetention].
	Retention time.Duration
	// Cost of hashing a password. Nil: OWASP's second choice for argon2id, 19 MiB and two passes.
	Cost *argon2id.Params

	Now func() time.Time
	Log *slog.Logger
}

// Archive is the desk's database. It is safe for concurrent use.
type Archive struct {
	db      *sqlitedb.DB
	keys    keys
	opt     Options
	watch   watch
	board   board
	cache   openRows
	front   front
	hashing chan struct{} // bounds the passwords that are hashed at a time
	dummy   string        // a hash that no password has

	cancel context.CancelFunc
	swept  chan struct{} // closed when nothing is swept any more
}

//go:embed schema.sql
var schema1 string

// Open opens the database, and begins to sweep it.
func Open(ctx context.Context, o Options) (*Archive, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.Cost == nil {
		o.Cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	}
	a := &Archive{opt: o, hashing: make(chan struct{}, 2), swept: make(chan struct{})}
	a.board.reading = make(chan struct{}, 1)
	if err := a.open(ctx); err != nil {
		return nil, fmt.Errorf("archive: open: %w", err)
	}
	ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go a.sweeper(ctx)
	return a, nil
}

func (a *Archive) open(ctx context.Context) (err error) {
	if a.keys, err = newKeys(a.opt.Key); err != nil {
		return err
	}
	a.dummy = nobodysHash(a.opt.Cost)
	a.db, err = sqlitedb.OpenDB(ctx, a.opt.Path, sqlitedb.Tables{Steps: []string{schema1}, Opened: a.opened}, sqlitedb.SecureDelete)
	if err != nil {
		return err
	}
	if err = a.refresh(ctx); err != nil {
		return errors.Join(err, a.db.Close())
	}
	return nil
}

// opened seals a mark in a new file and opens that of an old one; the audit's chain begins with a new file.
func (a *Archive) opened(ctx context.Context, tx *sql.Tx, version int) error {
	if version == 0 {
		if _, err := tx.ExecContext(ctx, "INSERT INTO mark (sealed) VALUES (?)", a.keys.ring.Seal([]byte{1}, place("mark"))); err != nil {
			return err
		}
		return a.keys.chain.Begin(ctx, tx)
	}
	var mark []byte
	if err := tx.QueryRowContext(ctx, "SELECT sealed FROM mark").Scan(&mark); err != nil {
		return err
	}
	_, err := a.keys.ring.Open(mark, place("mark"))
	return err
}

// Close ends the sweeping and lets go of the file. Those who wait for an outcome get an error.
func (a *Archive) Close() error {
	a.cancel()
	a.watch.close()
	<-a.swept
	if err := a.db.Close(); err != nil {
		return fmt.Errorf("archive: close: %w", err)
	}
	return nil
}

// Ping reads from the file: it can show cases if this returns nil.
func (a *Archive) Ping(ctx context.Context) error {
	var n int
	if err := a.db.Readers.QueryRowContext(ctx, "SELECT count(*) FROM mark").Scan(&n); err != nil {
		return fmt.Errorf("archive: ping: %w", err)
	}
	return nil
}

func (a *Archive) now() time.Time { return a.opt.Now().UTC().Round(0) }

// write runs f in the one writing transaction.
func (a *Archive) write(ctx context.Context, what string, f func(tx *sql.Tx) error) error {
	if err := a.db.Write(ctx, f); err != nil {
		return fmt.Errorf("archive: %s: %w", what, err)
	}
	return nil
}

// read runs f on one moment of the file.
func (a *Archive) read(ctx context.Context, what string, f func(q sqlitedb.Querier) error) error {
	if err := a.db.Read(ctx, f); err != nil {
		return fmt.Errorf("archive: %s: %w", what, err)
	}
	return nil
}

// exec runs a statement and returns how many rows it changed.
func exec(ctx context.Context, tx *sql.Tx, query string, args ...any) (int64, error) {
	r, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// micro is the time of a column; 0 is the zero time: never.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// number is a bool in a column of integers.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
