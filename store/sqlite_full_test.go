package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"llave/bot"
)

// stuffer fills a store until it takes no more, and knows what it took.
type stuffer struct {
	t     *testing.T
	store *SQLite
	fence bot.Fence
	kept  []uint64 // the chats whose arrival was answered for
	next  uint64
	body  []byte
}

func newStuffer(t *testing.T, s *SQLite) *stuffer {
	t.Helper()
	f, err := s.AcquireShards(t.Context(), allShards())
	if err != nil {
		t.Fatal(err)
	}
	return &stuffer{t: t, store: s, fence: f, body: make([]byte, 3000)}
}

func (f *stuffer) accept() error {
	f.next++
	_, err := f.store.Accept(f.t.Context(), bot.Arrival{Chat: benchKey(f.next), ID: [16]byte{1}, Body: f.body})
	if err == nil {
		f.kept = append(f.kept, f.next)
	}
	return err
}

// untilFull accepts until the store refuses, and wants it to say why.
func (f *stuffer) untilFull() {
	f.t.Helper()
	for range 10_000 {
		if err := f.accept(); err != nil {
			if !errors.Is(err, ErrFull) {
				f.t.Fatalf("accept on a full disk = %v, want ErrFull", err)
			}
			return
		}
	}
	f.t.Fatal("the disk does not get full")
}

// refuses wants every kind of write refused, and nothing of it written. A write that finds room in what the
// files have already may still go through; a few of them, and there is none.
func (f *stuffer) refuses() {
	f.t.Helper()
	s, ctx := f.store, f.t.Context()
	k := benchKey(f.kept[0])
	full := bot.Turn{Chat: k, Fence: f.fence, Session: make([]byte, 9000), Replies: [][]byte{make([]byte, 9000)},
		Events: [][]byte{make([]byte, 9000)}}
	if err := s.Commit(ctx, full); !errors.Is(err, ErrFull) {
		f.t.Errorf("commit on a full disk = %v, want ErrFull", err)
	}
	c, err := s.Load(ctx, k)
	page, pageErr := s.Messages(ctx, k, 0, 9)
	if err != nil || pageErr != nil || c.Version != 0 || len(c.Waiting) != 1 || len(page) != 0 {
		f.t.Errorf("after a commit that failed: %+v, %v", c, err)
	}
	if events, err := s.Events(ctx, k.Shard(), 0, 10); err != nil || len(events) != 0 {
		f.t.Errorf("events after a commit that failed: %d, %v", len(events), err)
	}
	f.whole()
}

// whole wants everything that was answered for, and nothing else.
func (f *stuffer) whole() {
	f.t.Helper()
	kept := make(map[uint64]bool)
	for _, n := range f.kept {
		kept[n] = true
	}
	for n := range f.next + 1 {
		if got := waitingIn(f.t, f.store, n); (got == 1) != kept[n] {
			f.t.Fatalf("chat %d: waiting %d, was answered for: %t", n, got, kept[n])
		}
	}
}

// recovers wants the same store to go on when there is room, and the file to be sound.
func (f *stuffer) recovers(path string) {
	f.t.Helper()
	if err := f.store.Ping(f.t.Context()); err != nil {
		f.t.Errorf("ping when there is room again: %v", err)
	}
	for range 50 {
		if err := f.accept(); err != nil {
			f.t.Fatalf("accept when there is room again: %v", err)
		}
	}
	f.whole()
	integrity(f.t, f.store)
	if err := f.store.Close(); err != nil {
		f.t.Fatal(err)
	}
	f.store = openSQLite(f.t, path)
	f.whole()
	integrity(f.t, f.store)
}

func limitPages(t *testing.T, s *SQLite, pages int) {
	t.Helper()
	err := s.write(t.Context(), "limit", func(l *conn) error {
		return l.Row([]any{new(int)}, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFullByPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llave.db")
	f := newStuffer(t, openSQLite(t, path))
	limitPages(t, f.store, 200)
	f.untilFull()
	f.refuses()
	limitPages(t, f.store, 1<<30)
	f.recovers(path)
}

// TestFullUnderLoad: what many callers are told is what is there.
func TestFullUnderLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llave.db")
	s := openSQLite(t, path)
	limitPages(t, s, 300)
	var told, refused sync.Map
	var count atomic.Uint64
	var calls sync.WaitGroup
	for range 32 {
		calls.Go(func() {
			for range 20 {
				n := count.Add(1)
				_, err := s.Accept(t.Context(), bot.Arrival{Chat: benchKey(n), Body: make([]byte, 3000)})
				if err == nil {
					told.Store(n, true)
					continue
				}
				refused.Store(n, true)
				if !errors.Is(err, ErrFull) {
					t.Errorf("accept on a full disk = %v, want ErrFull", err)
				}
			}
		})
	}
	calls.Wait()
	var kept, lost int
	for n := range count.Load() + 1 {
		_, ok := told.Load(n)
		if got := waitingIn(t, s, n); (got == 1) != ok {
			t.Fatalf("chat %d: waiting %d, was answered for: %t", n, got, ok)
		}
		if _, no := refused.Load(n); no {
			lost++
		} else {
			kept++
		}
	}
	if kept < 50 || lost < 50 {
		t.Errorf("%d kept and %d refused: that tests nothing", kept, lost)
	}
	integrity(t, s)
}
