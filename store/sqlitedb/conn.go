package sqlitedb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"modernc.org/sqlite"
)

// Setting is a PRAGMA of every connection of a pool: as it is set, and as it must read back.
type Setting struct{ Name, Set, Want string }

// SecureDelete overwrites all that is deleted.
var SecureDelete = Setting{"secure_delete", "1", "1"}

// writerSettings: FULL makes every commit durable against loss of power, which group commit makes cheap. What is
// deleted is overwritten where that costs no write of its own. The log is written back every 16 MiB.
func writerSettings() []Setting {
	return append(commonSettings(),
		Setting{"cache_size", "-8192", "-8192"},
		Setting{"wal_autocheckpoint", "4000", "4000"},
		Setting{"journal_size_limit", "67108864", "67108864"},
		Setting{"secure_delete", "FAST", "2"},
	)
}

func readerSettings() []Setting {
	return append(commonSettings(),
		Setting{"cache_size", "-2048", "-2048"},
		Setting{"query_only", "1", "1"},
	)
}

func commonSettings() []Setting {
	return []Setting{
		{"busy_timeout", "5000", "5000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "1", "1"},
		{"trusted_schema", "0", "0"},
	}
}

// connect prepares a pool of connections that all have these settings. A PRAGMA sent to a pool would reach one
// connection only, so the settings are part of the address, and are read back on each connection.
func connect(path string, settings []Setting) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"}, "mode": {"rw"}}
	for _, p := range settings {
		q.Add("_pragma", p.Name+"("+p.Set+")")
	}
	c, err := sqlite.NewConnector(dataSource(path, q))
	if err != nil {
		return nil, fmt.Errorf("address of the file: %w", err)
	}
	return sql.OpenDB(checked{c, settings}), nil
}

// Pool is a pool of connections to a file that is there. The settings are added to the common ones, or stand in for them:
// a commit is on the disk when it returns, a busy file is waited for during five seconds.
func Pool(path string, settings ...Setting) (*sql.DB, error) {
	all := commonSettings()
	for _, own := range settings {
		if i := slices.IndexFunc(all, func(s Setting) bool { return own.Name == s.Name }); i >= 0 {
			all[i] = own
		} else {
			all = append(all, own)
		}
	}
	return connect(path, all)
}

// address is the URI under which SQLite opens a file, whatever characters are in its name.
func dataSource(path string, q url.Values) string {
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// checked hands out only connections whose settings read back as they were asked for.
type checked struct {
	driver.Connector
	settings []Setting
}

// Connect implements driver.Connector.
func (c checked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range c.settings {
		got, err := readPragma(ctx, conn, p.Name)
		if err == nil && got != p.Want {
			err = fmt.Errorf("setting %s is %s, want %s", p.Name, got, p.Want)
		}
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return withStatements(conn)
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

// Conn is one connection with the statements that were prepared on it. One goroutine uses it at a time. Its
// calls take no context: a statement that has begun is short, and to interrupt it would cost a goroutine each.
type Conn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newConn(db *sql.DB) (*Conn, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	return &Conn{conn, make(map[string]*sql.Stmt)}, nil
}

// close gives the connection back to its pool, which closes it when it is closed itself.
func (c *Conn) close() error {
	err := errors.Join(c.closeStatements(), c.conn.Close())
	if errors.Is(err, sql.ErrConnDone) { // it was discarded, and there was no other
		return nil
	}
	return err
}

// closeStatements must come before the connection goes: with one of them open SQLite would keep the connection,
// and what it has locked, for ever.
func (c *Conn) closeStatements() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	clear(c.stmts)
	return errors.Join(errs...)
}

// discard closes the connection itself, not only our use of it, after it has failed. Errors of closing it say nothing
// more.
func (c *Conn) discard() {
	_ = c.closeStatements()
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn }) // package sql does not keep it after this error
	_ = c.conn.Close()
}

func (c *Conn) prepare(query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	s, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// Exec runs a statement and returns how many rows it changed.
func (c *Conn) Exec(query string, args ...any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Row runs a query of one row; sql.ErrNoRows if there is none.
func (c *Conn) Row(dest []any, query string, args ...any) error {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	return s.QueryRow(args...).Scan(dest...)
}

// Rows runs a query and calls scan for each row.
func (c *Conn) Rows(scan func(*sql.Rows) error, query string, args ...any) error {
	s, err := c.prepare(query)
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
func begin(c *Conn, db *sql.DB, how string) (*Conn, error) {
	_, err := c.Exec(how)
	if err == nil {
		return c, nil
	}
	c.discard()
	fresh, again := newConn(db)
	if again != nil {
		return c, errors.Join(err, again)
	}
	_, err = fresh.Exec(how)
	return fresh, err
}

// end commits, or rolls back. After an error SQLite may have rolled back by itself, and ROLLBACK fails: whether the
// connection is good shows when the next transaction begins.
func (c *Conn) end(commit bool) error {
	if !commit {
		_, _ = c.Exec("ROLLBACK")
		return nil
	}
	_, err := c.Exec("COMMIT")
	if err != nil {
		_, _ = c.Exec("ROLLBACK")
	}
	return err
}
