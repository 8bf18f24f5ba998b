package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"llave/bot"
)

// held is a store whose writer waits, so that the writes that follow gather in one batch.
type held struct {
	*SQLite
	release func()
	calls   sync.WaitGroup
}

func hold(t *testing.T, s *SQLite) *held {
	t.Helper()
	reached, let := make(chan struct{}), make(chan struct{})
	h := &held{SQLite: s, release: sync.OnceFunc(func() { close(let) })}
	h.calls.Go(func() {
		err := s.write(context.WithoutCancel(t.Context()), "hold", func(*conn) error {
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
	n, result := h.file.Waiting(), new(error)
	h.calls.Go(func() { *result = call() })
	for h.file.Waiting() == n {
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

// TestOneChatThatCannotBeWritten: the other chats' writes go on while one chat's fail again and again.
func TestOneChatThatCannotBeWritten(t *testing.T) {
	s := newSQLite(t)
	f, err := s.AcquireShards(t.Context(), allShards())
	if err != nil {
		t.Fatal(err)
	}
	damaged := benchKey(7)
	err = s.write(t.Context(), "damage", func(l *conn) error {
		return second(l.Exec(fmt.Sprintf(`CREATE TRIGGER damage BEFORE INSERT ON chat WHEN NEW.key = x'%x'
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

// TestSQLiteRefusalsInABatch: a conflict and a fence refuse their own write and no other.
func TestSQLiteRefusalsInABatch(t *testing.T) {
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
		t.Error("a refusal rolled back other writes")
	}
}
