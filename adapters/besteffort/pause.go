package besteffort

import (
	"context"
	"math/rand/v2"
	"time"
)

// Sleep pauses. It returns false if ctx ended before.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Backoff is a sequence of pauses, each twice as long as the one before.
type Backoff struct {
	First, Most time.Duration
	// Jitter spreads each pause between half and one and a half of its length.
	Jitter bool
	last   time.Duration
}

// Next is the next pause.
func (b *Backoff) Next() time.Duration {
	b.last = min(max(2*b.last, b.First), max(b.Most, b.First))
	if b.Jitter {
		return b.last/2 + rand.N(b.last)
	}
	return b.last
}

// Reset begins again with the first pause.
func (b *Backoff) Reset() { b.last = 0 }
