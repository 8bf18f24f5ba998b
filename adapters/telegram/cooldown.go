package telegram

import (
	"sync"
	"time"
)

// cooldown remembers until when Telegram takes no calls for a chat. A call before that would make the time longer.
type cooldown struct {
	now   func() time.Time
	mu    sync.Mutex
	all   time.Time
	chats map[int64]time.Time
}

func newCooldown(now func() time.Time) *cooldown {
	return &cooldown{now: now, chats: map[int64]time.Time{}}
}

// extend records that a chat takes no calls for d. If two chats do at the same time, none does.
func (h *cooldown) extend(chat int64, d time.Duration) {
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

// remaining is how long a chat still takes no calls.
func (h *cooldown) remaining(chat int64) time.Duration {
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
