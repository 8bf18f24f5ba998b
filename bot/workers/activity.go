package workers

import (
	"context"
	"sync"
)

// Activity counts work, and can be waited for. With a parent, what it counts is counted there as well.
type Activity struct {
	parent *Activity

	mu   sync.Mutex
	n    int
	idle chan struct{} // closed at zero; nil while nothing waits
}

// Add counts one piece of work.
func (a *Activity) Add() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n++
	if a.parent != nil {
		a.parent.Add()
	}
}

// Done ends one piece of work.
func (a *Activity) Done() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end(1)
	if a.parent != nil {
		a.parent.Done()
	}
}

func (a *Activity) end(n int) {
	if a.n -= n; a.n == 0 && a.idle != nil {
		close(a.idle)
		a.idle = nil
	}
}

// Abandon takes what is left out of the parent's count: the parent waits for it no more.
func (a *Activity) Abandon() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p := a.parent; p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.end(a.n)
		a.parent = nil
	}
}

// Wait returns when the count is zero, or with the error of ctx when that ends first.
func (a *Activity) Wait(ctx context.Context) error {
	a.mu.Lock()
	if a.n == 0 {
		a.mu.Unlock()
		return nil
	}
	if a.idle == nil {
		a.idle = make(chan struct{})
	}
	idle := a.idle
	a.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
