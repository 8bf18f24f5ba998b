package engine

import (
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// pacing gives the letters of one channel their places in its pace. Only the letter whose turn it is asks the channel,
// so that a token that is written later goes before the menus that wait.
type pacing struct {
	bot.Paced
	waiting workers.Backlog[*route] // a route that has become more urgent stands in it twice
	next    workers.Entry           // gives the next place
	armed   bool                    // it will
}

// class says how urgent a letter is: tokens and links first, questions, interims and notices last.
func (l *letter) class() workers.Class {
	switch {
	case l.Notice:
		return workers.Background
	case l.kind == bot.Show, l.kind == bot.Secret:
		return workers.Urgent
	case l.kind == bot.Ask, l.kind == bot.Interim:
		return workers.Background
	}
	return workers.Normal
}

// urgency is that of a route's most urgent letter: those before it have to go first.
func (rt *route) urgency() workers.Class {
	c := workers.Background
	for i := range rt.queue {
		c = min(c, rt.queue[i].class())
	}
	return c
}

// place says whether a route's first letter may be sent now. If not, the route is started when it may.
func (r *relay) place(rt *route, later bool) bool {
	l := &rt.queue[0]
	p := r.paces[l.Chat.Channel()]
	if p == nil || l.placed || l.broken != "" || !l.wanted(r.e.now(), later) {
		return true
	}
	if p.waiting.Len() == 0 {
		wait, everybody := p.Reserve(l.Chat)
		if l.placed = wait <= 0; l.placed {
			return true
		}
		if !everybody {
			r.wake(rt, wait)
			return false
		}
		r.placeLater(p, wait)
	}
	rt.running, rt.placing, rt.class = false, true, rt.urgency()
	p.waiting.Push(rt.class, rt)
	return false
}

// hurry puts a route that waits for its place before others if something more urgent has joined it.
func (r *relay) hurry(rt *route) {
	if len(rt.queue) == 0 {
		return
	}
	if c := rt.urgency(); c < rt.class {
		rt.class = c
		r.paces[rt.queue[0].Chat.Channel()].waiting.Push(c, rt)
	}
}

// placeLater gives places again when the channel has one.
func (r *relay) placeLater(p *pacing, wait time.Duration) {
	if p.armed {
		return
	}
	p.armed = true
	p.next.F = func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		p.armed = false
		for !r.e.halted() && r.placeNext(p) {
		}
	}
	r.e.schedule.After(&p.next, wait)
}

// placeNext gives the next place, and says whether there may be another one.
func (r *relay) placeNext(p *pacing) bool {
	rt, ok := p.waiting.Peek()
	if !ok {
		return false
	}
	wait, everybody := time.Duration(0), false
	if rt.placing && len(rt.queue) > 0 && rt.queue[0].wanted(r.e.now(), len(rt.queue) > 1 || rt.more) {
		wait, everybody = p.Reserve(rt.queue[0].Chat)
		if wait > 0 && everybody {
			r.placeLater(p, wait)
			return false
		}
		rt.queue[0].placed = wait <= 0
	}
	p.waiting.Pop()
	if !rt.placing {
		return true // it had its place before
	}
	rt.placing = false
	if wait > 0 {
		r.wake(rt, wait)
	} else if !r.finished(rt) {
		r.start(rt, rt.class)
	}
	return true
}

// wanted says whether a letter is worth sending.
func (l *letter) wanted(now time.Time, later bool) bool {
	_, why := l.worth(now, later)
	return why == ""
}
