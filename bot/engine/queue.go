package engine

import (
	"context"
	"sync"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// chatQueue holds the updates of one chat that wait for their turn, in the order of acceptance. One goroutine at a
// time runs it. A shard keeps only the queues that ran last while they are idle, with the session that they left,
// because people write twice. A million idle chats cost nothing.
type chatQueue struct {
	owner     *chatQueues
	key       bot.ChatKey
	accepting chan struct{} // held while an update of the chat is being accepted: order of acceptance is order in the queue

	// guarded by chatQueues.mu
	holds      int
	running    bool
	waiting    []queuedUpdate
	reload     bool   // the store holds more than the queue does
	pushed     uint64 // Seq of the last update that came into the queue
	effect     bool   // the store may hold a pending effect that is not under way
	lingers    bool   // it is in the ring of idle queues
	active     bool   // a goroutine runs it
	background bool   // it waits in the pool behind the queues with new updates
	parked     bool   // it waits for a time or an answer, without a goroutine
	woken      bool   // the answer came before it was parked

	run func() // runs the queue

	// used only by the goroutine that runs the queue
	session     bot.Session
	version     uint64
	known       bool
	lostSession []bot.Unreadable // the stored session, if it cannot be opened
	last        uint64           // Seq of the last update that is done
	turn        *turn            // the turn in progress
	space       turn             // its memory: there is one at a time
	one         [1]queuedUpdate  // memory of waiting, while it has one update
	until       time.Time        // the queue waits until then
	pause       time.Duration    // after the next failure of the store
	timer       workers.Entry    // ends the wait
}

// queuedUpdate is an update with the receipt of the store.
type queuedUpdate struct {
	update     bot.Accepted
	receipt    bot.Receipt
	tries      int
	stored     []byte // the update as the store holds it, if it was read from there
	unreadable bool   // it cannot be opened
}

// queueLimit bounds the updates of one chat in memory. The rest waits in the store.
const queueLimit = 32

// pop takes the first update. The memory of the last one is used again: a chat mostly has one.
func (q *chatQueue) pop() queuedUpdate {
	first := q.waiting[0]
	q.waiting[0] = queuedUpdate{}
	if q.waiting = q.waiting[1:]; len(q.waiting) == 0 {
		q.waiting = q.one[:0]
	}
	return first
}

func (q *chatQueue) lock(ctx context.Context) error {
	select {
	case q.accepting <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *chatQueue) unlock() { <-q.accepting }

// chatQueues are the queues of a shard's chats that have work.
type chatQueues struct {
	mu         sync.Mutex // held for a few instructions, never while waiting
	byChat     map[bot.ChatKey]*chatQueue
	turns      *workers.Pool
	schedule   *workers.Schedule
	run        func(*chatQueue) // runs a queue
	begin, end func()           // called when a queue begins and ends to run
	stopping   bool             // no queue is parked any more

	idle [lingerMax]*chatQueue // a ring of the queues that ran last
	at   int
}

// lingerMax is how many idle queues a shard keeps: a thousand in a process.
const lingerMax = 4

func newChatQueues(turns *workers.Pool, s *workers.Schedule, run func(*chatQueue), begin, end func()) *chatQueues {
	return &chatQueues{byChat: map[bot.ChatKey]*chatQueue{}, turns: turns, schedule: s, run: run, begin: begin, end: end}
}

// hold returns the queue of a chat and keeps it in memory until release.
func (ls *chatQueues) hold(key bot.ChatKey) *chatQueue {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	q := ls.byChat[key]
	if q == nil {
		q = &chatQueue{owner: ls, key: key, accepting: make(chan struct{}, 1)}
		q.run = func() { ls.run(q) }
		q.timer.F = func() { ls.resume(q, workers.Normal) }
		ls.byChat[key] = q
	}
	q.holds++
	return q
}

func (ls *chatQueues) release(q *chatQueue) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	q.holds--
	ls.forget(q)
}

// forget drops a queue that is not needed, and the one that has been idle longest.
func (ls *chatQueues) forget(q *chatQueue) {
	if q.holds > 0 || q.running {
		return
	}
	if !q.known {
		delete(ls.byChat, q.key)
		return
	}
	if q.lingers {
		return
	}
	q.lingers = true
	old := ls.idle[ls.at]
	ls.idle[ls.at] = q
	ls.at = (ls.at + 1) % lingerMax
	if old == nil {
		return
	}
	if old.lingers = false; old.holds == 0 && !old.running {
		delete(ls.byChat, old.key)
	}
}

// classOf is the class in which a queue runs for an update. A person who wrote just now, or an agent who acts, does not wait
// behind late answers of effects.
func classOf(k bot.Kind) workers.Class {
	if k.FromPerson() || k == bot.Acted {
		return workers.Urgent
	}
	return workers.Normal
}

// push appends an update and schedules the queue.
func (ls *chatQueues) push(q *chatQueue, j queuedUpdate) {
	ls.mu.Lock()
	elsewhere := j.receipt.Before != 0 && j.receipt.Before != q.pushed // what another replica accepted runs first
	if q.reload || elsewhere || len(q.waiting) >= queueLimit {
		q.reload = true
	} else {
		q.waiting = append(q.waiting, j)
		q.pushed = j.receipt.Seq
	}
	ls.start(q, classOf(j.update.Kind))
	ls.mu.Unlock()
}

// wake schedules the queue to read what the store holds, a pending effect included.
func (ls *chatQueues) wake(q *chatQueue, c workers.Class) {
	ls.mu.Lock()
	q.reload, q.effect = true, true
	ls.start(q, c)
	ls.mu.Unlock()
}

// look schedules the queue to read the updates that the store holds.
func (ls *chatQueues) look(q *chatQueue) {
	ls.mu.Lock()
	q.reload = true
	ls.start(q, workers.Urgent)
	ls.mu.Unlock()
}

// start gives the queue to the worker pool. A queue that waits there in the background moves up if it has become
// urgent.
func (ls *chatQueues) start(q *chatQueue, c workers.Class) {
	switch {
	case !q.running:
		q.running, q.background = true, c == workers.Background
		ls.begin()
	case q.background && c == workers.Urgent:
		q.background = false
	default:
		return
	}
	ls.turns.Do(c, q.run)
}

// claim takes the queue for the goroutine that runs it. It returns false if another goroutine has it, or if it has no
// work.
func (ls *chatQueues) claim(q *chatQueue) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if q.active || q.parked || !q.running {
		return false
	}
	q.active, q.background = true, false
	return true
}

