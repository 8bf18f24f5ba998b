package engine

import (
	"errors"
	"fmt"
	"time"

	"llave/bot"
)

// A try is a turn that begins with an update of an earlier process: that process may have crashed because of it.
// After suspect tries without an end the update runs alone, so that the updates which only waited beside it get
// through. After maxTries it is quarantined.
const (
	suspect  = 3
	maxTries = 10
)

// suspectPatience is how long the turn of a suspect waits for an effect, because the other suspects wait for that
// turn. A later answer is handled in a turn of its own.
const suspectPatience = 10 * time.Millisecond

func (j queuedUpdate) suspect() bool { return j.tries >= suspect && j.unrunnable() == "" }

// unrunnable is the reason not to run an update; empty if it can run.
func (j queuedUpdate) unrunnable() string {
	switch {
	case j.unreadable:
		return unreadableReason
	case j.tries >= maxTries:
		return "the process died with it in hand, again and again"
	}
	return ""
}

// patience is how long the turn waits for an effect.
func (j queuedUpdate) patience(usual time.Duration) time.Duration {
	if j.suspect() {
		return min(usual, suspectPatience)
	}
	return usual
}

// countTry records, durably and once, that the turn of an update read from the store begins. An update that this
// process accepted costs nothing.
func (sh *Shard) countTry(w *turn) error {
	if w.stored == nil || w.tryCounted || w.unrunnable() != "" {
		return nil
	}
	err := sh.store.BeginTurn(sh.scope.Context(), sh.fence, w.key, w.update.Seq)
	if err != nil && !errors.Is(err, bot.ErrConflict) { // one that was answered meanwhile: the turn will find out
		return fmt.Errorf("begin: %w", err)
	}
	w.tryCounted = true
	return nil
}
