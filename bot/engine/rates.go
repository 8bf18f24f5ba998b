package engine

import (
	"sync"
	"time"

	"llave/bot"
	"llave/bot/rate"
)

// rates holds chats to the rates of their channels: a bucket for each chat that is not full. A restart fills all
// buckets.
type rates struct {
	byChannel map[string]rate.Limit

	mu      sync.Mutex
	chats   map[bot.ChatKey]bucket
	sweepAt int
}

// bucket is full at the time full. told says that the person was told of the wait since it was last full.
type bucket struct {
	full time.Time
	told bool
}

func newRates(byChannel map[string]rate.Limit) *rates {
	return &rates{byChannel: byChannel, chats: map[bot.ChatKey]bucket{}}
}

// take takes a turn out of a chat's bucket. If it is empty, take returns how long to wait, and whether this is the
// first wait since the bucket was full.
func (r *rates) take(key bot.ChatKey, chat bot.ChatID) (wait time.Duration, first bool) {
	limit := r.byChannel[chat.Channel()]
	if limit.Every <= 0 {
		return 0, false
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.chats[key]
	if !b.full.After(now) {
		b.told = false
	}
	if b.full, wait = limit.Take(b.full, now); wait > 0 {
		first = !b.told
		b.told = true
	} else {
		r.sweepAt = rate.Sweep(r.chats, r.sweepAt, func(b bucket) bool { return !b.full.After(now) })
	}
	r.chats[key] = b
	return wait, first
}