// park lets the queue wait without a goroutine until resume, or for d. It returns false if what the queue waits for
// has already come.
func (ls *chatQueues) park(q *chatQueue, d time.Duration) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if q.woken || ls.stopping {
		q.woken = false
		return false
	}
	q.parked, q.active = true, false
	if d != never {
		ls.schedule.After(&q.timer, d)
	}
	return true
}

// resume runs a parked queue. The queue itself checks whether it still has to wait.
func (ls *chatQueues) resume(q *chatQueue, c workers.Class) {
	if ls.unpark(q) {
		ls.turns.Do(c, q.run)
	}
}

// resumeHere runs a parked queue in this goroutine, which has nothing else to do.
func (ls *chatQueues) resumeHere(q *chatQueue) {
	if ls.unpark(q) {
		ls.turns.DoHere(workers.Urgent, q.run)
	}
}

// unpark ends a wait. It reports false if the queue is not parked.
func (ls *chatQueues) unpark(q *chatQueue) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if !q.parked {
		q.woken = q.active
		return false
	}
	q.parked = false
	ls.schedule.Cancel(&q.timer)
	return true
}

// resumeAll runs every parked queue and lets none be parked again: the shard ends.
func (ls *chatQueues) resumeAll() {
	ls.mu.Lock()
	ls.stopping = true
	var parked []*chatQueue
	for _, q := range ls.byChat {
		if q.parked {
			parked = append(parked, q)
		}
	}
	ls.mu.Unlock()
	for _, q := range parked {
		ls.resume(q, workers.Normal)
	}
}

func (q *chatQueue) stop(ls *chatQueues) {
	q.running, q.active, q.woken = false, false, false
	ls.forget(q)
	ls.end()
}

// halt stops a queue that has work left. The work is in the store.
func (ls *chatQueues) halt(q *chatQueue) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	q.stop(ls)
}

// refill puts what the store holds in front of what has been accepted since.
func (ls *chatQueues) refill(q *chatQueue, jobs []queuedUpdate, more bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	seen := uint64(0)
	if len(jobs) > 0 {
		seen = jobs[len(jobs)-1].update.Seq
	}
	for _, j := range q.waiting {
		if j.update.Seq > seen && !more {
			jobs = append(jobs, j)
		}
	}
	q.waiting, q.reload = jobs, q.reload || more
	if n := len(jobs); n > 0 {
		q.pushed = jobs[n-1].update.Seq
	}
}
