package webchat

import (
	"context"
	"sync"
)

// turns lets one at a time write in a chat, so that an answer never stands before what it answers. Waiting for a turn
// can be given up.
type turns struct {
	mu sync.Mutex
	m  map[name]*turn
}

type turn struct {
	slot chan struct{}
	n    int // who holds it or waits for it
}

// take waits for the chat's turn; give gives it back.
func (t *turns) take(ctx context.Context, chat name) (give func(), err error) {
	t.mu.Lock()
	if t.m == nil {
		t.m = map[name]*turn{}
	}
	own := t.m[chat]
	if own == nil {
		own = &turn{slot: make(chan struct{}, 1)}
		t.m[chat] = own
	}
	own.n++
	t.mu.Unlock()
	select {
	case own.slot <- struct{}{}:
		return func() { <-own.slot; t.done(chat, own) }, nil
	case <-ctx.Done():
		t.done(chat, own)
		return nil, ctx.Err()
	}
}

func (t *turns) done(chat name, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.n--; own.n == 0 {
		delete(t.m, chat)
	}
}
