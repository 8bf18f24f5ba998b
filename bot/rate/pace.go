package rate

import (
	"sync"
	"time"

	"llave/bot"
)

// Pace hands out places in time, so that a channel is not written to faster than it allows: over all chats, and in
// each one. Safe for concurrent use.
type Pace struct {
	now  func() time.Time
	one  time.Duration // between two messages, over all chats, if nobody else writes; 0 is no limit
	chat Limit         // of the messages of one chat; zero is no limit

	mu      sync.Mutex
	every   time.Duration // between two messages of this process
	all     time.Time
	chats   map[bot.ChatID]time.Time // when the chat's bucket is full
	sweepAt int
}

// NewPace allows perSecond messages over all chats, and in each chat one message per chat interval after a burst.
// Zero sets no limit. now may be nil.
func NewPace(perSecond float64, chat time.Duration, burst int, now func() time.Time) *Pace {
	p := &Pace{now: now, chat: Limit{burst, chat}, chats: map[bot.ChatID]time.Time{}}
	if perSecond > 0 {
		p.one = time.Duration(float64(time.Second) / perSecond)
		p.every = p.one
	}
	if now == nil {
		p.now = time.Now
	}
	return p
}

// Share leaves a part of the places over all chats to this process, since others write to the same channel: 0.5 is every other
// one. A part that is none, or more than all, changes nothing.
func (p *Pace) Share(part float64) {
	if part <= 0 || part > 1 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.every = time.Duration(float64(p.one) / part)
}

// Reserve takes the place of the next message to a chat if there is one now. See [bot.Paced].
func (p *Pace) Reserve(to bot.ChatID) (wait time.Duration, everybody bool) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.every > 0 && p.all.After(now) {
		return p.all.Sub(now), true
	}
	if p.chat.Every > 0 {
		full, wait := p.chat.Take(p.chats[to], now)
		if wait > 0 {
			return wait, false
		}
		p.sweepAt = Sweep(p.chats, p.sweepAt, func(full time.Time) bool { return !full.After(now) })
		p.chats[to] = full
	}
	if p.every > 0 {
		p.all = now.Add(p.every)
	}
	return 0, false
}

// Call counts a call that is no message, and reports whether there is room for it now.
func (p *Pace) Call() bool {
	if p.one == 0 {
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
