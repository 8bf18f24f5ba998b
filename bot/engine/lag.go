package engine

import (
	"sync"
	"time"

	"llave/bot"
)

// lags estimates the usual lag of each channel account: the time of acceptance minus the time that the channel gives.
// The estimate contains the difference of the two clocks, so a channel's time is compared with this estimate only.
// Without history the clocks count as equal: a backlog that comes right after a start is old.
type lags struct {
	mu sync.Mutex
	m  map[string]*lag // by channel and account
}

// lag is the estimate for one channel account. A smaller lag is taken at once, because nothing arrives before it is said.
// A larger one is taken when it is steady: a backlog that is delivered at last catches up, a wrong clock stays wrong.
type lag struct {
	usual time.Duration
	// level is a larger lag that was first seen at since, if since is set.
	level time.Duration
	since time.Time
}

// The bounds of the estimate.
const (
	lagNoise  = 30 * time.Second // what is within this of the usual lag is usual
	lagSettle = 10 * time.Second // how long a larger lag has to be steady
	lagJitter = 2 * time.Second  // by how much two samples may differ at once; later it is a quarter of the time between them
)

// excess adds a sample of a chat's account and returns by how much it is above the usual lag.
func (ls *lags) excess(chat bot.ChatID, said, now time.Time) time.Duration {
	if said.IsZero() {
		return 0
	}
	account := chat.Channel() + "/" + chat.Account()
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.m[account]
	if l == nil {
		if ls.m == nil {
			ls.m = map[string]*lag{}
		}
		l = &lag{}
		ls.m[account] = l
	}
	sample := now.Sub(said)
	l.add(sample, now)
	return max(0, sample-l.usual)
}

// add takes a sample into the estimate.
func (l *lag) add(sample time.Duration, now time.Time) {
	if sample <= l.usual+lagNoise {
		l.usual, l.since = min(l.usual, sample), time.Time{}
		return
	}
	span := now.Sub(l.since)
	switch differs := (sample - l.level).Abs(); {
	case l.since.IsZero(), span < 0, differs > lagJitter+min(span/4, lagNoise):
		l.level, l.since = sample, now
	case span >= lagSettle:
		l.usual, l.since = min(sample, l.level), time.Time{}
	}
}
