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

	mu    sync.Mutex
	all   time.Time
	chats map[ChatID]time.Time // when the chat's next letter is due
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

// Slot reserves the place of the next letter to a chat and says how long it is until then.
func (p *Pace) Slot(to ChatID) time.Duration {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if p.chat > 0 {
		due := latest(p.chats[to], now)
		at = latest(due.Add(-p.burst), now)
		p.sweep(now)
		p.chats[to] = due.Add(p.chat)
	}
	if p.every > 0 {
		at = latest(p.all, at)
		p.all = at.Add(p.every)
	}
	return at.Sub(now)
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

// sweep forgets chats that owe nothing any more, when there are many.
func (p *Pace) sweep(now time.Time) {
	const many = 4096
	if len(p.chats) < many {
		return
	}
	for c, due := range p.chats {
		if !due.After(now) {
			delete(p.chats, c)
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
