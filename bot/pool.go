package bot

import "sync"

// class says how soon work is done that has to wait for its place.
type class int

// The classes, the most urgent first.
const (
	urgent class = iota
	usual
	patient
	classes
)

// oldestEvery is how often the work that has waited for longest goes first, whatever its class: urgent work that never
// ends must not starve the rest.
const oldestEvery = 8

// backlog is work that waits: the most urgent class first, and within a class in order. It is not safe for concurrent use.
type backlog[T any] struct {
	queues [classes][]queued[T]
	n      int
	pushed uint64
	popped uint64
}

type queued[T any] struct {
	work T
	seq  uint64
}

func (b *backlog[T]) push(c class, work T) {
	b.pushed++
	b.n++
	b.queues[c] = append(b.queues[c], queued[T]{work, b.pushed})
}

// pop returns the next piece of work; false if there is none.
func (b *backlog[T]) pop() (work T, ok bool) {
	c, ok := b.next()
	if !ok {
		return work, false
	}
	q := b.queues[c]
	work = q[0].work
	q[0] = queued[T]{}
	b.queues[c] = q[1:]
	b.n--
	b.popped++
	return work, true
}

// peek returns what pop would.
func (b *backlog[T]) peek() (work T, ok bool) {
	c, ok := b.next()
	if ok {
		work = b.queues[c][0].work
	}
	return work, ok
}

func (b *backlog[T]) next() (best class, ok bool) {
	oldest := b.popped%oldestEvery == oldestEvery-1
	for c := range classes {
		q := b.queues[c]
		if len(q) == 0 {
			continue
		}
		if !ok || oldest && q[0].seq < b.queues[best][0].seq {
			best, ok = c, true
		}
		if !oldest {
			break
		}
	}
	return best, ok
}

// pool runs pieces of work, at most limit at once. Work beyond that waits in a backlog, which costs no goroutine.
type pool struct {
	crew  *crew
	limit int

	mu      sync.Mutex
	running int
	waiting backlog[func()]
}

func newPool(c *crew, limit int) *pool { return &pool{crew: c, limit: limit} }

// do runs f, and does not wait for it.
func (p *pool) do(c class, f func()) {
	p.mu.Lock()
	if p.running == p.limit {
		p.waiting.push(c, f)
		p.mu.Unlock()
		return
	}
	p.running++
	p.mu.Unlock()
	p.crew.do(task{p, f})
}

// run runs f and then what waits, until nothing does.
func (p *pool) run(f func()) {
	for ok := true; ok; f, ok = p.next() {
		f()
	}
}

func (p *pool) next() (func(), bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, ok := p.waiting.pop()
	if !ok {
		p.running--
	}
	return f, ok
}
