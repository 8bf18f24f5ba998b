package sqlitedb

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// OpenKind is the reason why a file could not be opened.
type OpenKind string

// The reasons why a file could not be opened.
const (
	InUse      OpenKind = "in use"                    // another process has it
	NotSQLite  OpenKind = "not a SQLite file"         // another format
	Foreign    OpenKind = "not a Llave file"          // SQLite, but another program's
	Newer      OpenKind = "made by a newer version"   // do not open it with this one
	Truncated  OpenKind = "cut short"                 // a part is missing: restore a copy
	Corrupt    OpenKind = "damaged"                   // restore a copy
	Unfinished OpenKind = "an unfinished copy"        // repeat the copy
	Unreadable OpenKind = "cannot be read"            // the cause has the reason
	Unwritable OpenKind = "cannot be made or written" // the cause has the reason
)

// OpenError is a file that could not be opened. Unless its kind is Unwritable, nothing was changed.
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

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// ErrClosed is the error of a call on a closed file.
var ErrClosed = errors.New("sqlitedb: closed")

// IsFull reports whether the disk refused a write: no room, a limit on the size of files or a quota (which SQLite
// reports as a failed write), no room for the shared index.
func IsFull(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE:
		return true
	}
	return false
}

// isBusy reports whether another connection holds what is needed.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// damage is found by this package and not by SQLite.
type damage struct{ what string }

func (d *damage) Error() string { return d.what }

// kindOf distinguishes a damaged file from one that could not be read.
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
