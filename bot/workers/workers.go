package workers

import "time"

// crew runs short pieces of work, each in a goroutine of its own. A goroutine that has nothing left to do waits a
// moment for more: its stack has grown by then, and growing a new one is a good part of what a turn costs. How many
// there are is bounded by the pools that bring the work.
type Workers struct {
	next chan task
	end  <-chan struct{}
}

// task is a piece of work and the pool that it belongs to.
type task struct {
	pool *Pool
	run  func()
}

// lingers is how long a goroutine waits for more.
const lingers = time.Second

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
