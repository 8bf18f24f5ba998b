package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"modernc.org/sqlite"
)

// maxStatements is how many prepared statements a connection keeps: as many as one of our files has queries.
const maxStatements = 256

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	NewBackup(destination string) (*sqlite.Backup, error)
}

// statementConn is a connection that keeps the statements it has prepared: to prepare one takes SQLite longer than to run it, and
// package sql prepares a query of a transaction each time. One goroutine uses a connection at a time.
type statementConn struct {
	sqliteConn
	kept *lru.Cache[string, *keptStatement]
}

// keptStatement is a prepared statement. It is in use while the rows of a query are open; one that is pushed out meanwhile is closed
// with them.
type keptStatement struct {
	driver.Stmt
	used, dropped bool
}

func withStatements(c driver.Conn) (driver.Conn, error) {
	inner, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.New("the driver's connection lacks a method")
	}
	kept, err := lru.NewWithEvict(maxStatements, func(_ string, s *keptStatement) {
		if s.dropped = true; !s.used {
			_ = s.Close()
		}
	})
	return &statementConn{inner, kept}, err
}

// statement is the prepared statement of a query that is not in use; nil where the query is run as it is.
func (c *statementConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	if s, ok := c.kept.Get(query); ok {
		if s.used {
			return nil, nil
		}
		return s, nil
	}
	if !isKept(query) {
		return nil, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStatement{Stmt: prepared}
	c.kept.Add(query, s)
	return s, nil
}

// isKept reports whether a query is one statement that reads or writes rows.
func isKept(query string) bool {
	if strings.Contains(query, ";") {
		return false
	}
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n"), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// ExecContext implements driver.ExecerContext.
func (c *statementConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *statementConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.used = true
	return &keptRows{rows, s}, nil
}

// Close closes the statements, and then the connection: with one of them open SQLite would keep the file.
func (c *statementConn) Close() error {
	c.kept.Purge()
	return c.sqliteConn.Close()
}

// keptRows are the rows of a kept statement.
type keptRows struct {
	driver.Rows
	of *keptStatement
}

// Close lets the statement be used again.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	if r.of.used = false; r.of.dropped {
		err = errors.Join(err, r.of.Close())
		r.of.dropped = false // closed once
	}
	return err
}
