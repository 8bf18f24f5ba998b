package engine

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"llave/bot"
	"llave/bot/workers"
)

// effectCall is an effect on its way to the outside.
type effectCall struct {
	sh     *Shard
	chat   bot.ChatID
	effect bot.Effect

	// guarded by effectCalls.mu
	queued bool // it waits for a place
	sent   bool // an attempt was made: its outcome is unknown unless it is answered
	isOver bool // answered, or given up
	gone   bool // the answer is not wanted any more
	result bot.Result
	pause  time.Duration // before the next attempt
	waits  bool          // for a place, or for the next attempt
	wait   workers.Entry // ends the wait
	onEnd  func()
}

// effectCalls runs the effects of all shards: at most limit at once, and none while the breaker is open. An effect
// that waits, for a place or for its next attempt, costs a timer and no goroutine. It is given up when its budget is
// spent. Local effects have a pool of their own and no breaker.
type effectCalls struct {
	s       *services
	workers *workers.Pool // bounds the calls under way
	local   *workers.Pool // of effects that reach no further than this process
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]

	mu         sync.Mutex               // held for a few instructions
	unfinished map[*effectCall]struct{} // calls that are not over
	running    int
	queue      []*effectCall
	probe      workers.Entry // looks whether the breaker lets something through
	probing    bool          // probe is set
}

func newEffectCalls(s *services, limit int) *effectCalls {
	cs := &effectCalls{
		s: s, workers: workers.NewPool(s.workers, limit), local: workers.NewPool(s.workers, limit), breaker: newBreaker(s.log),
		unfinished: map[*effectCall]struct{}{},
	}
	cs.probe.F = func() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		cs.probing = false
		cs.pump()
	}
	return cs
}

// start begins an effect. Drain waits until it is over.
func (cs *effectCalls) start(c *effectCall) {
	c.sh.scope.Owed.Add()
	cs.mu.Lock()
	cs.unfinished[c] = struct{}{}
	c.pause = 200 * time.Millisecond
	cs.enqueue(c)
	cs.mu.Unlock()
}

// enqueue puts a call behind the others. A call that gets no place is given up at the end of its budget. A local
// effect does not wait for a place.
func (cs *effectCalls) enqueue(c *effectCall) {
	if cs.s.isLocal(c.effect.Op) && !c.sh.scope.Stopped() {
		cs.leave(c)
		c.sh.scope.Running.Add()
		cs.local.Do(workers.Urgent, func() { cs.perform(c, nil) })
		return
	}
	c.queued = true
	cs.queue = append(cs.queue, c)
	cs.pump()
	if c.queued {
		cs.after(c, max(0, cs.budget(c)), func() { cs.expire(c) })
	}
}

// after runs f after d, unless the call stops waiting before.
func (cs *effectCalls) after(c *effectCall, d time.Duration, f func()) {
	c.waits, c.wait.F = true, f
	cs.s.schedule.After(&c.wait, d)
}

// stopWaiting cancels what after has set.
func (cs *effectCalls) stopWaiting(c *effectCall) {
	if c.waits {
		c.waits = false
		cs.s.schedule.Cancel(&c.wait)
	}
}

// budget is how long a call may still be tried.
func (cs *effectCalls) budget(c *effectCall) time.Duration {
	return c.effect.At.Add(cs.s.timing.Budget).Sub(cs.s.now())
}

// pump runs the calls that wait, as far as there is room and the breaker allows it.
func (cs *effectCalls) pump() {
	for len(cs.queue) > 0 {
		c := cs.queue[0]
		if c.queued && !c.sh.scope.Stopped() && !cs.admit(c) {
			return
		}
		cs.queue[0] = nil
		cs.queue = cs.queue[1:]
	}
}

// admit runs a call if there is a place for it.
func (cs *effectCalls) admit(c *effectCall) bool {
	if cs.running == cs.workers.Limit() {
		return false // the next one that ends pumps
	}
	done, err := cs.breaker.Allow()
	if err != nil {
		cs.probeLater(err)
		return false
	}
	cs.leave(c)
	cs.running++
	c.sh.scope.Running.Add()
	cs.workers.Do(workers.Urgent, func() { cs.perform(c, done) })
	return true
}

