package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"llave/bot"
)

// held is a store whose writer waits, so that what is written meanwhile gathers in one batch.
type held struct {
	*SQLite
	t       *testing.T
	release func()
	calls   sync.WaitGroup
}

func hold(t *testing.T, s *SQLite) *held {
	t.Helper()
	reached, let := make(chan struct{}), make(chan struct{})
	h := &held{SQLite: s, t: t, release: sync.OnceFunc(func() { close(let) })}
	h.calls.Go(func() {
		err := s.write(context.WithoutCancel(t.Context()), "hold", func(*link) error {
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
	n, result := len(h.queue), new(error)
	h.calls.Go(func() { *result = call() })
	for len(h.queue) == n {
		runtime.Gosched()
	}
	return result
}

func (h *held) accept(ctx context.Context, n uint64) func() error {
	return func() error {
		return second(h.Accept(ctx, bot.Arrival{Chat: benchKey(n), ID: [16]byte{1}, Body: []byte("x")}))
	}
}

// done lets the writer go and waits for every call.
func (h *held) done() {
	h.release()
	h.calls.Wait()
}

func waitingIn(t *testing.T, s bot.Store, n uint64) int {
	t.Helper()
	c, err := s.Load(t.Context(), benchKey(n))
	if err != nil {
		t.Fatal(err)
	}
	return len(c.Waiting)
}

func TestWriterARefusalIsItsOwn(t *testing.T) {
	h := hold(t, newSQLite(t))
	first := h.queued(h.accept(t.Context(), 1))
	conflict := h.queued(func() error { return h.Commit(t.Context(), bot.Turn{Chat: benchKey(1), Base: 7}) })
	fenced := h.queued(func() error { return h.Commit(t.Context(), bot.Turn{Chat: benchKey(1), Fence: 7}) })
	last := h.queued(h.accept(t.Context(), 2))
	h.done()
	for _, got := range []struct{ err, want error }{
		{*first, nil}, {*conflict, bot.ErrConflict}, {*fenced, bot.ErrFenced}, {*last, nil},
	} {
		if !errors.Is(got.err, got.want) {
			t.Errorf("in one batch: %v, want %v", got.err, got.want)
		}
	}
	if waitingIn(t, h, 1) != 1 || waitingIn(t, h, 2) != 1 {
		t.Error("a refusal took others along")
	}
}

// TestWriterAFailureIsItsOwn: a write that fails takes nothing of its batch with it, and leaves nothing of itself.
func TestWriterAFailureIsItsOwn(t *testing.T) {
	for name, fail := range map[string]string{
		"a constraint":         `INSERT INTO meta VALUES (2, 0, 0)`, // against its CHECK
		"the transaction ends": `INSERT OR ROLLBACK INTO meta VALUES (2, 0, 0)`,
	} {
		h := hold(t, newSQLite(t))
		failing := func() error {
			return h.write(t.Context(), "fail", func(l *link) error {
				if _, err := l.exec(`INSERT INTO once VALUES ('half', x'00')`); err != nil {
					return err
				}
				return second(l.exec(fail))
			})
		}
		first := h.queued(h.accept(t.Context(), 1))
		failed := []*error{h.queued(failing)}
		conflict := h.queued(func() error { return h.Commit(t.Context(), bot.Turn{Chat: benchKey(1), Base: 7}) })
		failed = append(failed, h.queued(failing))
		last := h.queued(h.accept(t.Context(), 2))
		h.done()
		for _, err := range failed {
			if *err == nil || refusal(*err) || errors.Is(*err, ErrFull) {
				t.Errorf("%s: the write that fails = %v, want a failure", name, *err)
			}
		}
		if *first != nil || *last != nil || !errors.Is(*conflict, bot.ErrConflict) {
			t.Errorf("%s: the rest of the batch: %v, %v and %v, want no error but the conflict", name, *first, *last, *conflict)
		}
		if waitingIn(t, h, 1) != 1 || waitingIn(t, h, 2) != 1 {
			t.Errorf("%s: the rest of the batch was not written once", name)
		}
		kept, err := h.PutIfAbsent(t.Context(), "half", []byte("whole"))
		if err != nil || string(kept) != "whole" {
			t.Errorf("%s: once after a write that failed = %q, %v", name, kept, err)
		}
	}
}

// TestOneChatThatCannotBeWritten: the other chats' writes go on while one chat's fail again and again.
func TestOneChatThatCannotBeWritten(t *testing.T) {
	s := newSQLite(t)
	f, err := s.AcquireShards(t.Context(), allShards())
	if err != nil {
		t.Fatal(err)
	}
	damaged := benchKey(7)
	err = s.write(t.Context(), "damage", func(l *link) error {
		return second(l.exec(fmt.Sprintf(`CREATE TRIGGER damage BEFORE INSERT ON chat WHEN NEW.key = x'%x'
			BEGIN SELECT RAISE(ABORT, 'damage'); END`, damaged[:])))
	})
	if err != nil {
		t.Fatal(err)
	}
	h := hold(t, s)
	var good, bad []*error
	for n := range uint64(60) {
		if n%4 == 0 {
			bad = append(bad, h.queued(func() error { return h.Commit(t.Context(), bot.Turn{Chat: damaged, Fence: f}) }))
		}
		good = append(good, h.queued(h.accept(t.Context(), 100+n)))
	}
	h.done()
	for _, err := range good {
		if *err != nil {
			t.Fatalf("accept in another chat: %v", *err)
		}
	}
	for _, err := range bad {
		if *err == nil {
			t.Error("the turn of the damaged chat: no error")
		}
	}
}

func TestWriterLeavesOutWhoHasGone(t *testing.T) {
	h := hold(t, newSQLite(t))
	ctx, cancel := context.WithCancel(t.Context())
	returned := make(chan error)
	gone := h.queued(func() error {
		err := h.accept(ctx, 1)()
		returned <- err
		return err
	})
	stays := h.queued(h.accept(t.Context(), 2))
	cancel()
	<-returned // while the writer still waits
	h.done()
	if !errors.Is(*gone, context.Canceled) || *stays != nil {
		t.Errorf("who had gone got %v and who stayed %v", *gone, *stays)
	}
	if waitingIn(t, h, 1) != 0 || waitingIn(t, h, 2) != 1 {
		t.Error("what was given up was written, or what was not was not")
	}
}

func TestWriterGivesUpOnAFullQueue(t *testing.T) {
	h := hold(t, newSQLite(t))
	for n := range uint64(maxBatch) {
		h.queued(h.accept(t.Context(), n))
	}
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{})
	var err error
	h.calls.Go(func() {
		close(began)
		err = h.accept(ctx, maxBatch)()
	})
	<-began
	cancel()
	h.done()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a call on a full queue that is given up = %v", err)
	}
	if got := waitingIn(t, h, maxBatch); (got == 1) != (err == nil) {
		t.Errorf("waiting %d after %v", got, err)
	}
}

func TestWriterCloseAnswersWhatIsQueued(t *testing.T) {
	for range 10 { // closing and what is queued meet in a select, which tosses a coin
		closeWithAQueue(t)
	}
}

func closeWithAQueue(t *testing.T) {
	t.Helper()
	path := t.TempDir() + "/llave.db"
	h := hold(t, openSQLite(t, path))
	var results []*error
	for n := range uint64(20) {
		results = append(results, h.queued(h.accept(t.Context(), n)))
	}
	for range 2 {
		h.calls.Go(func() {
			if err := h.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	<-h.stop
	if err := h.accept(t.Context(), 99)(); !errors.Is(err, bot.ErrClosed) {
		t.Errorf("accept while closing = %v, want ErrClosed", err)
	}
	h.done()
	if i := slices.IndexFunc(results, func(err *error) bool { return *err != nil }); i >= 0 {
		t.Errorf("what was queued before Close got %v", *results[i])
	}
	s := openSQLite(t, path)
	for n := range uint64(20) {
		if waitingIn(t, s, n) != 1 {
			t.Errorf("the %d-th of what was queued is not there", n)
		}
	}
}

// TestWriterNoCallHangsOnClose: whatever is on its way when the store is closed is either kept or told.
func TestWriterNoCallHangsOnClose(t *testing.T) {
	t.Parallel()
	for range 8 {
		path := t.TempDir() + "/llave.db"
		s := openSQLite(t, path)
		results := make([]error, 16)
		var calls sync.WaitGroup
		for n := range results {
			calls.Go(func() {
				results[n] = second(s.Accept(t.Context(), bot.Arrival{Chat: benchKey(uint64(n)), Body: []byte("x")}))
			})
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		calls.Wait()
		s = openSQLite(t, path)
		for n, err := range results {
			if err != nil && !errors.Is(err, bot.ErrClosed) {
				t.Errorf("accept beside Close = %v", err)
			}
			if kept := waitingIn(t, s, uint64(n)) == 1; kept != (err == nil) {
				t.Errorf("accept beside Close = %v, kept: %t", err, kept)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWriterGetsANewConnection: one that no longer works is replaced, and nobody has to start the store again.
func TestWriterGetsANewConnection(t *testing.T) {
	for name, harm := range map[string]func(*link) error{
		"closed":                   func(l *link) error { l.discard(); return nil },
		"no longer in transaction": func(l *link) error { return second(l.exec("ROLLBACK")) },
		"in a transaction for ever": func(l *link) error {
			other, err := l.conn.PrepareContext(t.Context(), "PRAGMA user_version")
			if err := errors.Join(err, l.closeStatements()); err != nil {
				return err
			}
			l.stmts["ROLLBACK"] = other
			return errors.New("stuck")
		},
	} {
		s := newSQLite(t)
		err := s.write(t.Context(), "harm", harm)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("%s: ping afterwards: %v", name, err)
		}
		integrity(t, s)
	}
}

// TestReadersGetNewConnections is the same for those that read.
func TestReadersGetNewConnections(t *testing.T) {
	s := newSQLite(t)
	for range 2 * readerCount {
		err := s.read(t.Context(), "harm", func(l *link) error { l.discard(); return nil })
		if err == nil {
			t.Error("a connection that is gone in the middle of a read: no error")
		}
	}
	for range 2 * readerCount {
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("ping afterwards: %v", err)
		}
	}
}

// TestSQLiteDeletesInChunks: one call takes away more than what is taken away at a time.
func TestSQLiteDeletesInChunks(t *testing.T) {
	s := newSQLite(t)
	fillChats(t, s, 3*chunk+1)
	if err := s.Sweep(t.Context(), time.Now().Add(bot.DedupWindow+time.Hour)); err != nil {
		t.Fatal(err)
	}
	f, err := s.AcquireShards(t.Context(), allShards())
	turn := bot.Turn{Chat: bot.ChatKey{3}, Fence: f, Events: make([][]byte, 3*chunk+1)}
	if err := errors.Join(err, s.Commit(t.Context(), turn), s.Trim(t.Context(), 3, 3*chunk)); err != nil {
		t.Fatal(err)
	}
	var seen, events int
	err = s.read(t.Context(), "count", func(l *link) error {
		return l.row([]any{&seen, &events}, "SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM event)")
	})
	if err != nil || seen != 0 || events != 1 {
		t.Errorf("%d ids and %d events left, want 0 and 1; %v", seen, events, err)
	}
}
