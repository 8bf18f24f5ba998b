package engine

import (
	"errors"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// runLane runs a chat's turns until there is nothing left, the chat has to wait, or the engine stops.
func (e *Engine) runLane(l *lane) {
	if !e.lanes.claim(l) {
		return
	}
	for {
		switch {
		case !l.until.IsZero() && !e.halted():
			if wait := time.Until(l.until); wait <= 0 {
				l.until = time.Time{}
			} else if e.lanes.park(l, wait) {
				return
			}
		case l.work != nil:
			if e.runWork(l) {
				return
			}
		case e.halted():
			e.lanes.halt(l)
			return
		default:
			if e.runNext(l) {
				return
			}
		}
	}
}

// runNext does what a lane does next, and says whether that was nothing.
func (e *Engine) runNext(l *lane) bool {
	j, what := e.lanes.next(l)
	switch what {
	case done:
		return true
	case readUpdates, readAll:
		if e.tryAgain(l, e.reload(l, what == readAll)) {
			e.lanes.reread(l, what)
		}
	case runJob:
		if j.update.Seq > l.last {
			l.work = &work{lane: l, job: j}
		}
	}
	return false
}

// runWork goes on with a lane's turn, and says whether the lane was parked.
func (e *Engine) runWork(l *lane) bool {
	w := l.work
	if e.halted() && !w.settling {
		return e.drop(l) // it is not begun: the next process does
	}
	if wait := e.admit(w); wait > 0 {
		return e.lanes.park(l, wait)
	}
	if w.suspect() && !e.suspects.take(l) {
		return e.lanes.park(l, never)
	}
	err := e.noteTry(w)
	var wait time.Duration
	if err == nil {
		wait, err = e.turn(w)
	}
	if wait > 0 {
		return e.lanes.park(l, wait)
	}
	if !e.tryAgain(l, err) {
		e.drop(l)
		return false
	}
	e.leaveSuspects(l) // a turn that the store does not take keeps no other suspect waiting
	return false
}

// leaveSuspects lets the next suspect run.
func (e *Engine) leaveSuspects(l *lane) {
	if l.work.suspect() {
		e.suspects.leave(l, func(next *lane) { e.lanes.resume(next, workers.Normal) })
	}
}

// admit says how long a turn has to wait until its chat's rate allows it. What a person did counts, and nothing else.
func (e *Engine) admit(w *work) time.Duration {
	if w.admitted || !w.update.Kind.FromPerson() {
		return 0
	}
	wait, first := e.rates.take(w.key, w.update.Chat)
	w.held, w.admitted = w.held || first, wait <= 0
	return wait
}

// never is a wait that only [lanes.resume] ends.
const never time.Duration = 1 << 62

// drop ends the work on a turn, whether it was done or has to be left to another process.
func (e *Engine) drop(l *lane) bool {
	e.leaveSuspects(l)
	l.work = nil
	return false
}

// tryAgain says whether the lane does again what the store did not take, after a growing pause. What another process
// has taken over is left to it, and what was not done when the engine stops to the next process.
func (e *Engine) tryAgain(l *lane, err error) bool {
	if err == nil {
		l.pause = 0
		return false
	}
	if !errors.Is(err, bot.ErrConflict) {
		e.health.failed(err)
		e.log.Error("store", "err", err)
	}
	if errors.Is(err, bot.ErrFenced) || e.halted() {
		return false
	}
	l.pause = min(max(2*l.pause, 50*time.Millisecond), 5*time.Second)
	l.until = time.Now().Add(l.pause)
	return true
}
