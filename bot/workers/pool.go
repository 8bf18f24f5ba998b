package workers

import "sync"

// Pool runs pieces of work, at most limit at once. The rest waits in a backlog, which costs no goroutine.
type Pool struct {
	workers *Workers
	limit   int

	mu      sync.Mutex
	running int
	waiting Backlog[func()]
}

// NewPool makes a pool of at most limit goroutines of w.
func NewPool(c *Workers, limit int) *Pool { return &Pool{workers: c, limit: limit} }

// Do runs f and does not wait for it.
func (p *Pool) Do(c Class, f func()) {
	p.mu.Lock()
	if p.running == p.limit {
		p.waiting.Push(c, f)
		p.mu.Unlock()
		return
	}
	p.running++
	p.mu.Unlock()
	p.workers.do(task{p, f})
}

// DoHere runs f in this goroutine if the pool has a place for it, and otherwise as Do does. It saves the change of goroutine
// where the caller has nothing left to do. The caller must not hold a lock that f takes.
func (p *Pool) DoHere(c Class, f func()) {
	p.mu.Lock()
	if p.running == p.limit {
		p.waiting.Push(c, f)
		p.mu.Unlock()
		return
	}
	p.running++
	p.mu.Unlock()
	f()
	if next, ok := p.next(); ok {
		p.workers.do(task{p, next})
	}
}

// run runs f and then what waits, until nothing does.
func (p *Pool) run(f func()) {
	for ok := true; ok; f, ok = p.next() {
		f()
	}
}

func (p *Pool) next() (func(), bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, ok := p.waiting.Pop()
	if !ok {
		p.running--
	}
	return f, ok
}

// Limit is how many pieces of work run at once at most.
func (p *Pool) Limit() int { return p.limit }
