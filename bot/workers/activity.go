package workers

import (
	"context"
	"sync"
	"sync/atomic"
)

// Activity counts work, and can be waited for. Add and Done take no lock while nothing waits.
type Activity struct {
	n, added atomic.Int64
	waited   atomic.Bool // idle is set

	mu   sync.Mutex
	idle chan struct{} // closed at zero; nil while nothing waits
}

// Add counts one piece of work.
func (a *Activity) Add() {
	a.added.Add(1)
	a.n.Add(1)
}

// Done ends one piece of work.
func (a *Activity) Done() {
	if a.n.Add(-1) == 0 && a.waited.Load() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.wake()
	}
}

// wake ends the waits if there is no work.
func (a *Activity) wake() {
	if a.idle != nil && a.n.Load() == 0 {
		close(a.idle)
		a.idle = nil
		a.waited.Store(false)
	}
}

// Idle reports whether there is no work, and how much was added since the beginning. Several activities that give work to
// one another are idle if each of them is, twice in a row, with nothing added in between.
func (a *Activity) Idle() (idle bool, added int64) {
	added = a.added.Load()
	return a.n.Load() == 0, added
}

// Wait returns when the count is zero, or with the error of ctx when that ends first.
func (a *Activity) Wait(ctx context.Context) error {
	idle := a.whenIdle()
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// whenIdle returns a channel that is closed when there is no work; nil if there is none now.
func (a *Activity) whenIdle() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.idle == nil {
		a.idle = make(chan struct{})
	}
	a.waited.Store(true)
	idle := a.idle
	a.wake() // Done may have come before it could see that something waits
	if a.idle == nil {
		return nil
	}
	return idle
}
