package sqlitedb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

var errRefused = errors.New("refused")

// opened opens a file of numbers.
func opened(t *testing.T, path string) *File {
	t.Helper()
	format := Format{Application: 77, Tables: "CREATE TABLE kept (n INTEGER PRIMARY KEY CHECK (n < 1000));", Steps: []string{""}}
	f, err := Open(path, format, func(err error) bool { return errors.Is(err, errRefused) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return f
}

func made(t *testing.T) *File {
	t.Helper()
	return opened(t, filepath.Join(t.TempDir(), "kept.db"))
}

func second[T any](_ T, err error) error { return err }

// put writes a number.
func (f *File) put(ctx context.Context, n int) error {
	return f.Write(ctx, func(c *Conn) error { return second(c.Exec("INSERT INTO kept VALUES (?)", n)) })
}

func refuse(*Conn) error { return errRefused }

// has reports whether a number is in the file.
func has(t *testing.T, f *File, n int) (yes bool) {
	t.Helper()
	err := f.Read(t.Context(), func(c *Conn) error {
		return c.Row([]any{&yes}, "SELECT EXISTS (SELECT 1 FROM kept WHERE n = ?)", n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

func integrity(t *testing.T, f *File) {
	t.Helper()
	var verdict string
	err := f.Read(t.Context(), func(c *Conn) error { return c.Row([]any{&verdict}, "PRAGMA integrity_check") })
	if err != nil || verdict != "ok" {
		t.Errorf("integrity_check = %q, %v", verdict, err)
	}
}

// held is a file whose writer waits, so that the writes that follow gather in one batch.
type held struct {
	*File
	t       *testing.T
	release func()
	calls   sync.WaitGroup
}

func hold(t *testing.T, f *File) *held {
	t.Helper()
	reached, let := make(chan struct{}), make(chan struct{})
	h := &held{File: f, t: t, release: sync.OnceFunc(func() { close(let) })}
	h.calls.Go(func() {
		err := f.Write(context.WithoutCancel(t.Context()), func(*Conn) error {
			close(reached)
			<-let
			return nil
		})
		if err != nil {
			t.Errorf("hold: %v", err)
		}
	})
	<-reached
	return h
}

// queued starts a call and returns when it waits for the writer.
func (h *held) queued(call func() error) *error {
	h.t.Helper()
	n, result := h.Waiting(), new(error)
	h.calls.Go(func() { *result = call() })
	for h.Waiting() == n {
		runtime.Gosched()
	}
	return result
}

func (h *held) putting(ctx context.Context, n int) func() error {
	return func() error { return h.put(ctx, n) }
}

// done lets the writer go and waits for every call.
func (h *held) done() {
	h.release()
	h.calls.Wait()
}

func TestWriterARefusalIsItsOwn(t *testing.T) {
	h := hold(t, made(t))
	first := h.queued(h.putting(t.Context(), 1))
	refused := h.queued(func() error { return h.Write(t.Context(), refuse) })
	wrapped := h.queued(func() error {
		return h.Write(t.Context(), func(*Conn) error { return fmt.Errorf("wrapped: %w", errRefused) })
	})
	last := h.queued(h.putting(t.Context(), 2))
	h.done()
	for _, got := range []struct{ err, want error }{
		{*first, nil}, {*refused, errRefused}, {*wrapped, errRefused}, {*last, nil},
	} {
		if !errors.Is(got.err, got.want) {
			t.Errorf("in one batch: %v, want %v", got.err, got.want)
		}
	}
	if !has(t, h.File, 1) || !has(t, h.File, 2) {
		t.Error("a refusal rolled back other writes")
	}
}

// TestWriterAFailureIsItsOwn: a write that fails takes nothing of its batch with it, and leaves nothing of itself.
func TestWriterAFailureIsItsOwn(t *testing.T) {
	for name, fail := range map[string]string{
		"a constraint":         `INSERT INTO kept VALUES (1000)`, // against its CHECK
		"the transaction ends": `INSERT OR ROLLBACK INTO kept VALUES (1000)`,
	} {
		h := hold(t, made(t))
		failing := func() error {
			return h.Write(t.Context(), func(c *Conn) error {
				if _, err := c.Exec(`INSERT INTO kept VALUES (500)`); err != nil {
					return err
				}
				return second(c.Exec(fail))
			})
		}
		first := h.queued(h.putting(t.Context(), 1))
		failed := []*error{h.queued(failing)}
		refused := h.queued(func() error { return h.Write(t.Context(), refuse) })
		failed = append(failed, h.queued(failing))
		last := h.queued(h.putting(t.Context(), 2))
		h.done()
		for _, err := range failed {
			if *err == nil || h.refusal(*err) || IsFull(*err) {
				t.Errorf("%s: the write that fails = %v, want a failure", name, *err)
			}
		}
		if *first != nil || *last != nil || !errors.Is(*refused, errRefused) {
			t.Errorf("%s: the rest of the batch: %v, %v and %v, want no error but the refusal", name, *first, *last, *refused)
		}
		if !has(t, h.File, 1) || !has(t, h.File, 2) {
			t.Errorf("%s: the rest of the batch was not written", name)
		}
		if has(t, h.File, 500) {
			t.Errorf("%s: half of a write that failed is there", name)
		}
	}
}

// TestOneRowThatCannotBeWritten: the other writes go on while one row's fail again and again.
func TestOneRowThatCannotBeWritten(t *testing.T) {
	f := made(t)
	err := f.Write(t.Context(), func(c *Conn) error {
		return second(c.Exec(`CREATE TRIGGER damage BEFORE INSERT ON kept WHEN NEW.n = 7 BEGIN SELECT RAISE(ABORT, 'damage'); END`))
	})
	if err != nil {
		t.Fatal(err)
	}
	h := hold(t, f)
	var good, bad []*error
	for n := range 60 {
		if n%4 == 0 {
			bad = append(bad, h.queued(h.putting(t.Context(), 7)))
		}
		good = append(good, h.queued(h.putting(t.Context(), 100+n)))
	}
	h.done()
	for _, err := range good {
		if *err != nil {
			t.Fatalf("a write of another row: %v", *err)
		}
	}
	for _, err := range bad {
		if *err == nil {
			t.Error("a write of the damaged row: no error")
		}
	}
}

func TestWriterLeavesOutCallersThatGaveUp(t *testing.T) {
	h := hold(t, made(t))
	ctx, cancel := context.WithCancel(t.Context())
	returned := make(chan error)
	gone := h.queued(func() error {
		err := h.put(ctx, 1)
		returned <- err
		return err
	})
	stays := h.queued(h.putting(t.Context(), 2))
	cancel()
	<-returned // while the writer still waits
	h.done()
	if !errors.Is(*gone, context.Canceled) || *stays != nil {
		t.Errorf("the caller that gave up got %v and the one that stayed %v", *gone, *stays)
	}
	if has(t, h.File, 1) || !has(t, h.File, 2) {
		t.Error("a write that was given up was applied, or one that was not was not")
	}
}

func TestWriterGivesUpOnAFullQueue(t *testing.T) {
	h := hold(t, made(t))
	for n := range maxBatch {
		h.queued(h.putting(t.Context(), n))
	}
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{})
	var err error
	h.calls.Go(func() {
		close(began)
		err = h.put(ctx, maxBatch)
	})
	<-began
	cancel()
	h.done()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a call on a full queue that is given up = %v", err)
	}
	if got := has(t, h.File, maxBatch); got != (err == nil) {
		t.Errorf("written: %t after %v", got, err)
	}
}

func TestWriterCloseAnswersTheQueue(t *testing.T) {
	for range 10 { // closing and the queue meet in a select, which chooses at random
		closeWithAQueue(t)
	}
}

func closeWithAQueue(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kept.db")
	h := hold(t, opened(t, path))
	var results []*error
	for n := range 20 {
		results = append(results, h.queued(h.putting(t.Context(), n)))
	}
	for range 2 {
		h.calls.Go(func() {
			if err := h.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	<-h.stop
	if err := h.put(t.Context(), 99); !errors.Is(err, ErrClosed) {
		t.Errorf("a write while closing = %v, want ErrClosed", err)
	}
	h.done()
	if i := slices.IndexFunc(results, func(err *error) bool { return *err != nil }); i >= 0 {
		t.Errorf("a write that was queued before Close got %v", *results[i])
	}
	f := opened(t, path)
	for n := range 20 {
		if !has(t, f, n) {
			t.Errorf("the write %d of the queue is not there", n)
		}
	}
}

// TestWriterNoCallHangsOnClose: a write under way when the file is closed is either kept or refused.
func TestWriterNoCallHangsOnClose(t *testing.T) {
	t.Parallel()
	for range 8 {
		path := filepath.Join(t.TempDir(), "kept.db")
		f := opened(t, path)
		results := make([]error, 16)
		var calls sync.WaitGroup
		for n := range results {
			calls.Go(func() { results[n] = f.put(t.Context(), n) })
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		calls.Wait()
		f = opened(t, path)
		for n, err := range results {
			if err != nil && !errors.Is(err, ErrClosed) {
				t.Errorf("a write beside Close = %v", err)
			}
			if kept := has(t, f, n); kept != (err == nil) {
				t.Errorf("a write beside Close = %v, kept: %t", err, kept)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWriterGetsANewConnection: a connection that no longer works is replaced, without a restart.
func TestWriterGetsANewConnection(t *testing.T) {
	for name, harm := range map[string]func(*Conn) error{
		"closed":                   func(c *Conn) error { c.discard(); return nil },
		"no longer in transaction": func(c *Conn) error { return second(c.Exec("ROLLBACK")) },
		"in a transaction for ever": func(c *Conn) error {
			other, err := c.conn.PrepareContext(t.Context(), "PRAGMA user_version")
			if err := errors.Join(err, c.closeStatements()); err != nil {
				return err
			}
			c.stmts["ROLLBACK"] = other
			return errors.New("stuck")
		},
	} {
		f := made(t)
		if err := f.Write(t.Context(), harm); err == nil {
			t.Errorf("%s: no error", name)
		}
		if err := f.put(t.Context(), 1); err != nil || !has(t, f, 1) {
			t.Errorf("%s: a write afterwards: %v", name, err)
		}
		integrity(t, f)
	}
}

// TestReadersGetNewConnections is the same for those that read.
func TestReadersGetNewConnections(t *testing.T) {
	f := made(t)
	for range 2 * readerCount {
		err := f.Read(t.Context(), func(c *Conn) error { c.discard(); return nil })
		if err == nil {
			t.Error("a connection that is gone in the middle of a read: no error")
		}
	}
	for range 2 * readerCount {
		has(t, f, 1)
	}
}

// TestSettings: a connection whose settings are not as they were set is not used.
func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	if err := opened(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(writerSettings(), Setting{"no_such_setting", "1", "1"}) {
		db, err := connect(path, []Setting{{p.Name, p.Set, "something else"}})
		if err == nil {
			err = db.PingContext(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), p.Name) {
			t.Errorf("a connection without %s: %v", p.Name, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
