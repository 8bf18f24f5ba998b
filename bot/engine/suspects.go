package engine

import (
	"slices"
	"sync"

	"llave/bot/workers"
)

// suspects lets one chat at a time run an update that may crash the process. A chat that waits for this costs no
// goroutine.
type suspects struct {
	mu      sync.Mutex
	holder  *chatQueue
	waiting []*chatQueue
}

// take reports whether the chat may run. If not, its queue is resumed when it may.
func (s *suspects) take(q *chatQueue) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder == nil {
		s.holder = q
	}
	if s.holder != q {
		for _, w := range s.waiting {
			if w == q {
				return false
			}
		}
		s.waiting = append(s.waiting, q)
	}
	return s.holder == q
}

// leave lets the next chat run.
func (s *suspects) leave(q *chatQueue) {
	s.mu.Lock()
	if s.holder != q {
		s.mu.Unlock()
		return
	}
	next := s.pass()
	s.mu.Unlock()
	if next != nil {
		next.owner.resume(next, workers.Normal)
	}
}

// pass gives the place to the chat that has waited longest.
func (s *suspects) pass() *chatQueue {
	s.holder = nil
	if len(s.waiting) > 0 {
		s.holder, s.waiting = s.waiting[0], s.waiting[1:]
	}
	return s.holder
}

// forget takes out the chats of a shard that has ended.
func (s *suspects) forget(owner *chatQueues) {
	s.mu.Lock()
	s.waiting = slices.DeleteFunc(s.waiting, func(q *chatQueue) bool { return q.owner == owner })
	var next *chatQueue
	if s.holder != nil && s.holder.owner == owner {
		next = s.pass()
	}
	s.mu.Unlock()
	if next != nil {
		next.owner.resume(next, workers.Normal)
	}
}
