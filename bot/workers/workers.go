package workers

import "time"

// Workers runs short pieces of work, each in a goroutine of its own. An idle goroutine waits a moment for more: its
// stack has grown by then, and growing a new one is a good part of what a turn costs. The pools that bring the work
// bound how many there are.
type Workers struct {
	next chan task
	end  <-chan struct{}
}

// task is a piece of work and its pool.
type task struct {
	pool *Pool
	run  func()
}

// lingers is how long a goroutine waits for more.
const lingers = time.Second

// New makes workers whose idle goroutines end with end.
func New(end <-chan struct{}) *Workers { return &Workers{make(chan task), end} }

// do runs t and does not wait for it.
func (c *Workers) do(t task) {
	select {
	case c.next <- t:
	default:
		go c.work(t)
	}
}

func (c *Workers) work(t task) {
	t.pool.run(t.run)
	timer := time.NewTimer(lingers)
	defer timer.Stop()
	for {
		select {
		case t = <-c.next:
			t.pool.run(t.run)
			timer.Reset(lingers)
		case <-timer.C:
			return
		case <-c.end:
			return
		}
	}
}
