package telegram

import (
	"sync"
	"time"
)

// hush remembers how long Telegram wants to be left alone. Nobody is asked again before that: each try makes it longer.
type hush struct {
	now   func() time.Time
	mu    sync.Mutex
	all   time.Time
	chats map[int64]time.Time
}

func newHush(now func() time.Time) *hush { return &hush{now: now, chats: map[int64]time.Time{}} }

// asked notes that a chat is to be left alone for a while. If two chats are at a time, it is meant for all.
func (h *hush) asked(chat int64, d time.Duration) {
	now := h.now()
	until := now.Add(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	for c, t := range h.chats {
		if !t.After(now) {
			delete(h.chats, c)
		} else if c != chat && until.After(h.all) {
			h.all = until
		}
	}
	if until.After(h.chats[chat]) {
		h.chats[chat] = until
	}
}

// left is how long a chat is still to be left alone.
func (h *hush) left(chat int64) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all.IsZero() && len(h.chats) == 0 {
		return 0
	}
	until := h.chats[chat]
	if h.all.After(until) {
		until = h.all
	}
	return max(until.Sub(h.now()), 0)
}
