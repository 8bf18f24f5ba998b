package sqlitedb

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// Peeked is a file opened by [Peek].
type Peeked struct {
	*sql.DB
	index string // to be removed
}

// Peek opens a file for reading only, and leaves it and its folder as they are. Where there is no log it is opened as a
// file that cannot change, so that SQLite puts nothing beside it; where there is one, SQLite has to index it, and
// [Peeked.Close] removes the index.
func Peek(path string) (*Peeked, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {"ro"}, "_error_rc": {"1"}, "_defensive": {"1"}, "_pragma": {"trusted_schema(0)"}}
	p := &Peeked{}
	if st, err := os.Stat(path + "-wal"); err == nil && st.Size() > 0 {
		if _, err := os.Stat(path + "-shm"); errors.Is(err, os.ErrNotExist) {
			p.index = path + "-shm"
		}
	} else {
		q.Set("immutable", "1")
	}
	connector, err := sqlite.NewConnector(address(path, q))
	if err != nil {
		return nil, err
	}
	p.DB = sql.OpenDB(connector)
	p.SetMaxOpenConns(1)
	return p, nil
}

// Close lets go of the file.
func (p *Peeked) Close() error {
	err := p.DB.Close()
	if p.index != "" {
		os.Remove(p.index)
	}
	return err
}
