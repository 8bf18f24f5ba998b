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

// take takes one from a bucket that will be full at the time full. It returns when the bucket is full after that, and how
// long to wait if it is empty. It is the generic cell rate algorithm (ITU-T I.371): no queue, one time to remember.
func (r Rate) take(full, now time.Time) (time.Time, time.Duration) {
	if !full.After(now) {
		full = now
	}
	if wait := full.Sub(now) - time.Duration(max(r.Burst-1, 0))*r.Every; wait > 0 {
		return full, wait
	}
	return full.Add(r.Every), 0
}

// many is how many buckets there are at least before full ones are forgotten.
const many = 4096

// sweep forgets the buckets that are full, each time that there are twice as many as were left. It returns how many
// there are then.
func sweep[K comparable, B any](buckets map[K]B, at int, full func(B) bool) int {
	if len(buckets) < max(at, many) {
		return at
	}
	for k, b := range buckets {
		if full(b) {
			delete(buckets, k)
		}
	}
	return 2 * len(buckets)
}

// rates holds chats to the rates of their channels: a bucket for each chat that is not full. A restart fills them.
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
		b.told = false
	}
	if b.full, wait = rate.take(b.full, now); wait > 0 {
		first = !b.told
		b.told = true
	} else {
		r.sweepAt = sweep(r.chats, r.sweepAt, func(b bucket) bool { return !b.full.After(now) })
	}
	r.chats[key] = b
	return wait, first
}