// leave marks a call as no longer queued.
func (cs *effectCalls) leave(c *effectCall) {
	c.queued, c.sent = false, true
	cs.stopWaiting(c)
}

// probeLater pumps again when an open breaker lets probes through. With a half-open one, the probe that ends pumps.
func (cs *effectCalls) probeLater(err error) {
	if cs.probing || !errors.Is(err, gobreaker.ErrOpenState) {
		return
	}
	cs.probing = true
	cs.s.schedule.After(&cs.probe, openFor+time.Millisecond)
}

// perform makes one attempt. done reports it to the breaker; it is nil for a local effect.
func (cs *effectCalls) perform(c *effectCall, done func(error)) {
	defer c.sh.scope.Running.Done()
	data, err := c.sh.attempt(c)
	if err != nil {
		cs.s.log.Warn("no answer", "op", c.effect.Op, "err", err)
	}
	if done != nil {
		done(breakerError(c, err))
	}
	cs.mu.Lock()
	if done != nil {
		cs.running--
	}
	end := cs.judge(c, data, err)
	cs.pump()
	cs.mu.Unlock()
	end()
}

// breakerError is the error that the breaker sees of an attempt. An attempt that the end of its shard has cut short does
// not count.
func breakerError(c *effectCall, err error) error {
	if err != nil && c.sh.asking.Err() != nil {
		return errNotCounted
	}
	return err
}

// judge decides what follows an attempt: the answer, another attempt after a pause, or the end. The caller runs the
// function that it returns after unlocking.
func (cs *effectCalls) judge(c *effectCall, data bot.Value, err error) (end func()) {
	if err == nil {
		return cs.end(c, bot.Result{Data: data})
	}
	wait := c.pause/2 + rand.N(c.pause)
	c.pause = min(2*c.pause, 10*time.Second)
	if c.effect.Once || c.gone || c.sh.scope.Stopped() || wait > cs.budget(c) {
		return cs.end(c, bot.Result{Failed: true, Unknown: true})
	}
	cs.after(c, wait, func() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		if !c.isOver {
			cs.enqueue(c)
		}
	})
	return func() {}
}

// end ends a call. The caller runs the function that it returns after unlocking.
func (cs *effectCalls) end(c *effectCall, r bot.Result) func() {
	r.Key, r.Op = c.effect.Key, c.effect.Op
	delete(cs.unfinished, c)
	c.isOver, c.queued, c.result = true, false, r
	cs.stopWaiting(c)
	f := c.onEnd
	c.onEnd = nil
	return func() {
		if f != nil {
			f()
		}
		c.sh.scope.Owed.Done()
	}
}

// expire gives up a call that got no place within its budget. If it never had one, nothing was sent, and the outcome
// is known: it did not happen.
func (cs *effectCalls) expire(c *effectCall) {
	cs.mu.Lock()
	end := func() {}
	if c.queued && !c.sh.scope.Stopped() {
		end = cs.end(c, bot.Result{Failed: true, Unknown: c.sent})
	}
	cs.mu.Unlock()
	end()
}

// whenOver runs f when the call is over; at once if it is.
func (cs *effectCalls) whenOver(c *effectCall, f func()) {
	cs.mu.Lock()
	if !c.isOver {
		c.onEnd = f
		f = nil
	}
	cs.mu.Unlock()
	if f != nil {
		f()
	}
}

// answered reports whether a call is over. If it is not, the queue is resumed when it is.
func (cs *effectCalls) answered(c *effectCall, q *chatQueue) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if !c.isOver {
		c.onEnd = func() { c.sh.queues.resumeHere(q) }
	}
	return c.isOver
}

// load returns how many calls run, how many wait, and whether the breaker is open.
func (cs *effectCalls) load() (running, waiting int, open bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.running, len(cs.unfinished) - cs.running, cs.breaker.State() != gobreaker.StateClosed
}

func (cs *effectCalls) over(c *effectCall) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return c.isOver
}
