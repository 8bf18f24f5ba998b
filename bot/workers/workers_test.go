package workers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The most urgent class goes first, in order within a class, and every eighth time what has waited longest.
func TestBacklogOrder(t *testing.T) {
	var b Backlog[int]
	b.Push(Background, 100)
	for i := range 10 {
		b.Push(Urgent, i)
	}
	b.Push(Normal, 50)
	var got []int
	for n, ok := b.Pop(); ok; n, ok = b.Pop() {
		got = append(got, n)
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 100, 7, 8, 9, 50}; !slices.Equal(got, want) {
		t.Errorf("popped %v, want %v", got, want)
	}
	if b.Len() != 0 {
		t.Errorf("%d are left", b.Len())
	}
}

// A pool runs no more than its limit at once, and everything in the end.
func TestPoolLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		p := NewPool(New(end), 3)
		var mu sync.Mutex
		running, peak, done := 0, 0, 0
		for range 20 {
			p.Do(Normal, func() {
				mu.Lock()
				running++
				peak = max(peak, running)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				done++
				mu.Unlock()
			})
		}
		time.Sleep(time.Minute)
		if peak != 3 || done != 20 {
			t.Errorf("%d ran at once, and %d in all", peak, done)
		}
		close(end)
		synctest.Wait()
	})
}

// A schedule calls at the time that was set last, and not what was cancelled.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Schedule
		var called []string
		note := func(name string) *Entry { return &Entry{F: func() { called = append(called, name) }} }
		late, moved, gone := note("late"), note("moved"), note("gone")
		s.After(late, 3*time.Second)
		s.After(moved, time.Hour)
		s.After(gone, 2*time.Second)
		s.After(moved, time.Second)
		s.Cancel(gone)
		time.Sleep(10 * time.Second)
		if want := []string{"moved", "late"}; !slices.Equal(called, want) {
			t.Errorf("called %v, want %v", called, want)
		}
	})
}

// A parent waits for what its children count, until a child is abandoned.
func TestActivityOfAScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all Activity
		a, b := NewScope(&all), NewScope(&all)
		a.Owed.Add()
		a.Owed.Add()
		b.Owed.Add()
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := all.Wait(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("three are owed: %v", err)
		}
		waited := make(chan error, 1)
		go func() { waited <- all.Wait(t.Context()) }()
		b.Owed.Done()
		a.Owed.Done()
		synctest.Wait()
		select {
		case err := <-waited:
			t.Errorf("one is owed: %v", err)
		default:
		}
		a.Owed.Abandon()
		if err := <-waited; err != nil {
			t.Error(err)
		}
		a.Owed.Done() // counts no more for the parent
		b.Owed.Add()
		soon, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := all.Wait(soon); err == nil {
			t.Error("nothing is owed, though a scope owes something")
		}
	})
}

// Stop waits for the work under way, says when it was cut short, and ends the context.
func TestScopeStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all Activity
		s := NewScope(&all)
		s.Begin()
		go func() {
			defer s.End()
			<-s.Context().Done()
		}()
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Stop(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cut short, and says %v", err)
		}
		if !s.Stopped() || s.Context().Err() == nil {
			t.Error("it is not stopped")
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Errorf("stopped twice: %v", err)
		}
	})
}
