package bot

import (
	"sync"
	"time"
)

// Rate bounds how fast a chat's updates are answered: Burst of them at once, and then one each Every. What is above
// is kept, in order, and answered later. The zero Rate is no bound.
type Rate struct {
	Burst int
	Every time.Duration
}

// rates holds chats to the rates of their channels. It is a token bucket for each chat (the generic cell rate algorithm):
// no queue, one time to remember while the bucket is not full. A restart fills the buckets.
type rates struct {
	byChannel map[string]Rate

	mu      sync.Mutex
	chats   map[ChatKey]bucket
	sweepAt int
}

// bucket is full at the time full. Told says that the person was told of the wait since it was full last.
type bucket struct {
	full time.Time
	told bool
}

func newRates(byChannel map[string]Rate) *rates {
	return &rates{byChannel: byChannel, chats: map[ChatKey]bucket{}}
}

// take takes a turn out of a chat's bucket. If there is none it says for how long to wait, and whether this is the
// first wait since the bucket was full.
func (r *rates) take(key ChatKey, chat ChatID) (wait time.Duration, first bool) {
	rate := r.byChannel[chat.Channel()]
	if rate.Every <= 0 {
		return 0, false
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.chats[key]
	if !b.full.After(now) {
		b = bucket{full: now}
	}
	if wait = b.full.Sub(now) - time.Duration(max(rate.Burst-1, 0))*rate.Every; wait > 0 {
		first = !b.told
		b.told = true
		r.chats[key] = b
		return wait, first
	}
	r.sweep(now)
	b.full = b.full.Add(rate.Every)
	r.chats[key] = b
	return 0, false
}

// sweep forgets the chats whose bucket is full, each time that there are twice as many as were left.
func (r *rates) sweep(now time.Time) {
	if len(r.chats) < max(r.sweepAt, many) {
		return
	}
	for k, b := range r.chats {
		if !b.full.After(now) {
			delete(r.chats, k)
		}
	}
	r.sweepAt = 2 * len(r.chats)
}
