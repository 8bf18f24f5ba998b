package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"llave/bot"
)

// ErrFull says that the disk did not take what was to be written. Nothing of it was, and the store works again
// by itself when there is room. Until then it is not ready.
var ErrFull = errors.New("store: no room on the disk")

// failed gives an error its operation; what a store is expected to refuse it leaves as it is.
func failed(what string, err error) error {
	if err == nil || refusal(err) || errors.Is(err, bot.ErrClosed) {
		return err
	}
	if full(err) {
		return fmt.Errorf("store: %s: %w: %w", what, ErrFull, err)
	}
	return fmt.Errorf("store: %s: %w", what, err)
}

// full recognises the ways in which a disk refuses: no room, a limit on the size of files or a quota (which
// SQLite reports as a failed write), no room for the shared index.
func full(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE:
		return true
	}
	return false
}

// pragma is a setting of a connection, as it is asked for and as it must read back.
type pragma struct{ name, set, want string }

// writerPragmas: FULL makes every commit durable against loss of power, which group commit makes cheap. What is
// deleted is overwritten where that costs no write of its own. The log is written back every 16 MiB.
func writerPragmas() []pragma {
	return append(commonPragmas(),
		pragma{"cache_size", "-8192", "-8192"},
		pragma{"wal_autocheckpoint", "4000", "4000"},
		pragma{"journal_size_limit", "67108864", "67108864"},
		pragma{"secure_delete", "FAST", "2"},
	)
}

func readerPragmas() []pragma {
	return append(commonPragmas(),
		pragma{"cache_size", "-2048", "-2048"},
		pragma{"query_only", "1", "1"},
	)
}

func commonPragmas() []pragma {
	return []pragma{
		{"busy_timeout", "5000", "5000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "1", "1"},
		{"trusted_schema", "0", "0"},
	}
}

// connect prepares a pool of connections that all have these settings. A PRAGMA sent to a pool would reach one
// connection only, so they stand in the address, and are read back on each.
func connect(path string, pragmas []pragma) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"}, "mode": {"rw"}}
	for _, p := range pragmas {
		q.Add("_pragma", p.name+"("+p.set+")")
	}
	c, err := sqlite.NewConnector(address(path, q))
	if err != nil {
		return nil, fmt.Errorf("address of the file: %w", err)
	}
	return sql.OpenDB(checked{c, pragmas}), nil
}

// address is the URI under which SQLite opens a file, whatever characters are in its name.
func address(path string, q url.Values) string {
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// checked hands out only connections whose settings read back as they were asked for.
type checked struct {
	driver.Connector
	pragmas []pragma
}

// Connect is for package sql.
func (c checked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range c.pragmas {
		got, err := readPragma(ctx, conn, p.name)
		if err == nil && got != p.want {
			err = fmt.Errorf("setting %s is %s, want %s", p.name, got, p.want)
		}
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

func readPragma(ctx context.Context, conn driver.Conn, name string) (string, error) {
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, "PRAGMA "+name, nil)
	if err != nil {
		return "", err
	}
	value := make([]driver.Value, 1)
	if err = rows.Next(value); errors.Is(err, io.EOF) {
		err = fmt.Errorf("setting %s cannot be read", name)
	}
	return strings.ToLower(fmt.Sprint(value[0])), errors.Join(err, rows.Close())
}

// link is one connection with the statements that were prepared on it. One goroutine uses it at a time. Its
// calls take no context: a statement that has begun is short, and to interrupt it would cost a goroutine each.
type link struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newLink(db *sql.DB) (*link, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	return &link{conn, make(map[string]*sql.Stmt)}, nil
}

// close gives the connection back to its pool, which closes it when it is closed itself.
func (l *link) close() error {
	err := errors.Join(l.closeStatements(), l.conn.Close())
	if errors.Is(err, sql.ErrConnDone) { // it was discarded, and there was no other to be had
		return nil
	}
	return err
}

// closeStatements must come before the connection goes: with one of them open SQLite would keep the connection,
// and what it has locked, for ever.
func (l *link) closeStatements() error {
	var errs []error
	for _, s := range l.stmts {
		errs = append(errs, s.Close())
	}
	clear(l.stmts)
	return errors.Join(errs...)
}

// discard closes the connection itself, not only our use of it. It is for one that no longer works, of which no
// more can be said than that.
func (l *link) discard() {
	_ = l.closeStatements()
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn }) // the way to tell package sql not to keep it
	_ = l.conn.Close()
}

func (l *link) prepare(query string) (*sql.Stmt, error) {
	if s := l.stmts[query]; s != nil {
		return s, nil
	}
	s, err := l.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	l.stmts[query] = s
	return s, nil
}

// exec runs a statement and returns how many rows it changed.
func (l *link) exec(query string, args ...any) (int64, error) {
	s, err := l.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row runs a query of one row; sql.ErrNoRows if there is none.
func (l *link) row(dest []any, query string, args ...any) error {
	s, err := l.prepare(query)
	if err != nil {
		return err
	}
	return s.QueryRow(args...).Scan(dest...)
}

// rows runs a query and calls scan for each row.
func (l *link) rows(scan func(*sql.Rows) error, query string, args ...any) error {
	s, err := l.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// begin begins a transaction, on a new connection if the old one can no longer do it. It returns the connection
// to go on with, whether it works or not.
func begin(l *link, db *sql.DB, how string) (*link, error) {
	_, err := l.exec(how)
	if err == nil {
		return l, nil
	}
	l.discard()
	fresh, again := newLink(db)
	if again != nil {
		return l, errors.Join(err, again)
	}
	_, err = fresh.exec(how)
	return fresh, err
}

// end commits, or takes back. After an error SQLite may have taken back by itself, so that there is nothing left
// to take back: whether the connection is good shows when the next transaction begins.
func (l *link) end(commit bool) error {
	if !commit {
		_, _ = l.exec("ROLLBACK")
		return nil
	}
	_, err := l.exec("COMMIT")
	if err != nil {
		_, _ = l.exec("ROLLBACK")
	}
	return err
}
