package sqlitedb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"llave/store/sqlitedb"
)

// A file behind database/sql: its tables, a step from an earlier version of them, a write and a read.
func ExampleOpenDB() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	tables := sqlitedb.Tables{Steps: []string{
		"CREATE TABLE visit (id INTEGER PRIMARY KEY)",
		"ALTER TABLE visit ADD COLUMN place TEXT NOT NULL DEFAULT ''",
	}}
	db, err := sqlitedb.OpenDB(ctx, filepath.Join(dir, "visits.db"), tables, sqlitedb.SecureDelete)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	err = db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO visit (place) VALUES (?)", "La Plata")
		return err
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var place string
	err = db.Read(ctx, func(q sqlitedb.Querier) error {
		return q.QueryRowContext(ctx, "SELECT place FROM visit").Scan(&place)
	})
	fmt.Println(place, err)
	// Output: La Plata <nil>
}
