package bot

import (
	"errors"
	"fmt"
	"time"
)

// A try is a turn that begins with an update that an earlier process left: that one may have died of it. After
// suspect tries without an end the update runs alone, so that those that only waited beside it get through; after
// maxTries it is set aside.
const (
	suspect  = 3
	maxTries = 10
)

// suspectPatience is how long the turn of a suspect waits for an effect: nobody else's turn may wait with it. What is
// not answered by then is answered in a turn of its own.
const suspectPatience = 10 * time.Millisecond

func (j job) suspect() bool { return j.tries >= suspect }

// hopeless says why an update is not to be run; empty if it is.
func (j job) hopeless() string {
	switch {
	case j.unread:
		return unreadReason
	case j.tries >= maxTries:
		return "the process died with it in hand, again and again"
	}
	return ""
}

// patience is how long the turn waits for an effect.
func (j job) patience(usual time.Duration) time.Duration {
	if j.suspect() {
		return min(usual, suspectPatience)
	}
	return usual
}

// beginTry notes that a turn begins, durably, if the update was read from the store; what this process accepted costs
// nothing. A suspect waits until no other one runs; end lets the next one run. End is nil if the engine stops.
func (e *Engine) beginTry(w *work) (end func(), err error) {
	end = func() {}
	if w.stored == nil || w.hopeless() != "" {
		return end, nil
	}
	if w.suspect() {
		select {
		case e.quarantine <- struct{}{}:
			end = func() { <-e.quarantine }
		case <-e.stopping:
			return nil, nil
		}
	}
	if !w.noted {
		err = e.store.Begin(e.ctx, e.fence, w.key, w.update.Seq)
		if errors.Is(err, ErrConflict) {
			err = nil // it was answered: the turn will find out
		}
		w.noted = err == nil
	}
	if err != nil {
		end()
		return nil, fmt.Errorf("begin: %w", err)
	}
	return end, nil
}
