package engine

import (
	"context"
	"sync"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// A lane is the gate of one chat: what was accepted waits here in order, and one goroutine at a time runs it. Only
// the lanes that ran last are kept while they are idle, with the session that they left: people write twice. So a
// million idle chats cost nothing.
type lane struct {
	owner *lanes
	key   bot.ChatKey
	slot  chan struct{} // held while an update of the chat is being accepted: order of acceptance is order in the queue

	// below: guarded by lanes.mu
	holds   int
	running bool
	queue   []job
	reload  bool // the store holds more than the queue does
	effect  bool // and perhaps a pending effect that is not under way
	kept    bool // stands in the ring of those that ran last
	active  bool // a goroutine runs it
	patient bool // it waits for a goroutine behind those that were not left by an earlier process
	parked  bool // it waits for a time or for an answer, without a goroutine
	nudged  bool // what it waits for came before it was parked

	run func() // runs the lane

	// below: touched only by the goroutine that runs the lane
	session bot.Session
	version uint64
	known   bool
	lost    []bot.Unreadable // the session as it is kept, if it could not be read and was begun anew
	last    uint64           // Seq of the last update that was done with
	work    *work            // the turn that is not done
	until   time.Time        // the lane has nothing to do before
	pause   time.Duration    // after the next failure of the store
	wait    workers.Entry    // ends a wait
}

// job is an update with what the store said when it took it.
type job struct {
	update  bot.Accepted
	receipt bot.Receipt
	tries   int
	stored  []byte // the update as the store holds it, if it was read from there
	unread  bool   // and cannot be opened
}

// laneQueue bounds what waits in memory for one chat. What is beyond it waits in the store.
const laneQueue = 32

func (l *lane) lock(ctx context.Context) error {
	select {
	case l.slot <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lane) unlock() { <-l.slot }

// lanes are the chats that have something to do.
type lanes struct {
	mu         sync.Mutex // held for a few instructions; nobody waits for anything while holding it
	m          map[bot.ChatKey]*lane
	turns      *workers.Pool
	schedule   *workers.Schedule
	run        func(*lane) // runs a lane
	begin, end func()      // called as a lane begins and ends to run
	stopping   bool        // nothing is parked any more

	idle [lingering]*lane // those that ran last, in a ring
	at   int
}

// lingering is how many idle chat queues a shard keeps: a thousand in a process.
const lingering = 4

func newLanes(turns *workers.Pool, s *workers.Schedule, run func(*lane), begin, end func()) *lanes {
	return &lanes{m: map[bot.ChatKey]*lane{}, turns: turns, schedule: s, run: run, begin: begin, end: end}
}

// hold returns the chat's lane and keeps it from being forgotten until release.
func (ls *lanes) hold(key bot.ChatKey) *lane {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.m[key]
	if l == nil {
		l = &lane{owner: ls, key: key, slot: make(chan struct{}, 1)}
		l.run = func() { ls.run(l) }
		l.wait.F = func() { ls.resume(l, workers.Normal) }
		ls.m[key] = l
	}
	l.holds++
	return l
}

func (ls *lanes) release(l *lane) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.holds--
	ls.forget(l)
}

// forget lets go of a lane that nobody needs, and with it of the one that has been idle for longest.
func (ls *lanes) forget(l *lane) {
	if l.holds > 0 || l.running {
		return
	}
	if !l.known {
		delete(ls.m, l.key)
		return
	}
	if l.kept {
		return
	}
	l.kept = true
	old := ls.idle[ls.at]
	ls.idle[ls.at] = l
	ls.at = (ls.at + 1) % lingering
	if old == nil {
		return
	}
	if old.kept = false; old.holds == 0 && !old.running {
		delete(ls.m, old.key)
	}
}

// classOf says how soon a lane runs for an update: who wrote just now does not wait behind answers that come in numbers.
func classOf(k bot.Kind) workers.Class {
	if k.FromPerson() {
		return workers.Urgent
	}
	return workers.Normal
}

// push puts a job behind the others and sees that somebody runs the lane.
func (ls *lanes) push(l *lane, j job) {
	ls.mu.Lock()
	if l.reload || len(l.queue) >= laneQueue {
		l.reload = true
	} else {
		l.queue = append(l.queue, j)
	}
	ls.start(l, classOf(j.update.Kind))
	ls.mu.Unlock()
}

// wake runs the lane on what the store holds, a pending effect included.
func (ls *lanes) wake(l *lane, c workers.Class) {
	ls.mu.Lock()
	l.reload, l.effect = true, true
	ls.start(l, c)
	ls.mu.Unlock()
}

// start sees that the lane gets a goroutine. One that waits for it behind others is put before them if it is urgent.
func (ls *lanes) start(l *lane, c workers.Class) {
	switch {
	case !l.running:
		l.running, l.patient = true, c == workers.Background
		ls.begin()
	case l.patient && c == workers.Urgent:
		l.patient = false
	default:
		return
	}
	ls.turns.Do(c, l.run)
}

// claim takes the lane for the goroutine that runs it. False: another one has it, or it has nothing to do.
func (ls *lanes) claim(l *lane) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l.active || l.parked || !l.running {
		return false
	}
	l.active, l.patient = true, false
	return true
}

