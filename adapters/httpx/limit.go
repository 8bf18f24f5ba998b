package httpx

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limiter lets each of many keys do something at a rate, after a burst. It remembers a bounded number of keys, those
// that asked last; a forgotten key begins with a full burst. It is safe for concurrent use.
type Limiter struct {
	burst int
	limit rate.Limit
	now   func() time.Time
	keys  *lru.Cache[string, *rate.Limiter]
}

// NewLimiter makes a limiter: burst at once, then one every interval, for the given number of keys. It panics if one of
// them is not positive.
func NewLimiter(burst int, every time.Duration, keys int, now func() time.Time) *Limiter {
	cache, err := lru.New[string, *rate.Limiter](keys)
	if err != nil || burst <= 0 || every <= 0 {
		panic(fmt.Sprintf("httpx: a limiter of %d, then one every %v, for %d keys", burst, every, keys))
	}
	return &Limiter{burst: burst, limit: rate.Every(every), now: now, keys: cache}
}

// Allow counts one for a key. One too many does not count, and retryAfter is the time to wait.
func (l *Limiter) Allow(key string) (ok bool, retryAfter time.Duration) {
	_, ok, retryAfter = l.Reserve(key)
	return ok, retryAfter
}

// Reserve is Allow for a request that may turn out not to count: refund takes it back.
func (l *Limiter) Reserve(key string) (refund func(), ok bool, retryAfter time.Duration) {
	now := l.now()
	r := l.of(key).ReserveN(now, 1)
	refund = func() { r.CancelAt(now) }
	if wait := r.DelayFrom(now); wait > 0 {
		refund()
		return func() {}, false, (wait + time.Millisecond - 1).Truncate(time.Millisecond) // it counts in floats: not a moment too soon
	}
	return refund, true, 0
}

// of is a key's limiter. Two concurrent requests get the same one.
func (l *Limiter) of(key string) *rate.Limiter {
	if one, ok := l.keys.Get(key); ok {
		return one
	}
	one := rate.NewLimiter(l.limit, l.burst)
	if before, ok, _ := l.keys.PeekOrAdd(key, one); ok {
		return before
	}
	return one
}

// RetryAfter sets the header Retry-After, in whole seconds and at least one.
func RetryAfter(w http.ResponseWriter, wait time.Duration) {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
}
