package store

import (
	"context"
	"testing"
	"time"

	"llave/bot"
	"llave/store/redistest"
)

// sharedStore is a store whose processes tell each other what waits.
type sharedStore interface {
	bot.Store
	bot.Wakeups
	bot.LogEnds
}

// receives listens, wakes until it has received, and returns which chats it has received of, each once.
func receives(t *testing.T, told, received sharedStore, ask, kind bot.WakeKind, chats ...bot.ChatKey) map[bot.ChatKey]bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, ended := make(chan bot.ChatKey, 1024), make(chan error, 1)
	go func() {
		ended <- received.Listen(ctx, ask, func(k bot.ChatKey) {
			select {
			case got <- k:
			default:
			}
		})
	}()
	all := map[bot.ChatKey]bool{}
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	last := bot.ChatKey{255, 255} // said behind the others: when it is received they were
	for !all[last] && ctx.Err() == nil {
		select {
		case k := <-got:
			all[k] = true
		case <-again.C:
			_ = told.Wake(ctx, kind, chats) // a server that has just begun may refuse it
			_ = told.Wake(ctx, ask, []bot.ChatKey{last})
		case <-ctx.Done():
			t.Error("nothing was received")
		}
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("listening ended without an error")
	}
	delete(all, last)
	return all
}

// testWakeups wakes from one opening of a store and listens on another one.
func testWakeups(t *testing.T, told, received sharedStore) {
	t.Helper()
	a, b := bot.ChatKey{1, '\r', '\n'}, bot.ChatKey{200, 0, 7}
	if got := receives(t, told, received, bot.WakeChat, bot.WakeChat, a, b); len(got) != 2 || !got[a] || !got[b] {
		t.Errorf("received of %v", got)
	}
	if got := receives(t, told, received, bot.WakeChat, bot.WakeLog, a); len(got) != 0 {
		t.Errorf("what listens to chats received of logs: %v", got)
	}
}

// testLogEnds logs events, trims one, and looks at all ends.
func testLogEnds(t *testing.T, s sharedStore) {
	t.Helper()
	chat := bot.ChatKey{7, 1}
	fence, err := s.AcquireShards(t.Context(), []bot.Shard{7})
	if err != nil {
		t.Fatal(err)
	}
	for base := range uint64(3) {
		turn := bot.Turn{Chat: chat, Base: base, Fence: fence, Session: []byte("s"), Events: [][]byte{[]byte("e")}}
		if err := s.Commit(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Trim(t.Context(), 7, 3); err != nil {
		t.Fatal(err)
	}
	ends, err := s.LastEvents(t.Context())
	if want := [bot.Shards]uint64{7: 3}; err != nil || ends != want {
		t.Errorf("ends are %v, %v", ends, err)
	}
}

func TestMemoryWakeups(t *testing.T) {
	m := NewMemory()
	testWakeups(t, m, m)
	testLogEnds(t, m)
}

// A connection that listens is made again after the server was gone.
func TestRedisWakeups(t *testing.T) {
	server := redistest.New(t)
	address := server.Address()
	told, received := openRedis(t, address), openRedis(t, address)
	testWakeups(t, told, received)
	testLogEnds(t, told)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got := make(chan bot.ChatKey, 1024)
	go func() { _ = received.Listen(ctx, bot.WakeChat, func(k bot.ChatKey) { got <- k }) }()
	for _, again := range []bool{false, true} {
		if again {
			server.Kill()
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			for len(got) > 0 {
				<-got
			}
		}
		for received := false; !received && ctx.Err() == nil; {
			_ = told.Wake(ctx, bot.WakeChat, []bot.ChatKey{{1}})
			select {
			case <-got:
				received = true
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	if ctx.Err() != nil {
		t.Error("nothing is received after the server was gone")
	}
}
