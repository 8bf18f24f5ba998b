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
		synctest.Wait()
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
		synctest.Wait()
		if want := []string{"moved", "late"}; !slices.Equal(called, want) {
			t.Errorf("called %v, want %v", called, want)
		}
	})
}

// Wait returns at zero, also for several that wait, and with the error of a context that ends before.
func TestActivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a Activity
		if err := a.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		a.Add()
		a.Add()
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := a.Wait(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("two are counted: %v", err)
		}
		waited := make(chan error, 2)
		for range 2 {
			go func() { waited <- a.Wait(t.Context()) }()
		}
		synctest.Wait()
		a.Done()
		synctest.Wait()
		if idle, added := a.Idle(); idle || added != 2 || len(waited) > 0 {
			t.Errorf("one is counted: idle %t, %d added, %d returned", idle, added, len(waited))
		}
		a.Done()
		for range 2 {
			if err := <-waited; err != nil {
				t.Error(err)
			}
		}
		if idle, added := a.Idle(); !idle || added != 2 {
			t.Errorf("idle %t, %d added", idle, added)
		}
	})
}

// No Done is lost on a Wait that begins at the same moment.
func TestActivityUnderLoad(t *testing.T) {
	var a Activity
	for range 2000 {
		a.Add()
		go a.Done()
		if err := a.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Stop waits for the work under way, says when it was cut short, and ends the context.
func TestScopeStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewScope()
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
