package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
)

// File is a SQLite file that one process uses. A write that was answered survives the loss of the process and of the
// machine's power.
//
// All writes go through one goroutine, which puts those that wait into one transaction: see [File.run]. Reads have a
// few connections of their own and wait for no writer.
type File struct {
	format  Format
	refusal func(error) bool
	writing *sql.DB
	reading *sql.DB
	lock    io.Closer

	queue    chan *op      // of writes
	readers  chan *Conn    // the idle ones
	stop     chan struct{} // closed when no more writes are taken in
	finished chan struct{} // closed when the last write has been answered
	closing  sync.Once
	closed   error // the result of Close; set before closing is done
}

// readerCount is how many reads run at a time. Each has a page cache, and two cores cannot use more.
const readerCount = 4

// Open opens a file. It creates the file if there is none, readable by its owner only. The folder must exist and be on a
// disk of this machine. A file in use, or one that is not of this format, whole and of a version up to the format's, is
// refused with an [*OpenError] and left as it was.
//
// A write whose error is a refusal wrote nothing and leaves the other writes of its transaction alone.
func Open(path string, format Format, refusal func(error) bool) (*File, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, &OpenError{Path: path, Kind: Unreadable, Err: err}
	}
	lock, err := Lock(path)
	if err != nil {
		return nil, err
	}
	f := &File{
		format:   format,
		refusal:  refusal,
		lock:     lock,
		queue:    make(chan *op, maxBatch),
		readers:  make(chan *Conn, readerCount),
		stop:     make(chan struct{}),
		finished: make(chan struct{}),
	}
	if err := f.open(path); err != nil {
		return nil, errors.Join(err, f.release())
	}
	return f, nil
}

// open checks the file before anything can write to it, and connects.
func (f *File) open(path string) error {
	fresh, err := f.format.inspect(path)
	if err != nil {
		return err
	}
	if fresh {
		if err := f.format.create(path); err != nil {
			return &OpenError{Path: path, Kind: Unwritable, Err: err}
		}
	}
	if err := protect(path); err != nil {
		return &OpenError{Path: path, Kind: Unwritable, Err: err}
	}
	if err := f.format.migrate(path); err != nil {
		kind := kindOf(err)
		if kind == Unreadable {
			kind = Unwritable // it was read before
		}
		return &OpenError{Path: path, Kind: kind, Err: fmt.Errorf("migrate: %w", err)}
	}
	if err := f.connect(path); err != nil {
		return &OpenError{Path: path, Kind: Unreadable, Err: err}
	}
	return nil
}

// connect opens the writer's connection and the readers', and starts the writer.
func (f *File) connect(path string) (err error) {
	if f.writing, err = connect(path, writerSettings()); err != nil {
		return err
	}
	f.writing.SetMaxOpenConns(1)
	if f.reading, err = connect(path, readerSettings()); err != nil {
		return err
	}
	w, err := newConn(f.writing)
	if err != nil {
		return fmt.Errorf("connect for writing: %w", err)
	}
	for range readerCount {
		r, err := newConn(f.reading)
		if err != nil {
			return errors.Join(fmt.Errorf("connect for reading: %w", err), w.close())
		}
		f.readers <- r
	}
	go f.run(w)
	return nil
}

// Close answers the writes that were taken in, writes the log back into the file and lets go of it. Later calls fail
// with [ErrClosed]. It may be called more than once and returns the same each time.
func (f *File) Close() error {
	f.closing.Do(func() {
		close(f.stop)
		<-f.finished
		for range readerCount { // wait for the reads under way
			r := <-f.readers
			f.closed = errors.Join(f.closed, r.close())
		}
		f.closed = errors.Join(f.closed, f.release())
	})
	return f.closed
}

// release closes what is open. The writer is the last but one: its end writes the log back into the file.
func (f *File) release() error {
	var errs []error
	for len(f.readers) > 0 { // only if opening failed half way
		r := <-f.readers
		errs = append(errs, r.close())
	}
	for _, db := range []*sql.DB{f.reading, f.writing} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, f.lock.Close())...)
}

// Ready refuses a call on a closed file or under a context that is over.
func (f *File) Ready(ctx context.Context) error {
	select {
	case <-f.stop:
		return ErrClosed
	default:
		return ctx.Err()
	}
}

// Waiting is how many writes wait for the writer.
func (f *File) Waiting() int { return len(f.queue) }

// Read runs look on one moment of the file: all that it sees was committed together. It gives up when ctx ends while all
// readers are busy, but not once look has begun.
func (f *File) Read(ctx context.Context, look func(*Conn) error) error {
	if err := f.Ready(ctx); err != nil {
		return err
	}
	var r *Conn
	select {
	case r = <-f.readers:
	case <-f.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	r, err := begin(r, f.reading, "BEGIN")
	defer func() { f.readers <- r }()
	if err == nil {
		err = look(r)
		if end := r.end(err == nil); err == nil {
			err = end
		}
	}
	return err
}
