package engine

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"llave/bot"
	"llave/bot/workers"
)

// call is an effect on its way to the outside.
type call struct {
	sh     *Shard
	chat   bot.ChatID
	effect bot.Effect

	// below: guarded by calls.mu
	queued  bool // waits for its place
	sent    bool // an attempt was made: its outcome is unknown unless it is answered
	isOver  bool // answered, or given up
	gone    bool // the answer is wanted no more
	result  bot.Result
	pause   time.Duration // before the next attempt
	waits   bool          // for a place, or for the next attempt
	wait    workers.Entry // ends that
	whenEnd func()
}

// calls performs effects: at most limit at once, and none while the breaker is open. An effect that has to wait, for a
// place or for its next attempt, costs a timer and no goroutine, and is given up when its budget is spent.
type calls struct {
	s       *services
	workers *workers.Pool // bounds what is under way
	local   *workers.Pool // of effects that reach no further than this process
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]

	mu         sync.Mutex         // held for a few instructions
	unfinished map[*call]struct{} // calls that are not over
	running    int
	queue      []*call
	probe      workers.Entry // looks whether the breaker lets something through
	probing    bool          // it will
}

func newCalls(s *services, limit int) *calls {
	cs := &calls{
		s: s, workers: workers.NewPool(s.workers, limit), local: workers.NewPool(s.workers, limit), breaker: newBreaker(s.log),
		unfinished: map[*call]struct{}{},
	}
	cs.probe.F = func() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		cs.probing = false
		cs.pump()
	}
	return cs
}

// start begins to perform an effect. Drain waits until it is over.
func (cs *calls) start(c *call) {
	c.sh.scope.Owed.Add()
	cs.mu.Lock()
	cs.unfinished[c] = struct{}{}
	c.pause = 200 * time.Millisecond
	cs.enqueue(c)
	cs.mu.Unlock()
}

// enqueue puts a call behind the others. What does not get its place at once is given up at the end of its budget. A call
// that is near waits for none of them.
func (cs *calls) enqueue(c *call) {
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

// after has a call wait.
func (cs *calls) after(c *call, d time.Duration, f func()) {
	c.waits, c.wait.F = true, f
	cs.s.schedule.After(&c.wait, d)
}

// stopWaiting ends that.
func (cs *calls) stopWaiting(c *call) {
	if c.waits {
		c.waits = false
		cs.s.schedule.Cancel(&c.wait)
	}
}

// budget is how long a call may still be tried.
func (cs *calls) budget(c *call) time.Duration {
	return c.effect.At.Add(cs.s.timing.Budget).Sub(cs.s.now())
}

// pump performs what waits, as far as there is room and the breaker allows it.
func (cs *calls) pump() {
	for len(cs.queue) > 0 {
		c := cs.queue[0]
		if c.queued && !c.sh.scope.Stopped() && !cs.admit(c) {
			return
		}
		cs.queue[0] = nil
		cs.queue = cs.queue[1:]
	}
}

// admit performs a call if there is a place for it.
func (cs *calls) admit(c *call) bool {
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

// leave takes a call out of the queue.
func (cs *calls) leave(c *call) {
	c.queued, c.sent = false, true
	cs.stopWaiting(c)
}

// probeLater pumps again when an open breaker lets probes through. With half-open ones the probe that ends pumps.
func (cs *calls) probeLater(err error) {
	if cs.probing || !errors.Is(err, gobreaker.ErrOpenState) {
		return
	}
	cs.probing = true
	cs.s.schedule.After(&cs.probe, openFor+time.Millisecond)
}

// perform makes one attempt. done is the breaker's; nil for an effect that is near.
func (cs *calls) perform(c *call, done func(error)) {
	defer c.sh.scope.Running.Done()
	data, err := c.sh.attempt(c)
	if err != nil {
		cs.s.log.Warn("no answer", "op", c.effect.Op, "err", err)
	}
	if done != nil {
		done(counted(c, err))
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

// counted is what the breaker is told of an attempt. One that the end of its shard has cut short does not count.
func counted(c *call, err error) error {
	if err != nil && c.sh.asking.Err() != nil {
		return errNotCounted
	}
	return err
}

// judge decides what comes of an attempt: the answer, another attempt after a pause, or the end. What it returns is to
// be called without the lock.
func (cs *calls) judge(c *call, data bot.Value, err error) (end func()) {
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

// end ends a call.
func (cs *calls) end(c *call, r bot.Result) func() {
	r.Key, r.Op = c.effect.Key, c.effect.Op
	delete(cs.unfinished, c)
	c.isOver, c.queued, c.result = true, false, r
	cs.stopWaiting(c)
	f := c.whenEnd
	c.whenEnd = nil
	return func() {
		if f != nil {
			f()
		}
		c.sh.scope.Owed.Done()
	}
}

// expire gives up a call that did not get its place within its budget. If it never did, nothing was sent, and its
// outcome is known: it did not happen.
func (cs *calls) expire(c *call) {
	cs.mu.Lock()
	end := func() {}
	if c.queued && !c.sh.scope.Stopped() {
		end = cs.end(c, bot.Result{Failed: true, Unknown: c.sent})
	}
	cs.mu.Unlock()
	end()
}

// whenOver has f called as soon as the call is over; at once if it is.
func (cs *calls) whenOver(c *call, f func()) {
	cs.mu.Lock()
	if !c.isOver {
		c.whenEnd = f
		f = nil
	}
	cs.mu.Unlock()
	if f != nil {
		f()
	}
}

// answered says whether a call is over. If it is not, the lane is resumed when it is.
func (cs *calls) answered(c *call, l *lane) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if !c.isOver {
		c.whenEnd = func() { c.sh.queues.resume(l, workers.Urgent) }
	}
	return c.isOver
}

// load says how much is under way, how much waits, and whether the breaker is open.
func (cs *calls) load() (running, waiting int, open bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.running, len(cs.unfinished) - cs.running, cs.breaker.State() != gobreaker.StateClosed
}

func (cs *calls) over(c *call) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return c.isOver
}

// isAbandoned reports whether the turn that follows has dropped the effect: its answer is wanted no more.
func (cs *calls) isAbandoned(c *call) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return c.gone
}

// abandon ends the attempts at an effect that a turn has dropped. One that is under way is left to end.
func (cs *calls) abandon(c *call) {
	cs.mu.Lock()
	end := func() {}
	if c.gone = true; c.waits && !c.isOver {
		end = cs.end(c, bot.Result{Failed: true, Unknown: c.sent})
	}
	cs.mu.Unlock()
	end()
}

// forget drops the calls of a shard that has ended: those that wait for their place or for their next attempt.
func (cs *calls) forget(sh *Shard) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for c := range cs.unfinished {
		if c.sh != sh {
			continue
		}
		c.queued, c.whenEnd = false, nil
		cs.stopWaiting(c)
		delete(cs.unfinished, c)
	}
	cs.queue = slices.DeleteFunc(cs.queue, func(c *call) bool { return c == nil || c.sh == sh })
	cs.pump()
}
