package bot

import (
	"sync"
	"time"
)

// Pace hands out places in time, so that a channel is not written to faster than it likes: over all chats, and in each
// one. It is the generic cell rate algorithm (ITU-T I.371): no queue, two times to remember. Safe for concurrent use.
type Pace struct {
	now   func() time.Time
	every time.Duration // between two letters, over all chats; 0 is no limit
	chat  time.Duration // between two letters of a chat, once its burst is used up; 0 is no limit
	burst time.Duration // how far a chat may run ahead

	mu      sync.Mutex
	all     time.Time
	chats   map[ChatID]time.Time // when the chat's next letter is due
	sweepAt int
}

// NewPace allows perSecond letters over all chats, and in each chat one letter per chat after a burst of so many. Zero
// sets no limit. Now may be nil.
func NewPace(perSecond float64, chat time.Duration, burst int, now func() time.Time) *Pace {
	p := &Pace{now: now, chat: chat, burst: time.Duration(max(burst-1, 0)) * chat, chats: map[ChatID]time.Time{}}
	if perSecond > 0 {
		p.every = time.Duration(float64(time.Second) / perSecond)
	}
	if now == nil {
		p.now = time.Now
	}
	return p
}

// Slot takes the place of the next letter to a chat if there is one now. See [Paced].
func (p *Pace) Slot(to ChatID) (wait time.Duration, everybody bool) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.every > 0 && p.all.After(now) {
		return p.all.Sub(now), true
	}
	if p.chat > 0 {
		due := latest(p.chats[to], now)
		if at := due.Add(-p.burst); at.After(now) {
			return at.Sub(now), false
		}
		p.sweep(now)
		p.chats[to] = due.Add(p.chat)
	}
	if p.every > 0 {
		p.all = now.Add(p.every)
	}
	return 0, false
}

// Call counts a call that is no letter, and says whether there is room for it now.
func (p *Pace) Call() bool {
	if p.every == 0 {
		return true
	}
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all.After(now) {
		return false
	}
	p.all = now.Add(p.every)
	return true
}

// many is from how many chats on those that owe nothing are forgotten.
const many = 4096

// sweep forgets chats that owe nothing any more, each time that there are twice as many as were left.
func (p *Pace) sweep(now time.Time) {
	if len(p.chats) < max(p.sweepAt, many) {
		return
	}
	for c, due := range p.chats {
		if !due.After(now) {
			delete(p.chats, c)
		}
	}
	p.sweepAt = 2 * len(p.chats)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
