package workers

import (
	"container/heap"
	"sync"
	"time"
)

// Schedule calls functions at their times, one after the other: however many are due at once, they take one
// goroutine. The functions must not wait for anything.
type Schedule struct {
	mu    sync.Mutex
	due   dueHeap
	timer *time.Timer
	armed time.Time // when the timer fires; zero if it does not
}

// Entry is a function in a schedule. It can be used again, and again while it is in use.
type Entry struct {
	F  func()
	at time.Time
	i  int // place in the heap, from 1; 0 is none
}

// After has e called after d, and not at the time that it had before.
func (s *Schedule) After(e *Entry, d time.Duration) {
	at := time.Now().Add(d)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.at = at; e.i > 0 {
		heap.Fix(&s.due, e.i-1)
	} else {
		heap.Push(&s.due, e)
	}
	s.arm()
}

// Cancel takes e out of the schedule, unless it is being called.
func (s *Schedule) Cancel(e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.i > 0 {
		heap.Remove(&s.due, e.i-1)
	}
}

// arm sets the timer for the first entry. A timer that fires too early is cheaper than one that is set anew each
// time.
func (s *Schedule) arm() {
	if len(s.due) == 0 {
		return
	}
	first := s.due[0].at
	if !s.armed.IsZero() && !s.armed.After(first) {
		return
	}
	s.armed = first
	if s.timer == nil {
		s.timer = time.AfterFunc(time.Until(first), s.run)
		return
	}
	s.timer.Reset(time.Until(first))
}

// run calls what is due.
func (s *Schedule) run() {
	s.mu.Lock()
	s.armed = time.Time{}
	for now := time.Now(); len(s.due) > 0 && !s.due[0].at.After(now); {
		e := heap.Pop(&s.due).(*Entry)
		f := e.F
		s.mu.Unlock()
		f()
		s.mu.Lock()
	}
	s.arm()
	s.mu.Unlock()
}

// dueHeap is a heap by time.
type dueHeap []*Entry

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].i, h[j].i = i+1, j+1
}

func (h *dueHeap) Push(x any) {
	e := x.(*Entry)
	*h = append(*h, e)
	e.i = len(*h)
}

func (h *dueHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	e.i = 0
	return e
}
