package sqlitedb

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A kept statement is not run again while its rows are open, it knows of tables that have changed, and it holds the file no longer
// than the connection. It may be pushed out while it is in use.
func TestKeptStatements(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := OpenDB(t.Context(), path, Tables{Steps: []string{"CREATE TABLE n (n INTEGER); INSERT INTO n VALUES (1), (2), (3)"}})
	if err != nil {
		t.Fatal(err)
	}
	const all = "SELECT n FROM n ORDER BY n"
	sum := 0
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.Query(all)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n, m int
			if err := rows.Scan(&n); err != nil {
				return err
			}
			inner, err := tx.Query(all)
			if err != nil {
				return err
			}
			for inner.Next() {
				if err := inner.Scan(&m); err != nil {
					return err
				}
				sum += n * m
			}
			inner.Close()
			for i := range maxStatements { // the first one is pushed out
				if err := tx.QueryRow(fmt.Sprintf("SELECT %d FROM n", n*1000+i)).Scan(&m); err != nil || m != n*1000+i {
					return fmt.Errorf("%d is read as %d, %w", n*1000+i, m, err)
				}
			}
		}
		return rows.Err()
	})
	if err != nil || sum != 36 {
		t.Errorf("the sum of all products is %d, %v", sum, err)
	}

	width := func() int {
		var columns []string
		if err := db.Write(t.Context(), func(tx *sql.Tx) error {
			rows, err := tx.Query("SELECT * FROM n")
			if err == nil {
				columns, err = rows.Columns()
				rows.Close()
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		return len(columns)
	}
	before := width()
	if _, err := db.Writer.Exec("ALTER TABLE n ADD COLUMN m INTEGER"); err != nil {
		t.Fatal(err)
	}
	if after := width(); before != 1 || after != 2 {
		t.Errorf("the table has %d columns, and then %d", before, after)
	}
	if _, err := db.Writer.Exec("INSERT INTO n (n) VALUES ('x', 1)"); err == nil {
		t.Error("a wrong statement is run")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Errorf("after closing there is a log: a connection was kept (%v)", err)
	}
}

// Preparing a query once is what makes it cheap.
func TestAStatementIsPreparedOnce(t *testing.T) {
	db, err := OpenDB(t.Context(), filepath.Join(t.TempDir(), "x.db"), Tables{Steps: []string{"CREATE TABLE n (n INTEGER)"}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i := range 3 {
		if _, err := conn.ExecContext(t.Context(), "INSERT INTO n VALUES (?)", i); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM n").Scan(&n); err != nil || n != i+1 {
			t.Errorf("%d rows, %v", n, err)
		}
	}
	if err := conn.Raw(func(c any) error {
		if kept := c.(*statementConn).kept; kept.Len() != 2 {
			t.Errorf("%d statements are kept: %q", kept.Len(), kept.Keys())
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}
