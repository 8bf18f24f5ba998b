package engine

import (
	"errors"
	"time"

	"llave/bot"
)

// runQueue runs a chat's turns until there are none, the chat has to wait, or the shard ends.
func (sh *Shard) runQueue(q *chatQueue) {
	if !sh.queues.claim(q) {
		return
	}
	for {
		switch {
		case !q.until.IsZero() && !sh.scope.Stopped():
			if wait := time.Until(q.until); wait <= 0 {
				q.until = time.Time{}
			} else if sh.queues.park(q, wait) {
				return
			}
		case q.turn != nil:
			if sh.goOn(q) {
				return
			}
		case sh.scope.Stopped():
			sh.queues.halt(q)
			return
		default:
			if sh.runNext(q) {
				return
			}
		}
	}
}

// runNext does the next step of a queue and reports whether the queue is done.
func (sh *Shard) runNext(q *chatQueue) bool {
	j, what := sh.queues.next(q)
	switch what {
	case done:
		return true
	case readUpdates, readAll:
		if sh.tryAgain(q, sh.readWaiting(q, what == readAll)) {
			sh.queues.readAgain(q, what)
		}
	case runUpdate:
		if j.update.Seq > q.last {
			q.space = turn{chatQueue: q, queuedUpdate: j}
			q.turn = &q.space
		}
	}
	return false
}

// goOn continues a queue's turn and reports whether the queue was parked.
func (sh *Shard) goOn(q *chatQueue) bool {
	w := q.turn
	if sh.scope.Stopped() && !w.deciding {
		return sh.drop(q) // it is not begun: the next process does
	}
	if wait := sh.unsure(); wait > 0 && !sh.scope.Stopped() {
		return sh.queues.park(q, wait)
	}
	if wait := sh.admit(w); wait > 0 {
		return sh.queues.park(q, wait)
	}
	if w.suspect() && !sh.suspects.take(q) {
		return sh.queues.park(q, never)
	}
	err := sh.countTry(w)
	var wait time.Duration
	if err == nil {
		wait, err = sh.runTurn(w)
	}
	if wait > 0 {
		return sh.queues.park(q, wait)
	}
	if !sh.tryAgain(q, err) {
		sh.drop(q)
		return false
	}
	sh.leaveSuspects(q) // a turn that the store does not take keeps no other suspect waiting
	return false
}

// leaveSuspects lets the next suspect run.
func (sh *Shard) leaveSuspects(q *chatQueue) {
	if q.turn.suspect() {
		sh.suspects.leave(q)
	}
}

// admit returns how long a turn has to wait for its chat's rate. Only what a person did counts.
func (sh *Shard) admit(w *turn) time.Duration {
	if w.admitted || !w.update.Kind.FromPerson() {
		return 0
	}
	wait, first := sh.rates.take(w.key, w.update.Chat)
	w.held, w.admitted = w.held || first, wait <= 0
	return wait
}

// never is a wait that only [chatQueues.resume] ends.
const never time.Duration = 1 << 62

// drop ends the work on a turn, whether it is done or is left to another holder.
func (sh *Shard) drop(q *chatQueue) bool {
	sh.leaveSuspects(q)
	sh.giveBack(q.turn)
	q.turn = nil
	return false
}

// tryAgain reports whether the queue repeats, after a growing pause, what the store did not take. A shard that is
// lost or ends leaves it to the next holder.
func (sh *Shard) tryAgain(q *chatQueue, err error) bool {
	if err == nil {
		q.pause = 0
		return false
	}
	if sh.lost.Load() {
		return false
	}
	if !errors.Is(err, bot.ErrConflict) {
		sh.storeFailed(err)
		sh.log.Error("store", "key", q.key, "err", err)
	}
	if errors.Is(err, bot.ErrFenced) && sh.replica != nil {
		sh.stats.FencedTurns.Add(1)
		sh.replica.fenced(sh)
	}
	if errors.Is(err, bot.ErrFenced) || sh.scope.Stopped() {
		return false
	}
	q.pause = min(max(2*q.pause, 50*time.Millisecond), 5*time.Second)
	q.until = time.Now().Add(q.pause)
	return true
}

// next returns the next step of a queue. After done the queue has stopped.
func (ls *chatQueues) next(q *chatQueue) (j queuedUpdate, what queueStep) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	switch {
	case len(q.waiting) > 0:
		return q.pop(), runUpdate
	case q.effect:
		q.reload, q.effect = false, false
		return queuedUpdate{}, readAll
	case q.reload:
		q.reload = false
		return queuedUpdate{}, readUpdates
	}
	q.stop(ls)
	return queuedUpdate{}, done
}

// readAgain repeats a read that failed. What was accepted meanwhile is read, too: it comes after what waits in the store.
func (ls *chatQueues) readAgain(q *chatQueue, what queueStep) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	clear(q.waiting)
	q.waiting = q.one[:0]
	q.reload, q.effect = true, q.effect || what == readAll
}

type queueStep int

const (
	runUpdate   queueStep = iota // run an update
	readUpdates                  // read what waits in the store
	readAll                      // read the pending effect as well
	done                         // no work is left
)
