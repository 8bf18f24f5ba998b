package store

import (
	"context"
	"errors"
	"fmt"

	"llave/bot"
	"llave/store/sqlitedb"
)

// SQLite is a store in one file, for a service of one process. It keeps what it acknowledged when the process or the
// machine's power is lost.
//
// The file holds keyed hashes, numbers, times, the names of timers, the reasons of dead letters, and bodies
// that were sealed before they came here.
type SQLite struct {
	file  *sqlitedb.File
	swept sweptCounters
}

var _ bot.Store = (*SQLite)(nil)

// conn is what the statements of this package run on.
type conn = sqlitedb.Conn

// OpenSQLite opens the store in the file, which it makes if there is none, readable by its owner only. The
// folder must exist and be on a disk of this machine. A file that is in use, or is not a whole store of this version or an
// earlier one, is refused with a [*sqlitedb.OpenError] and left as it was.
func OpenSQLite(path string) (*SQLite, error) {
	file, err := sqlitedb.Open(path, format(), isPortError)
	if err != nil {
		return nil, err
	}
	s := &SQLite{file: file}
	if err := s.refuseUnfinished(path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close answers the calls that were taken in, writes the log back into the file and lets go of it. Later calls fail
// with [bot.ErrClosed]. It may be called more than once and returns the same each time.
func (s *SQLite) Close() error {
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// ready refuses a call on a closed store or under a context that is over.
func (s *SQLite) ready(ctx context.Context, what string) error {
	return failed(what, s.file.Ready(ctx))
}

// write applies a write to the file: see [sqlitedb.File.Write].
func (s *SQLite) write(ctx context.Context, what string, apply func(*conn) error) error {
	return failed(what, s.file.Write(ctx, apply))
}

// read looks at the file: see [sqlitedb.File.Read].
func (s *SQLite) read(ctx context.Context, what string, look func(*conn) error) error {
	return failed(what, s.file.Read(ctx, look))
}

// refusal reports whether an error is an answer rather than a failure.
func isPortError(err error) bool {
	return errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrFenced)
}

// ErrFull says that the disk did not take what was to be written. Nothing of it was, and the store works again
// by itself when there is room. Until then it is not ready.
var ErrFull = errors.New("store: no room on the disk")

// failed adds the operation to an error. It returns the refusals of the port as they are.
func failed(what string, err error) error {
	switch {
	case err == nil || isPortError(err):
		return err
	case errors.Is(err, sqlitedb.ErrClosed):
		return bot.ErrClosed
	case sqlitedb.IsFull(err):
		return fmt.Errorf("store: %s: %w: %w", what, ErrFull, err)
	}
	return fmt.Errorf("store: %s: %w", what, err)
}
