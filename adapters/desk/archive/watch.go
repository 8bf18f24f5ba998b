package archive

import "sync"

// watch wakes those who wait for something new in the tables. A wake-up says nothing: whoever is woken looks.
type watch struct {
	mu     sync.Mutex
	next   chan struct{} // closed by the next wake-up
	closed bool
}

// wait returns a channel that is closed when the tables have changed after this call. Over says that nothing will change.
func (w *watch) wait() (next <-chan struct{}, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next == nil {
		w.next = make(chan struct{})
	}
	return w.next, w.closed
}

func (w *watch) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next != nil {
		close(w.next)
		w.next = nil
	}
}

func (w *watch) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wake()
}

// Changed returns a channel that is closed after the next change. Take it before reading, so that no change is missed between
// reading and waiting. It is closed at once and for ever when the archive is closed.
func (a *Archive) Changed() <-chan struct{} {
	next, over := a.watch.wait()
	if !over {
		return next
	}
	done := make(chan struct{})
	close(done)
	return done
}
