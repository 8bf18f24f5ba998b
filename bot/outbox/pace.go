package outbox

import (
	"sync"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// pacer gives the messages of one channel their places in its pace. Only the message whose turn it is asks the channel, so
// that a token that is written later goes before the menus that wait. Its mutex is taken while a dispatcher's is held,
// never the other way round.
type pacer struct {
	bot.Paced
	schedule *workers.Schedule

	mu      sync.Mutex
	waiting workers.Backlog[*Chat] // a chat that has become more urgent stands in it twice
	timer   workers.Entry          // gives the next place
	armed   bool                   // it will
}

func newPacer(p bot.Paced, s *workers.Schedule) *pacer {
	pc := &pacer{Paced: p, schedule: s}
	pc.timer.F = func() {
		pc.mu.Lock()
		pc.armed = false
		pc.mu.Unlock()
		for pc.placeNext() {
		}
	}
	return pc
}

// reserve says whether a chat's first message may be sent now. If not, the chat is started when it may.
func (d *Dispatcher) reserve(c *Chat, behind bool) bool {
	m := &c.queue[0]
	p := d.pacers[m.Chat.Channel()]
	if p == nil || m.reserved || m.broken != "" || !m.wanted(d.Now(), behind) {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting.Len() == 0 {
		wait, everybody := p.Reserve(m.Chat)
		if m.reserved = wait <= 0; m.reserved {
			return true
		}
		if !everybody {
			d.wait(c, wait)
			return false
		}
		p.arm(wait)
	}
	c.running, c.reserving, c.class = false, true, c.urgency()
	p.waiting.Push(c.class, c)
	return false
}

// hurry puts a chat that waits for its place before others if something more urgent has joined it.
func (d *Dispatcher) hurry(c *Chat) {
	if len(c.queue) == 0 {
		return
	}
	if class := c.urgency(); class < c.class {
		c.class = class
		p := d.pacers[c.queue[0].Chat.Channel()]
		p.mu.Lock()
		p.waiting.Push(class, c)
		p.mu.Unlock()
	}
}

// arm gives places again when the channel has one.
func (p *pacer) arm(wait time.Duration) {
	if !p.armed {
		p.armed = true
		p.schedule.After(&p.timer, wait)
	}
}

func (p *pacer) peek() (*Chat, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting.Peek()
}

// placeNext gives the next place, and says whether there may be another one.
func (p *pacer) placeNext() bool {
	c, ok := p.peek()
	if !ok {
		return false
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if first, _ := p.waiting.Peek(); first != c {
		return true // a more urgent one has come
	}
	wait, everybody := time.Duration(0), false
	if c.reserving && !c.d.scope.Stopped() && c.wanted() {
		wait, everybody = p.Reserve(c.queue[0].Chat)
		if wait > 0 && everybody {
			p.arm(wait)
			return false
		}
		c.queue[0].reserved = wait <= 0
	}
	p.waiting.Pop()
	if !c.reserving {
		return true // it had its place before
	}
	c.reserving = false
	if wait > 0 {
		c.d.wait(c, wait)
	} else if !c.d.finished(c) {
		c.d.start(c, c.class)
	}
	return true
}

// wanted says whether the chat's first message is worth sending.
func (c *Chat) wanted() bool {
	return len(c.queue) > 0 && c.queue[0].wanted(c.d.Now(), len(c.queue) > 1 || c.behind)
}

func (m *Message) wanted(now time.Time, behind bool) bool {
	_, why := m.deliverable(now, behind)
	return why == ""
}
