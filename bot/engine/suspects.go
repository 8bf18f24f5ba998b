package engine

import "sync"

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

// leave lets the next lane run.
func (s *suspects) leave(l *lane, resume func(*lane)) {
	s.mu.Lock()
	if s.holder != l {
		s.mu.Unlock()
		return
	}
	s.holder = nil
	if len(s.waiting) > 0 {
		s.holder, s.waiting = s.waiting[0], s.waiting[1:]
	}
	next := s.holder
	s.mu.Unlock()
	if next != nil {
		resume(next)
	}
}
