package sqlitedb

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// Peek opens a file for reading only. Where there is no log it is opened as a file that cannot change, so that SQLite
// puts nothing beside it; where there is one, SQLite has to index it, and makes the index if it is not there.
func Peek(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {"ro"}, "_error_rc": {"1"}, "_defensive": {"1"}, "_pragma": {"trusted_schema(0)"}}
	if st, err := os.Stat(path + "-wal"); err != nil || st.Size() == 0 {
		q.Set("immutable", "1")
	}
	connector, err := sqlite.NewConnector(dataSource(path, q))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	return db, nil
}
