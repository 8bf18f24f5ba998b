package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"

	"llave/bot"
)

// SQLite is a store in one file, for a service of one process. What it has answered survives the loss of the
// process and of the machine's power.
//
// Everything that writes goes through one goroutine, which writes together what waits and makes it durable
// once; see [SQLite.run]. Reads have a few connections of their own and wait for no writer.
//
// In the file are keyed hashes, numbers, hours, the names of timers, the reasons of dead letters, and bodies
// that were sealed before they came here.
type SQLite struct {
	writing *sql.DB
	reading *sql.DB
	lock    io.Closer

	swept    sweptCounters
	queue    chan *op      // of writes
	readers  chan *link    // the idle ones
	stop     chan struct{} // closed when no more writes are taken in
	finished chan struct{} // closed when the last write has been answered
	closing  sync.Once
	closed   error // what Close returns; set before closing is done
}

var _ bot.Store = (*SQLite)(nil)

// readerCount is how many reads run at a time. Each has a page cache, and two cores cannot use more.
const readerCount = 4

// OpenSQLite opens the store in the file, which it makes if there is none, readable by its owner only. The
// folder must be there and on a disk of this machine. A file in use, or that is not one of ours, whole and of
// this version, is refused with an [*OpenError] and left as it was.
func OpenSQLite(path string) (*SQLite, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, &OpenError{Path: path, Kind: Unreadable, Err: err}
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	s := &SQLite{
		lock:     lock,
		queue:    make(chan *op, maxBatch),
		readers:  make(chan *link, readerCount),
		stop:     make(chan struct{}),
		finished: make(chan struct{}),
	}
	if err := s.open(path); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// open checks the file before anything can write to it, and connects.
func (s *SQLite) open(path string) error {
	fresh, err := inspect(path)
	if err != nil {
		return err
	}
	if fresh {
		if err := create(path); err != nil {
			return &OpenError{Path: path, Kind: Unwritable, Err: err}
		}
	}
	if err := protect(path); err != nil {
		return &OpenError{Path: path, Kind: Unwritable, Err: err}
	}
	if err := migrate(path); err != nil {
		kind := kindOf(err)
		if kind == Unreadable {
			kind = Unwritable // it was read before
		}
		return &OpenError{Path: path, Kind: kind, Err: fmt.Errorf("migrate: %w", err)}
	}
	if err := s.connect(path); err != nil {
		return &OpenError{Path: path, Kind: Unreadable, Err: err}
	}
	return nil
}

// connect opens the writer's connection and the readers', and starts the writer.
func (s *SQLite) connect(path string) (err error) {
	if s.writing, err = connect(path, writerPragmas()); err != nil {
		return err
	}
	s.writing.SetMaxOpenConns(1)
	if s.reading, err = connect(path, readerPragmas()); err != nil {
		return err
	}
	w, err := newLink(s.writing)
	if err != nil {
		return fmt.Errorf("connect for writing: %w", err)
	}
	for range readerCount {
		r, err := newLink(s.reading)
		if err != nil {
			return errors.Join(fmt.Errorf("connect for reading: %w", err), w.close())
		}
		s.readers <- r
	}
	go s.run(w)
	return nil
}

// Close answers what has been taken in, writes the log back into the file and lets go of it. Later calls fail
// with [bot.ErrClosed]. It may be called more than once and returns the same each time.
func (s *SQLite) Close() error {
	s.closing.Do(func() {
		close(s.stop)
		<-s.finished
		for range readerCount { // wait for the reads under way
			r := <-s.readers
			s.closed = errors.Join(s.closed, r.close())
		}
		s.closed = errors.Join(s.closed, s.release())
	})
	return s.closed
}

// release closes whatever is open, the writer last but one: its going writes the log back into the file.
func (s *SQLite) release() error {
	var errs []error
	for len(s.readers) > 0 { // there are some only if opening failed half way
		r := <-s.readers
		errs = append(errs, r.close())
	}
	for _, db := range []*sql.DB{s.reading, s.writing} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	errs = append(errs, s.lock.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// ready refuses a call on a closed store or under a context that is over.
func (s *SQLite) ready(ctx context.Context, what string) error {
	select {
	case <-s.stop:
		return bot.ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// read runs f on one moment of the file: what f sees, however often it looks, was committed together. It gives
// up when ctx ends while all readers are busy, but not once f has begun.
func (s *SQLite) read(ctx context.Context, what string, f func(*link) error) error {
	if err := s.ready(ctx, what); err != nil {
		return err
	}
	var r *link
	select {
	case r = <-s.readers:
	case <-s.stop:
		return bot.ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("store: %s: %w", what, ctx.Err())
	}
	r, err := begin(r, s.reading, "BEGIN")
	defer func() { s.readers <- r }()
	if err == nil {
		err = f(r)
		if end := r.end(err == nil); err == nil {
			err = end
		}
	}
	return failed(what, err)
}
