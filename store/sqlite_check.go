package store

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// OpenKind says why a file could not be opened.
type OpenKind string

// Why a file could not be opened.
const (
	InUse      OpenKind = "in use"                    // another process has it
	NotSQLite  OpenKind = "not a SQLite file"         // something else
	Foreign    OpenKind = "not a Llave file"          // SQLite, but somebody else's
	Newer      OpenKind = "made by a newer version"   // do not open it with this one
	Truncated  OpenKind = "cut short"                 // a part is missing: restore a copy
	Corrupt    OpenKind = "damaged"                   // restore a copy
	Unreadable OpenKind = "cannot be read"            // the cause says why
	Unwritable OpenKind = "cannot be made or written" // the cause says why
)

// OpenError says that a file could not be opened. Unless its kind is Unwritable, nothing was changed.
type OpenError struct {
	Path string
	Kind OpenKind
	Err  error
}

func (e *OpenError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("store: open %s: %s", e.Path, e.Kind)
	}
	return fmt.Sprintf("store: open %s: %s: %v", e.Path, e.Kind, e.Err)
}

// Unwrap gives the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// resolve follows links, so that one file has one lock.
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

// inspect looks at a file without changing it, or anything beside it. It says whether there is none yet.
func inspect(path string) (fresh bool, err error) {
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
	if kind, err := inspectTables(path, logged > 0); err != nil {
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

// inspectHeader reads the hundred bytes with which a SQLite file begins. A file may be shorter than it says
// where a process was killed while it wrote the log back: the rest is still in the log.
func inspectHeader(path string, size int64, logged bool) (OpenKind, error) {
	f, err := os.Open(path)
	if err != nil {
		return Unreadable, err
	}
	defer f.Close()
	h := make([]byte, 100)
	if _, err := io.ReadFull(f, h); err != nil {
		return NotSQLite, fmt.Errorf("header: %w", err)
	}
	if !bytes.HasPrefix(h, []byte("SQLite format 3\x00")) {
		return NotSQLite, errors.New("header: another format")
	}
	page := int64(binary.BigEndian.Uint16(h[16:]))
	if page == 1 {
		page = 65536
	}
	if page < 512 || page&(page-1) != 0 {
		return Corrupt, fmt.Errorf("header: a page of %d bytes", page)
	}
	pages := int64(binary.BigEndian.Uint32(h[28:]))
	if size >= page*pages {
		return "", nil
	}
	var log map[int64]bool
	if logged {
		if log, err = loggedPages(path+"-wal", page); err != nil {
			return Unreadable, err
		}
	}
	for n := size/page + 1; n <= pages; n++ {
		if !log[n] {
			return Truncated, fmt.Errorf("%d bytes of %d, and page %d is nowhere", size, page*pages, n)
		}
	}
	return "", nil
}

// loggedPages lists the pages of a file that are in its log. What a log holds from an earlier round, behind what
// it holds now, has another salt.
func loggedPages(path string, page int64) (map[int64]bool, error) {
	const headerSize, frameHeaderSize = 32, 24
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var header [headerSize]byte
	if _, err := f.ReadAt(header[:], 0); err != nil {
		return nil, fmt.Errorf("header of the log: %w", err)
	}
	found := make(map[int64]bool)
	var frame [frameHeaderSize]byte
	for at := int64(headerSize); ; at += frameHeaderSize + page {
		_, err := f.ReadAt(frame[:], at)
		if errors.Is(err, io.EOF) || err == nil && !bytes.Equal(frame[8:16], header[16:24]) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
		found[int64(binary.BigEndian.Uint32(frame[:]))] = true
	}
}

// wholePages is up to what size a file is checked page by page, in a few milliseconds. A bigger one is looked
// at where its tables begin; damage further in shows when it is read.
const wholePages = 1024

// inspectTables opens the file for reading only. Where there is no log it is opened as something that cannot
// change, so that SQLite puts nothing beside it; where there is one, SQLite has to index it, and the index is
// taken away again.
func inspectTables(path string, logged bool) (kind OpenKind, err error) {
	q := url.Values{"mode": {"ro"}, "_error_rc": {"1"}, "_defensive": {"1"}, "_pragma": {"trusted_schema(0)"}}
	if logged {
		if _, err := os.Stat(path + "-shm"); errors.Is(err, os.ErrNotExist) {
			defer os.Remove(path + "-shm")
		}
	} else {
		q.Set("immutable", "1")
	}
	c, err := sqlite.NewConnector(address(path, q))
	if err != nil {
		return Unreadable, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	defer db.Close()
	l, err := newLink(db)
	if err != nil {
		return kindOf(err), err
	}
	defer l.close()
	return inspectOpen(l)
}

func inspectOpen(l *link) (OpenKind, error) {
	var id, version, pages int64
	for name, dest := range map[string]*int64{"application_id": &id, "user_version": &version, "page_count": &pages} {
		if err := l.row([]any{dest}, "PRAGMA "+name); err != nil {
			return kindOf(err), fmt.Errorf("read %s: %w", name, err)
		}
	}
	switch {
	case id != applicationID:
		return Foreign, fmt.Errorf("its application id is %#x, ours %#x", uint32(id), applicationID)
	case version > schemaVersion:
		return Newer, fmt.Errorf("version %d of the tables, this program knows %d", version, schemaVersion)
	case version < 1:
		return Corrupt, fmt.Errorf("there never was a version %d of the tables", version)
	case version == schemaVersion: // an earlier one is looked at when it has been migrated
		if err := inspectSchema(l); err != nil {
			return kindOf(err), err
		}
	}
	if pages <= wholePages {
		var verdict string
		if err := l.row([]any{&verdict}, "PRAGMA quick_check(1)"); err != nil {
			return kindOf(err), err
		}
		if verdict != "ok" {
			return Corrupt, errors.New(verdict)
		}
	}
	return "", nil
}

// inspectSchema wants every table and index of ours in the words in which we make it, which SQLite keeps, and
// the first row of each table. What somebody has added is theirs.
func inspectSchema(l *link) error {
	found := make(map[string]bool)
	err := l.rows(func(r *sql.Rows) error {
		var text string
		err := r.Scan(&text)
		found[text] = true
		return err
	}, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
	if err != nil {
		return fmt.Errorf("read the list of tables: %w", err)
	}
	for statement := range strings.SplitSeq(schema(), ";") {
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
		if err := l.rows(func(*sql.Rows) error { return nil }, "SELECT * FROM "+name+" LIMIT 1"); err != nil {
			return fmt.Errorf("read table %s: %w", name, err)
		}
	}
	return nil
}

// damage is found by us rather than by SQLite.
type damage struct{ what string }

func (d *damage) Error() string { return d.what }

// kindOf tells a damaged file from one that could not be read.
func kindOf(err error) OpenKind {
	var d *damage
	var e *sqlite.Error
	switch {
	case errors.As(err, &d):
		return Corrupt
	case !errors.As(err, &e):
		return Unreadable
	case e.Code()&0xff == sqlite3.SQLITE_CORRUPT:
		return Corrupt
	case e.Code()&0xff == sqlite3.SQLITE_NOTADB:
		return NotSQLite
	}
	return Unreadable
}
