package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"modernc.org/sqlite"
)

// Cut is one moment of several files that other processes read and write: what was committed before that moment is in
// it, in all files, and nothing of what was committed later. It is what the files would hold after a crash.
type Cut struct {
	files []cutFile
}

// cutFile is a file with a read transaction of that moment.
type cutFile struct {
	path string
	db   *sql.DB
	read *sql.Conn
}

// While the moment is taken no file can be written. A file whose writer is busy is waited for only cutWait, and then all
// files are let go for cutPause, so that no other process waits as long as its busy_timeout.
const (
	cutWait  = "200" // ms
	cutPause = 50 * time.Millisecond
	cutTries = 300
)

// TakeCut takes a moment of the files at these paths. The caller closes it. Until then the logs of the files grow.
func TakeCut(ctx context.Context, paths ...string) (*Cut, error) {
	c := &Cut{}
	for _, path := range paths {
		db, err := Pool(path, Setting{"busy_timeout", cutWait, cutWait})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("cut: %s: %w", path, err), c.Close())
		}
		c.files = append(c.files, cutFile{path: path, db: db})
	}
	for try := 1; ; try++ {
		err := c.take(ctx)
		if err == nil {
			return c, nil
		}
		if !isBusy(err) || try == cutTries {
			return nil, errors.Join(fmt.Errorf("cut: %w", err), c.Close())
		}
		select {
		case <-time.After(cutPause):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), c.Close())
		}
	}
}

// take locks the writers of all files, begins to read, and lets the writers go.
func (c *Cut) take(ctx context.Context) (err error) {
	var locks []*sql.Conn
	defer func() {
		for _, lock := range locks {
			err = errors.Join(err, rollback(lock))
		}
	}()
	for _, f := range c.files {
		lock, err := f.db.Conn(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		locks = append(locks, lock)
		if _, err := lock.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	for i := range c.files {
		if err := c.files[i].begin(ctx); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", c.files[i].path, err), c.release())
		}
	}
	return nil
}

// begin begins the read transaction. The first read fixes its moment.
func (f *cutFile) begin(ctx context.Context) (err error) {
	if f.read, err = f.db.Conn(ctx); err != nil {
		return err
	}
	if _, err := f.read.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	var tables int
	return f.read.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
}

// rollback ends the transaction of a connection, if there is one, and gives the connection back.
func rollback(c *sql.Conn) error {
	_, _ = c.ExecContext(context.Background(), "ROLLBACK")
	return c.Close()
}

// release ends the read transactions.
func (c *Cut) release() error {
	var errs []error
	for i := range c.files {
		if f := &c.files[i]; f.read != nil {
			errs = append(errs, rollback(f.read))
			f.read = nil
		}
	}
	return errors.Join(errs...)
}

// copyPages is how many pages are copied before it is looked whether the caller has given up.
const copyPages = 4096

// Copy writes a file, as it was at the moment of the cut, to a path where there must be none, durably and readable by its
// owner only. A copy that failed is removed.
func (c *Cut) Copy(ctx context.Context, path, to string) (err error) {
	at := slices.IndexFunc(c.files, func(f cutFile) bool { return f.path == path })
	if at < 0 {
		return fmt.Errorf("copy %s: not in the cut", path)
	}
	made, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("copy %s: %w", path, err), os.Remove(to))
		}
	}()
	if err := made.Close(); err != nil {
		return err
	}
	err = c.files[at].read.Raw(func(driverConn any) error { return copyDatabase(ctx, driverConn, to) })
	if err != nil {
		return err
	}
	return syncPath(to)
}

// copyDatabase copies what a connection reads.
func copyDatabase(ctx context.Context, driverConn any, to string) error {
	from, ok := driverConn.(interface {
		NewBackup(uri string) (*sqlite.Backup, error)
	})
	if !ok {
		return errors.New("the driver makes no copies")
	}
	b, err := from.NewBackup(dataSource(to, url.Values{"mode": {"rw"}}))
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		if err = ctx.Err(); err == nil {
			more, err = b.Step(copyPages)
		}
	}
	return errors.Join(err, b.Finish())
}

// Close lets go of the files.
func (c *Cut) Close() error {
	errs := []error{c.release()}
	for _, f := range c.files {
		errs = append(errs, f.db.Close())
	}
	return errors.Join(errs...)
}

// CheckCopy reads a whole file and returns the version of its tables. It fails if the file is damaged. It puts nothing
// beside it.
func CheckCopy(ctx context.Context, path string) (version int, err error) {
	db, err := Peek(path)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return 0, fmt.Errorf("check %s: %w", path, err)
	}
	if verdict != "ok" {
		return 0, fmt.Errorf("check %s: %w", path, &damage{verdict})
	}
	return userVersion(ctx, db)
}
