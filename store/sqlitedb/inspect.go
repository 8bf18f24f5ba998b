package sqlitedb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// resolve follows symbolic links, so that one file has one lock.
func resolve(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return path, err
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(full))
	if err != nil {
		return full, err
	}
	return filepath.Join(dir, filepath.Base(full)), nil
}

// inspect looks at a file without changing it or anything beside it. It reports whether there is none yet.
func (f *Format) inspect(path string) (fresh bool, err error) {
	refuse := func(kind OpenKind, err error) (bool, error) {
		return false, &OpenError{Path: path, Kind: kind, Err: err}
	}
	logged, err := sizeOf(path + "-wal")
	if err != nil {
		return refuse(Unreadable, err)
	}
	size, err := sizeOf(path)
	if err != nil {
		return refuse(Unreadable, err)
	}
	if size == 0 {
		if logged > 0 {
			return refuse(Truncated, errors.New("its -wal file is there and holds data, but the file itself is gone"))
		}
		return true, nil
	}
	if kind, err := inspectHeader(path, size, logged > 0); err != nil {
		return refuse(kind, err)
	}
	if kind, err := f.inspectFile(path, logged > 0); err != nil {
		return refuse(kind, err)
	}
	return false, nil
}

// sizeOf is the size of a regular file, zero if there is none.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s is not a regular file", path)
	}
	return info.Size(), nil
}

// inspectFile looks into the file. An index that SQLite makes for its log is removed again.
func (f *Format) inspectFile(path string, logged bool) (kind OpenKind, err error) {
	if _, err := os.Stat(path + "-shm"); logged && errors.Is(err, os.ErrNotExist) {
		defer os.Remove(path + "-shm")
	}
	db, err := Peek(path)
	if err != nil {
		return Unreadable, err
	}
	defer db.Close()
	c, err := newConn(db)
	if err != nil {
		return kindOf(err), err
	}
	defer c.close()
	return f.inspectOpen(c)
}

// wholePages is up to what size a file is checked page by page, in a few milliseconds. In a bigger one only the
// beginnings of its tables are read; damage further in shows when it is read.
const wholePages = 1024

// inspectOpen checks an open file: whose it is, of which version, its tables, and its pages if they are not too many.
func (f *Format) inspectOpen(c *Conn) (OpenKind, error) {
	var id, version, pages int64
	for name, dest := range map[string]*int64{"application_id": &id, "user_version": &version, "page_count": &pages} {
		if err := c.Row([]any{dest}, "PRAGMA "+name); err != nil {
			return kindOf(err), fmt.Errorf("read %s: %w", name, err)
		}
	}
	switch {
	case uint32(id) != f.Application:
		return Foreign, fmt.Errorf("its application id is %#x, ours %#x", uint32(id), f.Application)
	case version > int64(f.version()):
		return Newer, fmt.Errorf("version %d of the tables, this program knows %d", version, f.version())
	case !f.known(int(version)):
		return Corrupt, fmt.Errorf("there never was a version %d of the tables", version)
	case version == int64(f.version()): // the tables of an earlier one are checked when they have been migrated
		if err := f.inspectTables(c); err != nil {
			return kindOf(err), err
		}
	}
	if pages <= wholePages {
		var verdict string
		if err := c.Row([]any{&verdict}, "PRAGMA quick_check(1)"); err != nil {
			return kindOf(err), err
		}
		if verdict != "ok" {
			return Corrupt, errors.New(verdict)
		}
	}
	return "", nil
}
