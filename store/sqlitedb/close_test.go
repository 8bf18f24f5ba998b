package sqlitedb

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// After Close nothing of the process holds the file, also where a context ended in the middle of a transaction: package sql
// would roll that back on its own time.
func TestNothingHoldsAClosedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file.db")
	tables := Tables{Steps: []string{"CREATE TABLE n (n INTEGER)"}}
	for i := range 200 {
		db, err := OpenDB(t.Context(), path, tables)
		if err != nil {
			t.Fatal(err)
		}
		begun, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		transaction := func(q Querier) error {
			var n int
			if err := q.QueryRowContext(begun, "SELECT count(*) FROM n").Scan(&n); err != nil {
				return err
			}
			go cancel()
			<-begun.Done()
			return begun.Err()
		}
		go func() {
			if i%2 == 0 {
				done <- db.Read(begun, transaction)
			} else {
				done <- db.Write(begun, func(tx *sql.Tx) error { return transaction(tx) })
			}
		}()
		if err := <-done; err == nil {
			t.Fatal("a transaction whose context ended is done")
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := impatientWrite(path); err != nil {
			t.Fatalf("after %d times: %v", i, err)
		}
	}
}

// impatientWrite writes to a file without waiting for whoever holds it.
func impatientWrite(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO n VALUES (1)"); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
