package besteffort

import (
	"sync"
	"time"
)

// Typing shows "typing…" in the chats that wait for an answer. A chat that waits costs a timer and no goroutine.
type Typing[K comparable] struct {
	// After is how long a chat has waited when it is shown first. It is shown again every Every, Times times in all, because
	// the app takes it away by itself.
	After, Every time.Duration
	Times        int

	mu   sync.Mutex
	m    map[K]*wait
	over bool
}

// wait is a chat that waits.
type wait struct {
	timer *time.Timer
	shown int
}

// Expect begins to wait for the answer to an update of a chat. Show must not wait.
func (t *Typing[K]) Expect(chat K, show func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over || t.m[chat] != nil {
		return
	}
	if t.m == nil {
		t.m = map[K]*wait{}
	}
	w := &wait{}
	t.m[chat] = w
	w.timer = time.AfterFunc(t.After, func() { t.fire(chat, w, show) })
}

// Answered ends the waiting of a chat.
func (t *Typing[K]) Answered(chat K) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w := t.m[chat]; w != nil {
		w.timer.Stop()
		delete(t.m, chat)
	}
}

func (t *Typing[K]) fire(chat K, w *wait, show func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.m[chat] != w {
		return
	}
	if w.shown++; w.shown < t.Times {
		w.timer.Reset(t.Every)
	} else {
		delete(t.m, chat)
	}
	show()
}

// Stop ends all waiting, for good.
func (t *Typing[K]) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	for chat, w := range t.m {
		w.timer.Stop()
		delete(t.m, chat)
	}
}
