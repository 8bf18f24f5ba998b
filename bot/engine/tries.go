package engine

import (
	"errors"
	"fmt"
	"time"

	"llave/bot"
)

// A try is a turn that begins with an update that an earlier process left: that one may have died of it. After
// suspect tries without an end the update runs alone, so that those that only waited beside it get through; after
// maxTries it is set aside.
const (
	suspect  = 3
	maxTries = 10
)

// suspectPatience is how long the turn of a suspect waits for an effect, because the other suspects wait for that turn.
// What is not answered by then is answered in a turn of its own.
const suspectPatience = 10 * time.Millisecond

func (j job) suspect() bool { return j.tries >= suspect && j.hopeless() == "" }

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

// noteTry notes that the turn of an update that was read from the store begins, durably and once. What this process
// accepted costs nothing.
func (sh *Shard) noteTry(w *work) error {
	if w.stored == nil || w.noted || w.hopeless() != "" {
		return nil
	}
	err := sh.store.BeginTurn(sh.scope.Context(), sh.fence, w.key, w.update.Seq)
	if err != nil && !errors.Is(err, bot.ErrConflict) { // one that was answered meanwhile: the turn will find out
		return fmt.Errorf("begin: %w", err)
	}
	w.noted = true
	return nil
}
