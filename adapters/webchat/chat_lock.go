package webchat

import (
	"context"
	"sync"
)

// chatLocks lets one writer at a time into a chat, so that an answer never precedes its question in the history. A
// caller can give up waiting.
type chatLocks struct {
	mu sync.Mutex
	m  map[name]*chatLock
}

type chatLock struct {
	slot chan struct{}
	n    int // who holds it or waits for it
}

// lock waits for the lock of a chat.
func (t *chatLocks) lock(ctx context.Context, chat name) (unlock func(), err error) {
	t.mu.Lock()
	if t.m == nil {
		t.m = map[name]*chatLock{}
	}
	own := t.m[chat]
	if own == nil {
		own = &chatLock{slot: make(chan struct{}, 1)}
		t.m[chat] = own
	}
	own.n++
	t.mu.Unlock()
	select {
	case own.slot <- struct{}{}:
		return func() { <-own.slot; t.release(chat, own) }, nil
	case <-ctx.Done():
		t.release(chat, own)
		return nil, ctx.Err()
	}
}

func (t *chatLocks) release(chat name, own *chatLock) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.n--; own.n == 0 {
		delete(t.m, chat)
	}
}
