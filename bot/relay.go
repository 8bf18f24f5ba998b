package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// Envelope is a letter's content: a reply, the chat it is for and the hour of the turn that wrote it.
type Envelope struct {
	Chat  ChatID    `json:"chat"`
	Reply Reply     `json:"reply"`
	At    time.Time `json:"at"`
	// Notice says that the chat did not ask for it: another chat's turn has something to tell this one.
	Notice bool `json:"notice,omitempty"`
}

// letter is an envelope on its way.
type letter struct {
	Envelope
	kind   ReplyKind
	n      uint64
	tries  int
	due    time.Time
	broken string // why it cannot be read
	placed bool   // its place in the channel's pace is reserved
}

// relay carries letters to their channels, one at a time per chat, in the order in which they were written. A chat
// that has to wait costs a timer and no goroutine.
type relay struct {
	e      *Engine
	sends  map[string]*pool // by channel: one that is stuck holds up no other
	others *pool            // of channels that are not turned on
	mu     sync.Mutex       // held for a few instructions
	m      map[ChatKey]*route
	paces  map[string]*pacing // by channel, of those that must not be hurried

	marks chan Mark
}

// route is the letters of one chat. It exists while there are any, or while what became of one is not on record.
type route struct {
	key       ChatKey
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
	class     class         // in which it does
	wait      entry         // starts it
}

// routeQueue bounds the letters of one chat in memory; what is beyond waits in the store.
const routeQueue = 64

func newRelay(e *Engine, limit int) *relay {
	r := &relay{
		e: e, sends: map[string]*pool{}, others: newPool(e.crew, limit), m: map[ChatKey]*route{}, paces: map[string]*pacing{}, marks: make(chan Mark, 256),
	}
	for name, ch := range e.channels {
		r.sends[name] = newPool(e.crew, limit)
		if p, ok := ch.(Paced); ok {
			r.paces[name] = &pacing{Paced: p}
		}
	}
	return r
}

