package besteffort

import (
	"context"
	"sync"
)

// Queue runs functions that nothing waits for, in a bounded number of goroutines; there are none while it is empty.
type Queue struct {
	ctx              context.Context
	cancel           context.CancelFunc
	workers, waiting int

	mu      sync.Mutex
	queue   []func(context.Context)
	running int
	closed  bool
	idle    chan struct{} // closed when the queue is closed and nothing runs
}

// NewQueue makes a queue of so many goroutines, in which so many functions may wait.
func NewQueue(workers, waiting int) *Queue {
	q := &Queue{workers: workers, waiting: waiting, idle: make(chan struct{})}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	return q
}

// Do runs f soon. It returns false if the queue is full or closed: f is then left out.
func (q *Queue) Do(f func(context.Context)) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.queue) >= q.waiting {
		return false
	}
	if q.queue = append(q.queue, f); q.running < q.workers {
		q.running++
		go q.work()
	}
	return true
}

func (q *Queue) work() {
	for {
		f := q.next()
		if f == nil {
			return
		}
		f(q.ctx)
	}
}

// next is the next function; nil ends the goroutine. What waits when the queue was cut short is left out.
func (q *Queue) next() func(context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 || q.ctx.Err() != nil {
		q.queue = nil
		if q.running--; q.closed && q.running == 0 {
			close(q.idle)
		}
		return nil
	}
	f := q.queue[0]
	q.queue = q.queue[1:]
	return f
}

// Close takes no more and waits until the rest is done. When ctx ends, it cancels the context of the functions that run,
// leaves out the others and returns the error of ctx. It may be called twice.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	if !q.closed {
		if q.closed = true; q.running == 0 {
			close(q.idle)
		}
	}
	q.mu.Unlock()
	defer q.cancel()
	select {
	case <-q.idle:
		return nil
	case <-ctx.Done():
		q.cancel()
		<-q.idle
		return ctx.Err()
	}
}
