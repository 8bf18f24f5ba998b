package engine

import (
	"slices"
	"sync"

	"llave/bot/workers"
)

// suspects lets one chat at a time run an update that may crash the process. A chat that waits for its turn costs no
// goroutine.
type suspects struct {
	mu      sync.Mutex
	holder  *lane
	waiting []*lane
}

// take says whether the lane may run. If not, it is resumed when it may.
func (s *suspects) take(l *lane) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder == nil {
		s.holder = l
	}
	if s.holder != l {
		for _, w := range s.waiting {
			if w == l {
				return false
			}
		}
		s.waiting = append(s.waiting, l)
	}
	return s.holder == l
}

// leave lets the next chat run.
func (s *suspects) leave(l *lane) {
	s.mu.Lock()
	if s.holder != l {
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
func (s *suspects) pass() *lane {
	s.holder = nil
	if len(s.waiting) > 0 {
		s.holder, s.waiting = s.waiting[0], s.waiting[1:]
	}
	return s.holder
}

// forget takes out the chats of a shard that has ended.
func (s *suspects) forget(owner *lanes) {
	s.mu.Lock()
	s.waiting = slices.DeleteFunc(s.waiting, func(l *lane) bool { return l.owner == owner })
	var next *lane
	if s.holder != nil && s.holder.owner == owner {
		next = s.pass()
	}
	s.mu.Unlock()
	if next != nil {
		next.owner.resume(next, workers.Normal)
	}
}