// pin keeps the route of a chat until push or unpin: letters that are read from the store and sent before their turn
// pushes them are known not to be new.
func (r *relay) pin(key ChatKey) *route {
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
func (r *relay) push(rt *route, letters []letter, t Turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rt.pins--
	if t.Purge {
		rt.purge(t.Base << 8)
	}
	rt.push(letters)
	if !r.finished(rt) {
		r.start(rt, urgent)
	}
}

func (r *relay) open(key ChatKey) *route {
	rt := &route{key: key}
	r.m[key] = rt
	r.e.owed.add()
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
func (r *relay) expect(key ChatKey, c class) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rt := r.m[key]
	if rt == nil {
		rt = r.open(key)
	}
	rt.more, rt.missed = true, true
	r.start(rt, c)
}

// start has somebody run a route, or read the store for it.
func (r *relay) start(rt *route, c class) {
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
	r.e.running.add()
	r.pool(rt).do(rt.urgency(), func() { r.run(rt) })
}

// pool is where the letters of a route are sent.
func (r *relay) pool(rt *route) *pool {
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
func (r *relay) startReading(rt *route, c class) {
	if rt.held = rt.unwritten > 0; rt.held {
		return
	}
	rt.running = true
	r.e.running.add()
	r.e.turns.do(c, func() { r.read(rt) })
}

// read queues what the store holds for a route, and runs it.
func (r *relay) read(rt *route) {
	defer r.e.running.done()
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
	letters := r.opened(rt, c.Letters)
	rt.add(letters)
	rt.more = rt.missed || len(c.Letters) == LoadLimit
	rt.running = false
	switch {
	case rt.short() && len(letters) == 0 && !rt.missed:
		r.wake(rt, time.Second) // the store still holds what is on record as sent: do not ask it in a circle
	case !r.finished(rt):
		r.start(rt, usual)
	}
}

// opened are the letters of a page that are new.
func (r *relay) opened(rt *route, page []Letter) []letter {
	letters := make([]letter, 0, len(page))
	for _, s := range page {
		if s.N < rt.next {
			continue
		}
		l := letter{n: s.N, tries: s.Tries, due: s.Due}
		if err := r.e.unseal(placeLetter, rt.key, s.Body, &l.Envelope); err != nil {
			l.broken = "cannot be read"
		}
		l.kind = l.Reply.Kind
		letters = append(letters, l)
	}
	return letters
}

// run sends a chat's letters until there are none or one has to wait.
func (r *relay) run(rt *route) {
	defer r.e.running.done()
	for {
		l, later, ok := r.next(rt)
		if !ok {
			return
		}
		m, again := r.send(rt.key, l, later)
		if again > 0 {
			l.tries, l.due, l.placed = m.Tries, m.Due, false
			r.park(rt, l, again)
			return
		}
	}
}

// next takes the next letter and says whether others wait behind it. Not ok: the route has nothing to send now.
func (r *relay) next(rt *route) (l letter, later, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.e.halted() {
		rt.running = false
		return letter{}, false, false
	}
	if len(rt.queue) == 0 || rt.short() {
		rt.running = false
		if !r.finished(rt) && rt.more {
			r.startReading(rt, usual)
		}
		return letter{}, false, false
	}
	l, later = rt.queue[0], len(rt.queue) > 1
	if wait := l.due.Sub(r.e.now()); wait > 0 {
		r.wake(rt, wait)
		return letter{}, false, false
	}
	if !r.place(rt, later) {
		return letter{}, false, false
	}
	rt.queue = rt.queue[1:]
	return l, later, true
}

// finished forgets a route that has nothing left.
func (r *relay) finished(rt *route) bool {
	if len(rt.queue) > 0 || rt.more || rt.running || rt.unwritten > 0 || rt.pins > 0 {
		return false
	}
	if r.m[rt.key] == rt {
		delete(r.m, rt.key)
		r.e.owed.done()
	}
	return true
}

// written goes on with the routes whose results are on record.
func (r *relay) written(batch []Mark) {
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
			r.start(rt, usual)
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
	if rt.wait.f == nil {
		rt.wait.f = func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.m[rt.key] == rt && !r.e.halted() && !r.finished(rt) {
				r.start(rt, usual)
			}
		}
	}
	r.e.schedule.after(&rt.wait, after)
}

// send tries a letter once. It returns what became of it and, if it has to be tried again, after how long.
func (r *relay) send(key ChatKey, l letter, later bool) (Mark, time.Duration) {
	e := r.e
	m := Mark{Chat: key, N: l.n, Tries: l.tries + 1, At: e.now()}
	if l.broken != "" {
		return r.dead(m, l.broken), 0
	}
	reply, why := l.worth(e.now(), later)
	if why != "" {
		if wait := r.tell(l, Unsent); wait > 0 {
			return m, wait
		}
		e.stats.Dropped.Add(1)
		return r.mark(m), 0
	}
	if l.kind == Secret {
		// At most once: the attempt is on record before it is made.
		if l.tries > 0 {
			return r.bury(l, m, Unsure, "outcome of the only attempt is unknown")
		}
		m.State = Trying
		if err := e.store.Mark(e.ctx, []Mark{m}); err != nil {
			e.health.failed(err)
			m.Tries = 0
			return m, time.Second
		}
	}
	if l.tries > 0 {
		e.stats.Resent.Add(1)
	}
	reply.ID, reply.At = strconv.FormatUint(l.n, 10), l.At
	return r.judge(l, m, r.hand(l.Chat, reply))
}

// worth says what is still worth sending of a letter, or why nothing is.
func (l letter) worth(now time.Time, later bool) (Reply, string) {
	reply := l.Reply
	if (l.kind == Ask || l.kind == Meanwhile) && later {
		return reply, "superseded"
	}
	if reply.Expires.IsZero() || now.Before(reply.Expires) {
		return reply, ""
	}
	if l.kind == Show && reply.Else != "" {
		return Reply{Kind: Say, Text: reply.Else, Thread: reply.Thread}, ""
	}
	return reply, "expired"
}

// hand gives a reply to its channel.
func (r *relay) hand(chat ChatID, reply Reply) (err error) {
	ch := r.e.channels[chat.Channel()]
	if ch == nil {
		return &NotSent{errors.New("channel is not turned on")} // it may be, the next time the program is started
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("channel: panic (%T)", p)
		}
	}()
	ctx, cancel := context.WithTimeout(r.e.ctx, r.e.timing.Attempt)
	defer cancel()
	if reply.File, err = r.made(ctx, chat, reply.File); err != nil {
		return &NotSent{err}
	}
	return ch.Send(ctx, chat, reply)
}

