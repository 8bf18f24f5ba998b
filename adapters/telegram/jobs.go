package telegram

import (
	"context"
	"sync"
)

// jobs do what is worth doing and not worth waiting for: spinners off, old keyboards away, "typing". A bounded number
// of goroutines, none while there is nothing to do.
type jobs struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	queue   []func(context.Context)
	running int
	closed  bool
	idle    chan struct{} // closed when none runs, once it is closed
}

// At most so many jobs at a time, and so many waiting.
const (
	maxWorkers = 32
	maxWaiting = 4096
)

func newJobs() *jobs {
	j := &jobs{idle: make(chan struct{})}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	return j
}

// do has f done soon, and returns false if there is too much to do.
func (j *jobs) do(f func(context.Context)) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed || len(j.queue) >= maxWaiting {
		return false
	}
	if j.queue = append(j.queue, f); j.running < maxWorkers {
		j.running++
		go j.work()
	}
	return true
}

func (j *jobs) work() {
	for {
		f := j.next()
		if f == nil {
			return
		}
		f(j.ctx)
	}
}

func (j *jobs) next() func(context.Context) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.queue) == 0 {
		j.queue = nil
		if j.running--; j.closed && j.running == 0 {
			close(j.idle)
		}
		return nil
	}
	f := j.queue[0]
	j.queue = j.queue[1:]
	return f
}

// close takes no more, and waits until the rest is done or ctx ends; then it cuts it short.
func (j *jobs) close(ctx context.Context) error {
	j.mu.Lock()
	if !j.closed {
		if j.closed = true; j.running == 0 {
			close(j.idle)
		}
	}
	j.mu.Unlock()
	defer j.cancel()
	select {
	case <-j.idle:
		return nil
	case <-ctx.Done():
		j.cancel()
		<-j.idle
		return ctx.Err()
	}
}
