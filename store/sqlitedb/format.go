package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Format is what a kind of file holds.
type Format struct {
	// Application is the application_id in the file's header.
	Application uint32
	// Tables are the statements that make the tables of the present version, in the words that SQLite keeps after the
	// steps from an earlier one: both must give the same.
	Tables string
	// Steps lead from one version to the next: Steps[n] from version n. A file has no version before the first step
	// that is not empty. The present version, the file's user_version, is the number of steps.
	Steps []string
}

func (f *Format) version() int { return len(f.Steps) }

// known reports whether files of a version were ever made.
func (f *Format) known(version int) bool {
	return version == f.version() || version >= 0 && version < f.version() && f.Steps[version] != ""
}

// create makes an empty file beside its place and moves it there when it is whole and on the disk: a file
// under the name is never half made.
func (f *Format) create(path string) (err error) {
	made := path + ".new"
	remove := func() error {
		var errs []error
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(made + suffix); !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
	if err := remove(); err != nil { // of an attempt that was cut short
		return fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("make the file: %w", err), remove())
		}
	}()
	file, err := os.OpenFile(made, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Close(), f.fill(made)); err != nil {
		return err
	}
	if err := syncPath(made); err != nil {
		return err
	}
	if err := os.Rename(made, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// fill writes the empty tables.
func (f *Format) fill(path string) (err error) {
	db, err := connect(path, writerSettings())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(fmt.Sprintf("BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		f.Tables, f.Application, f.version()))
	return err
}

// syncPath makes a file, or the names in a folder, durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// protect takes away the permissions that a file may have got from a copy.
func protect(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// migrate brings the tables of a file to the present version, in one transaction. The result must be the tables that
// create makes; otherwise the file stays as it was.
func (f *Format) migrate(path string) (err error) {
	db, err := connect(path, writerSettings())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	c, err := newConn(db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, c.close(), db.Close()) }()
	var version int
	if err := c.Row([]any{&version}, "PRAGMA user_version"); err != nil || version == f.version() {
		return err
	}
	if _, err := c.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = f.migrateFrom(c, version)
	return errors.Join(err, c.end(err == nil))
}

func (f *Format) migrateFrom(c *Conn, version int) error {
	for ; version < f.version(); version++ {
		if _, err := c.conn.ExecContext(context.Background(), f.Steps[version]); err != nil {
			return fmt.Errorf("bring version %d of the tables to %d: %w", version, version+1, ofTables(err))
		}
	}
	if err := f.inspectTables(c); err != nil {
		return err
	}
	_, err := c.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA user_version = %d", f.version()))
	return err
}

// ofTables distinguishes tables that are not as they were made from a disk that cannot be written.
func ofTables(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_ERROR {
		return &damage{err.Error()}
	}
	return err
}

// inspectTables wants every table and index of the format with the text that makes it, which SQLite keeps, and
// reads the first row of each table. Other tables are ignored.
func (f *Format) inspectTables(c *Conn) error {
	found := make(map[string]bool)
	err := c.Rows(func(r *sql.Rows) error {
		var text string
		err := r.Scan(&text)
		found[text] = true
		return err
	}, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
	if err != nil {
		return fmt.Errorf("read the list of tables: %w", err)
	}
	for statement := range strings.SplitSeq(f.Tables, ";") {
		statement = strings.TrimSpace(statement)
		if !strings.HasPrefix(statement, "CREATE ") {
			continue
		}
		kind, name := strings.Fields(statement)[1], strings.Fields(statement)[2]
		if !found[statement] {
			return &damage{fmt.Sprintf("%s %s is not as it was made", strings.ToLower(kind), name)}
		}
		if kind != "TABLE" {
			continue
		}
		if err := c.Rows(func(*sql.Rows) error { return nil }, "SELECT * FROM "+name+" LIMIT 1"); err != nil {
			return fmt.Errorf("read table %s: %w", name, err)
		}
	}
	return nil
}
