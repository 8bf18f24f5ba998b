package webchat

import (
	"sync"
	"time"
)

// limit lets each of many do something at a rate, after a burst. It is the generic cell rate algorithm (ITU-T I.371):
// one time to remember of each. What it remembers is bounded: when there is too much, the older half is forgotten.
type limit struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu       sync.Mutex
	due, old map[string]time.Time
}

// remembered bounds each half.
const remembered = 8192

func newLimit(every time.Duration, burst int, now func() time.Time) *limit {
	return &limit{every: every, burst: burst, now: now, due: map[string]time.Time{}}
}

// wait counts one, and is how long there is to wait if it is one too many: then it does not count.
func (l *limit) wait(who string) time.Duration {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	due, ok := l.due[who]
	if !ok {
		due = l.old[who]
	}
	if due.Before(now) {
		due = now
	}
	if early := due.Sub(now) - time.Duration(l.burst-1)*l.every; early > 0 {
		return early
	}
	if len(l.due) >= remembered {
		l.old, l.due = l.due, map[string]time.Time{}
	}
	l.due[who] = due.Add(l.every)
	return 0
}
