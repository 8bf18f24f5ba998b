package engine

import (
	"errors"
	"time"

	"llave/bot"
)

// runLane runs a chat's turns until there is nothing left, the chat has to wait, or the engine stops.
func (sh *Shard) runLane(l *lane) {
	if !sh.queues.claim(l) {
		return
	}
	for {
		switch {
		case !l.until.IsZero() && !sh.scope.Stopped():
			if wait := time.Until(l.until); wait <= 0 {
				l.until = time.Time{}
			} else if sh.queues.park(l, wait) {
				return
			}
		case l.work != nil:
			if sh.runWork(l) {
				return
			}
		case sh.scope.Stopped():
			sh.queues.halt(l)
			return
		default:
			if sh.runNext(l) {
				return
			}
		}
	}
}

// runNext does what a lane does next, and says whether that was nothing.
func (sh *Shard) runNext(l *lane) bool {
	j, what := sh.queues.next(l)
	switch what {
	case done:
		return true
	case readUpdates, readAll:
		if sh.tryAgain(l, sh.reload(l, what == readAll)) {
			sh.queues.reread(l, what)
		}
	case runJob:
		if j.update.Seq > l.last {
			l.work = &work{lane: l, job: j}
		}
	}
	return false
}

// runWork goes on with a lane's turn, and says whether the lane was parked.
func (sh *Shard) runWork(l *lane) bool {
	w := l.work
	if sh.scope.Stopped() && !w.settling {
		return sh.drop(l) // it is not begun: the next process does
	}
	if wait := sh.admit(w); wait > 0 {
		return sh.queues.park(l, wait)
	}
	if w.suspect() && !sh.suspects.take(l) {
		return sh.queues.park(l, never)
	}
	err := sh.noteTry(w)
	var wait time.Duration
	if err == nil {
		wait, err = sh.turn(w)
	}
	if wait > 0 {
		return sh.queues.park(l, wait)
	}
	if !sh.tryAgain(l, err) {
		sh.drop(l)
		return false
	}
	sh.leaveSuspects(l) // a turn that the store does not take keeps no other suspect waiting
	return false
}

// leaveSuspects lets the next suspect run.
func (sh *Shard) leaveSuspects(l *lane) {
	if l.work.suspect() {
		sh.suspects.leave(l)
	}
}

// admit says how long a turn has to wait until its chat's rate allows it. What a person did counts, and nothing else.
func (sh *Shard) admit(w *work) time.Duration {
	if w.admitted || !w.update.Kind.FromPerson() {
		return 0
	}
	wait, first := sh.rates.take(w.key, w.update.Chat)
	w.held, w.admitted = w.held || first, wait <= 0
	return wait
}

// never is a wait that only [lanes.resume] ends.
const never time.Duration = 1 << 62

// drop ends the work on a turn, whether it was done or has to be left to another process.
func (sh *Shard) drop(l *lane) bool {
	sh.leaveSuspects(l)
	l.work = nil
	return false
}

// tryAgain says whether the lane does again what the store did not take, after a growing pause. What another process
// has taken over is left to it, and what was not done when the engine stops to the next process.
func (sh *Shard) tryAgain(l *lane, err error) bool {
	if err == nil {
		l.pause = 0
		return false
	}
	if sh.lost.Load() {
		return false
	}
	if !errors.Is(err, bot.ErrConflict) {
		sh.health.failed(err)
		sh.log.Error("store", "err", err)
	}
	if errors.Is(err, bot.ErrFenced) || sh.scope.Stopped() {
		return false
	}
	l.pause = min(max(2*l.pause, 50*time.Millisecond), 5*time.Second)
	l.until = time.Now().Add(l.pause)
	return true
}
