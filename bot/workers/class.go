package workers

// Class says how soon work is done that waits for its place.
type Class int

// The classes, the most urgent first.
const (
	Urgent Class = iota
	Normal
	Background
	classCount
)

// oldestEvery is how often the work that has waited longest goes first, whatever its class: urgent work without end
// must not starve the rest.
const oldestEvery = 8

// Backlog is work that waits: the most urgent class first, and in order within a class. It is not safe for concurrent
// use.
type Backlog[T any] struct {
	queues [classCount][]backlogItem[T]
	n      int
	pushed uint64
	popped uint64
}

type backlogItem[T any] struct {
	work T
	seq  uint64
}

// Push appends a piece of work.
func (b *Backlog[T]) Push(c Class, work T) {
	b.pushed++
	b.n++
	b.queues[c] = append(b.queues[c], backlogItem[T]{work, b.pushed})
}

// Pop returns the next piece of work; false if there is none.
func (b *Backlog[T]) Pop() (work T, ok bool) {
	c, ok := b.next()
	if !ok {
		return work, false
	}
	q := b.queues[c]
	work = q[0].work
	q[0] = backlogItem[T]{}
	b.queues[c] = q[1:]
	b.n--
	b.popped++
	return work, true
}

// Peek returns what Pop would.
func (b *Backlog[T]) Peek() (work T, ok bool) {
	c, ok := b.next()
	if ok {
		work = b.queues[c][0].work
	}
	return work, ok
}

func (b *Backlog[T]) next() (best Class, ok bool) {
	oldest := b.popped%oldestEvery == oldestEvery-1
	for c := range classCount {
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

// Len is how much work waits.
func (b *Backlog[T]) Len() int { return b.n }
