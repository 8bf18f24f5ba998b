package bot

import "time"

// crew runs short pieces of work, each in a goroutine of its own. A goroutine that has nothing left to do waits a
// moment for more: its stack has grown by then, and growing a new one is a good part of what a turn costs.
type crew struct {
	next chan func()
	end  <-chan struct{}
}

// lingers is how long a goroutine waits for more.
const lingers = time.Second

func newCrew(end <-chan struct{}) *crew { return &crew{make(chan func()), end} }

// do runs f and does not wait for it.
func (c *crew) do(f func()) {
	select {
	case c.next <- f:
	default:
		go c.work(f)
	}
}

func (c *crew) work(f func()) {
	f()
	t := time.NewTimer(lingers)
	defer t.Stop()
	for {
		select {
		case f = <-c.next:
			f()
			t.Reset(lingers)
		case <-t.C:
			return
		case <-c.end:
			return
		}
	}
}