// park has the lane wait without a goroutine until resume, or until d is over. False: there is nothing to wait for.
func (ls *lanes) park(l *lane, d time.Duration) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l.nudged || ls.stopping {
		l.nudged = false
		return false
	}
	l.parked, l.active = true, false
	if d != never {
		ls.schedule.After(&l.wait, d)
	}
	return true
}

// resume runs a lane that is parked. It finds out itself whether it still has to wait.
func (ls *lanes) resume(l *lane, c workers.Class) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if !l.parked {
		l.nudged = l.active
		return
	}
	l.parked = false
	ls.schedule.Cancel(&l.wait)
	ls.turns.Do(c, l.run)
}

// resumeAll runs every lane that is parked, and lets none be parked again: the engine stops.
func (ls *lanes) resumeAll() {
	ls.mu.Lock()
	ls.stopping = true
	var parked []*lane
	for _, l := range ls.m {
		if l.parked {
			parked = append(parked, l)
		}
	}
	ls.mu.Unlock()
	for _, l := range parked {
		ls.resume(l, workers.Normal)
	}
}

// next returns what a lane does next. After done the lane has stopped running.
func (ls *lanes) next(l *lane) (j job, what step) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	switch {
	case len(l.queue) > 0:
		j, l.queue = l.queue[0], l.queue[1:]
		return j, runJob
	case l.effect:
		l.reload, l.effect = false, false
		return job{}, readAll
	case l.reload:
		l.reload = false
		return job{}, readUpdates
	}
	l.queue = nil
	l.stop(ls)
	return job{}, done
}

// reread has a lane read again what it could not.
func (ls *lanes) reread(l *lane, what step) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.reload, l.effect = true, l.effect || what == readAll
}

type step int

const (
	runJob      step = iota // a job
	readUpdates             // read what waits in the store
	readAll                 // and the effect that is owed
	done                    // nothing
)

func (l *lane) stop(ls *lanes) {
	l.running, l.active, l.nudged = false, false, false
	ls.forget(l)
	ls.end()
}

// halt stops a lane that has work left; the work is in the store.
func (ls *lanes) halt(l *lane) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.stop(ls)
}

// refill puts what the store holds in front of what has been accepted since.
func (ls *lanes) refill(l *lane, jobs []job, more bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	seen := uint64(0)
	if len(jobs) > 0 {
		seen = jobs[len(jobs)-1].update.Seq
	}
	for _, j := range l.queue {
		if j.update.Seq > seen && !more {
			jobs = append(jobs, j)
		}
	}
	l.queue, l.reload = jobs, l.reload || more
}
