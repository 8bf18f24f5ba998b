package engine

import (
	"fmt"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// route is the letters of one chat. It exists while there are any, or while what became of one is not on record.
type route struct {
	key       bot.ChatKey
	queue     []letter
	purged    uint64 // letters below are withdrawn
	next      uint64 // letters below have been queued before
	pins      int    // turns that are being committed
	running   bool
	more      bool          // the store may hold letters behind those that are queued
	missed    bool          // some were written while the store was being read
	unwritten int           // results that are not on record
	held      bool          // it waits until they are
	pause     time.Duration // after the next failure to read
	placing   bool          // it waits for its place in the channel's pace
	class     workers.Class // in which it does
	wait      workers.Entry // starts it
}

// routeQueue bounds the letters of one chat in memory; what is beyond waits in the store.
const routeQueue = 64

// pin keeps the route of a chat until push or unpin: letters that are read from the store and sent before their turn
// pushes them are known not to be new.
func (r *relay) pin(key bot.ChatKey) *route {
	r.mu.Lock()
	defer r.mu.Unlock()
	rt := r.m[key]
	if rt == nil {
		rt = r.open(key)
	}
	rt.pins++
	return rt
}

func (r *relay) unpin(rt *route) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rt.pins--
	r.finished(rt)
}

// push queues the letters of a turn that was committed. If it purges, those of earlier turns are withdrawn.
func (r *relay) push(rt *route, letters []letter, t bot.Turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rt.pins--
	if t.Purge {
		rt.purge(t.Base << 8)
	}
	rt.push(letters)
	if !r.finished(rt) {
		r.start(rt, workers.Urgent)
	}
}

func (r *relay) open(key bot.ChatKey) *route {
	rt := &route{key: key}
	r.m[key] = rt
	r.e.owed.Add()
	return rt
}

func (rt *route) purge(below uint64) {
	rt.purged, rt.next = below, max(rt.next, below)
	rt.queue = nil
}

// push queues letters that were just written, unless older ones may have to be read first.
func (rt *route) push(letters []letter) {
	if rt.more || len(rt.queue)+len(letters) > routeQueue {
		rt.more, rt.missed = true, true
		return
	}
	rt.add(letters)
}

func (rt *route) add(letters []letter) {
	for _, l := range letters {
		if l.n >= rt.next {
			rt.queue, rt.next = append(rt.queue, l), l.n+1
		}
	}
}

// expect has a chat's letters read from the store besides those that are queued.
func (r *relay) expect(key bot.ChatKey, c workers.Class) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rt := r.m[key]
	if rt == nil {
		rt = r.open(key)
	}
	rt.more, rt.missed = true, true
	r.start(rt, c)
}

// start schedules a route: its letters are sent, or the store is read for it first.
func (r *relay) start(rt *route, c workers.Class) {
	if rt.running || rt.held || len(rt.queue) == 0 && !rt.more {
		return
	}
	if rt.placing {
		r.hurry(rt)
		return
	}
	if rt.short() {
		r.startReading(rt, c)
		return
	}
	rt.running = true
	r.e.running.Add()
	r.pool(rt).Do(rt.urgency(), func() { r.run(rt) })
}

// pool is where the letters of a route are sent.
func (r *relay) pool(rt *route) *workers.Pool {
	if p := r.sends[rt.queue[0].Chat.Channel()]; p != nil {
		return p
	}
	return r.others
}

// short says that the store has to be read before the next letter is sent: whether others wait behind it decides
// whether it is worth sending.
func (rt *route) short() bool { return rt.more && len(rt.queue) <= 1 }

// startReading has the store read for a route as soon as all that became of its letters is on record: what was sent
// and is not on record would be read again.
func (r *relay) startReading(rt *route, c workers.Class) {
	if rt.held = rt.unwritten > 0; rt.held {
		return
	}
	rt.running = true
	r.e.running.Add()
	r.e.turns.Do(c, func() { r.read(rt) })
}

// read queues what the store holds for a route, and runs it.
func (r *relay) read(rt *route) {
	defer r.e.running.Done()
	r.mu.Lock()
	rt.missed = false
	r.mu.Unlock()
	c, err := r.e.store.Load(r.e.ctx, rt.key)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		if !r.e.halted() {
			r.e.health.failed(err)
			r.e.log.Error("store", "err", fmt.Errorf("load replies: %w", err))
		}
		rt.pause = min(max(2*rt.pause, 50*time.Millisecond), 5*time.Second)
		r.wake(rt, rt.pause)
		return
	}
	rt.pause = 0
	letters := r.opened(rt, c.Outbox)
	rt.add(letters)
	rt.more = rt.missed || len(c.Outbox) == bot.PageSize
	rt.running = false
	switch {
	case rt.short() && len(letters) == 0 && !rt.missed:
		r.wake(rt, time.Second) // the store still holds what is on record as sent: do not ask it in a circle
	case !r.finished(rt):
		r.start(rt, workers.Normal)
	}
}

// opened are the letters of a page that are new.
func (r *relay) opened(rt *route, page []bot.OutboxMessage) []letter {
	letters := make([]letter, 0, len(page))
	for _, s := range page {
		if s.N < rt.next {
			continue
		}
		l := letter{n: s.N, tries: s.Tries, due: s.Due}
		if err := r.e.sealer.OpenJSON(keyring.ForMessage, rt.key, s.Body, &l.MessageContent); err != nil {
			l.broken = "cannot be read"
		}
		l.kind = l.Reply.Kind
		letters = append(letters, l)
	}
	return letters
}

// finished forgets a route that has nothing left.
func (r *relay) finished(rt *route) bool {
	if len(rt.queue) > 0 || rt.more || rt.running || rt.unwritten > 0 || rt.pins > 0 {
		return false
	}
	if r.m[rt.key] == rt {
		delete(r.m, rt.key)
		r.e.owed.Done()
	}
	return true
}

// written goes on with the routes whose results are on record.
func (r *relay) written(batch []bot.DeliveryResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range batch {
		rt := r.m[m.Chat]
		if rt == nil {
			continue
		}
		if rt.unwritten--; rt.unwritten > 0 {
			continue
		}
		if rt.held {
			rt.held = false
			r.start(rt, workers.Normal)
		} else {
			r.finished(rt)
		}
	}
}

// park puts a letter back at the head of its queue, to be tried after a while.
func (r *relay) park(rt *route, l letter, after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.n >= rt.purged {
		rt.queue = append([]letter{l}, rt.queue...)
	}
	r.wake(rt, after)
}

// wake runs a route after a while, unless something else does before.
func (r *relay) wake(rt *route, after time.Duration) {
	rt.running = false
	if rt.wait.F == nil {
		rt.wait.F = func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.m[rt.key] == rt && !r.e.halted() && !r.finished(rt) {
				r.start(rt, workers.Normal)
			}
		}
	}
	r.e.schedule.After(&rt.wait, after)
}
