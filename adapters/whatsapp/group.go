package whatsapp

import "sync"

// group is goroutines that a session waits for at its end. Once it is closed it takes no more.
type group struct {
	mu     sync.Mutex
	all    sync.WaitGroup
	closed bool
}

// start runs f beside the caller.
func (g *group) start(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.all.Go(f)
	}
}

// close waits for all that was started.
func (g *group) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.all.Wait()
}