// made is a file with its bytes. One that will never be made is left out: the text says what matters.
func (r *relay) made(ctx context.Context, chat ChatID, f *File) (*File, error) {
	if f == nil || r.e.maker == nil {
		return nil, nil
	}
	data, err := r.e.maker.Make(ctx, chat, *f)
	var never *Never
	if errors.As(err, &never) {
		r.e.log.Error("file cannot be made: sent without it", "chat", chat, "recipe", f.Recipe, "reason", never.Reason)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", f.Recipe, err)
	}
	whole := *f
	whole.Data = data
	return &whole, nil
}

// judge says what becomes of a letter after an attempt.
func (r *relay) judge(l letter, m Mark, err error) (Mark, time.Duration) {
	e := r.e
	var never *Never
	var later *Later
	var notSent *NotSent
	switch {
	case err == nil:
		e.stats.Sent.Add(1)
		return r.mark(m), 0
	case errors.As(err, &never):
		if never.Gone {
			r.gone(l)
			return r.dead(m, never.Reason), 0
		}
		return r.bury(l, m, Unsent, never.Reason)
	case e.halted() && e.ctx.Err() != nil:
		return m, time.Hour // stays as it is in the store
	case e.now().Sub(l.At) > e.timing.GiveUp:
		return r.bury(l, m, Unsure, "tried for too long")
	case errors.As(err, &later):
		m.Tries = l.tries
		return r.notSent(l, m, later.After)
	case l.kind == Secret && !errors.As(err, &notSent):
		e.log.Warn("send failed, and may have arrived", "chat", l.Chat, "err", err)
		return r.bury(l, m, Unsure, "outcome of the only attempt is unknown")
	}
	e.log.Warn("send failed", "chat", l.Chat, "tries", m.Tries, "err", err)
	pause := l.backOff(m)
	pause = pause/2 + rand.N(pause)
	return r.notSent(l, m, pause)
}

// gone has the chat remember that it takes nothing any more. If that fails, the next letter finds out.
func (r *relay) gone(l letter) {
	n := strconv.FormatUint(l.n, 10)
	r.e.running.add()
	r.e.turns.do(usual, func() {
		defer r.e.running.done()
		if err := r.e.Accept(r.e.ctx, Update{Chat: l.Chat, ID: "gone/" + n, Kind: Gone, What: n}); err != nil {
			r.e.log.Warn("chat is gone, and could not be told so", "chat", l.Chat, "err", err)
		}
	})
}

func (r *relay) try(m Mark, after time.Duration) (Mark, time.Duration) {
	m.State = Trying
	r.queueMark(m)
	return m, max(after, time.Millisecond)
}

// mark notes that a letter is done with. Marks are written in batches apart from the turns: a crash before that
// repeats a letter, which is allowed, and to the letter.
func (r *relay) mark(m Mark) Mark {
	m.State = Sent
	r.queueMark(m)
	return m
}

func (r *relay) dead(m Mark, why string) Mark {
	r.e.stats.DeadLetters.Add(1)
	r.e.log.Warn("letter is dead", "reason", why)
	m.State, m.Reason = Dead, why
	r.queueMark(m)
	return m
}

func (r *relay) queueMark(m Mark) {
	r.e.owed.add()
	r.mu.Lock()
	if rt := r.m[m.Chat]; rt != nil {
		rt.unwritten++
	}
	r.mu.Unlock()
	select {
	case r.marks <- m:
	case <-r.e.quiet:
		r.e.owed.done()
	}
}

// writeMarks writes one batch of marks, the first one given.
func (r *relay) writeMarks(first Mark) {
	batch := []Mark{first}
	for len(batch) < cap(r.marks) {
		select {
		case m := <-r.marks:
			batch = append(batch, m)
			continue
		default:
		}
		break
	}
	defer func() {
		for range batch {
			r.e.owed.done()
		}
	}()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		// Not the engine's context: what was sent is noted even while the engine is cut short.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.e.ctx), r.e.timing.Attempt)
		err := r.e.store.Mark(ctx, batch)
		cancel()
		if err == nil {
			r.written(batch)
			return
		}
		r.e.health.failed(err)
		if !r.e.pause(pause) {
			return
		}
	}
}
