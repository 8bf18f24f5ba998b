package httpx

import (
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type hands struct{ at time.Time }

func (h *hands) now() time.Time { return h.at }

func TestALimiterLetsABurstThroughAndThenOneAtATime(t *testing.T) {
	clock := &hands{time.Unix(1_800_000_000, 0)}
	l := NewLimiter(3, 10*time.Second, 8, clock.now)
	for n := range 3 {
		if ok, _ := l.Allow("a"); !ok {
			t.Fatalf("%d of the burst is refused", n)
		}
	}
	ok, wait := l.Allow("a")
	if ok || wait != 10*time.Second {
		t.Fatalf("one too many: %v, %v", ok, wait)
	}
	if ok, _ := l.Allow("b"); !ok {
		t.Error("another key pays for it")
	}
	clock.at = clock.at.Add(wait - time.Millisecond)
	if ok, wait := l.Allow("a"); ok || wait != time.Millisecond {
		t.Errorf("a moment too soon: %v, %v", ok, wait)
	}
	clock.at = clock.at.Add(time.Millisecond)
	if ok, _ := l.Allow("a"); !ok {
		t.Error("refused after the wait that was told")
	}
	if ok, _ := l.Allow("a"); ok {
		t.Error("what was refused added to the burst")
	}
}

func TestWhatIsRefundedDoesNotCount(t *testing.T) {
	clock := &hands{time.Unix(1_800_000_000, 0)}
	l := NewLimiter(2, time.Minute, 8, clock.now)
	for n := range 20 {
		refund, ok, _ := l.Reserve("a")
		if !ok {
			t.Fatalf("%d: refused", n)
		}
		refund()
	}
	l.Allow("a")
	l.Allow("a")
	if _, ok, wait := l.Reserve("a"); ok || wait != time.Minute {
		t.Errorf("not counted: %v, %v", ok, wait)
	}
}

func TestALimiterRemembersABoundedNumberOfKeys(t *testing.T) {
	clock := &hands{time.Unix(1_800_000_000, 0)}
	l := NewLimiter(1, time.Hour, 100, clock.now)
	for n := range 10_000 {
		l.Allow(strconv.Itoa(n))
	}
	if l.keys.Len() != 100 {
		t.Errorf("%d keys are remembered", l.keys.Len())
	}
	if ok, _ := l.Allow("9999"); ok {
		t.Error("the last key is forgotten")
	}
}

func TestManyAtOnceGetNoMoreThanTheBurst(t *testing.T) {
	clock := &hands{time.Unix(1_800_000_000, 0)}
	l := NewLimiter(5, time.Hour, 8, clock.now)
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if ok, _ := l.Allow("a"); ok {
				allowed.Add(1)
			}
		})
	}
	wg.Wait()
	if allowed.Load() != 5 {
		t.Errorf("%d were let through", allowed.Load())
	}
}

func TestRetryAfterIsNeverTooSoon(t *testing.T) {
	for wait, want := range map[time.Duration]string{0: "1", time.Millisecond: "1", time.Second: "1", 1500 * time.Millisecond: "2", time.Minute: "60"} {
		rw := httptest.NewRecorder()
		RetryAfter(rw, wait)
		if got := rw.Header().Get("Retry-After"); got != want {
			t.Errorf("%v: %s, want %s", wait, got, want)
		}
	}
}
