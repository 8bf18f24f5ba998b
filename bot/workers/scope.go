package workers

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Scope is a part of the program that begins and ends as a whole, with the work that it runs and the work that it owes.
type Scope struct {
	// Owed counts what has to happen before the part is idle; Running counts work under way, which Stop waits for.
	Owed, Running Activity

	ctx      context.Context
	cancel   context.CancelFunc
	stopping chan struct{}
	once     sync.Once
}

// NewScope makes a scope that runs.
func NewScope() *Scope {
	s := &Scope{stopping: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Context ends when nothing of the scope may go on.
func (s *Scope) Context() context.Context { return s.ctx }

// Stopping is closed when no new work may begin.
func (s *Scope) Stopping() <-chan struct{} { return s.stopping }

// Stopped reports whether no new work may begin.
func (s *Scope) Stopped() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// Begin and End enclose work that the scope owes and that Stop waits for.
func (s *Scope) Begin() { s.Owed.Add(); s.Running.Add() }

// End ends what Begin began.
func (s *Scope) End() { s.Owed.Done(); s.Running.Done() }

// Close lets no new work begin.
func (s *Scope) Close() { s.once.Do(func() { close(s.stopping) }) }

// Stop closes the scope, waits for the work under way until ctx ends, and then ends its context. The error says that work
// was cut short.
func (s *Scope) Stop(ctx context.Context) error {
	s.Close()
	err := s.Running.Wait(ctx)
	s.cancel()
	if err == nil {
		return nil
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	s.Running.Wait(last) // what is cut short returns at once
	return fmt.Errorf("stop: cut short: %w", err)
}
