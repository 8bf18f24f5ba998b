package rate

import (
	"time"
)

// Limit bounds how fast a chat's updates are answered: Burst of them at once, then one each Every. The rest is kept,
// in order, and answered later. The zero Limit is no bound.
type Limit struct {
	Burst int
	Every time.Duration
}

// Take takes one from a bucket that will be full at the time full. It returns when the bucket is full after that, and
// how long to wait if it is empty. It is the generic cell rate algorithm (ITU-T I.371): no queue, one time to
// remember.
func (r Limit) Take(full, now time.Time) (time.Time, time.Duration) {
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

// Sweep forgets the buckets that are full, each time that there are twice as many as were left. It returns how many
// there are then.
func Sweep[K comparable, B any](buckets map[K]B, at int, full func(B) bool) int {
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
