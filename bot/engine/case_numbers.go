package engine

import (
	"context"
	"sync"
	"time"
)

// The numbers of cases come from the store in blocks, beside the turns. A turn in which a case could be opened borrows one:
// the script may promise it, and no other turn can.
const (
	caseNumbers    = "case" // the sequence
	numberBlock    = 16
	numbersAgainIn = time.Second // after the store gave none
)

// numbers are those that no case has and no turn has borrowed.
type numbers struct {
	s      *services
	want   chan struct{} // there are few left
	taking chan struct{} // holds a value while somebody takes a block: many turns at once need one

	mu     sync.Mutex // held for a few instructions
	free   []uint64
	failed time.Time // when the store gave none
}

func (n *numbers) init(s *services) {
	n.s, n.want, n.taking = s, make(chan struct{}, 1), make(chan struct{}, 1)
}

// fill takes blocks from the store until there are enough.
func (n *numbers) fill(ctx context.Context) bool {
	for n.s.desk != nil && n.few() {
		first := n.takeIf(ctx, n.few)
		if first == 0 && n.few() {
			return false
		}
		if first != 0 {
			n.giveBack(first)
		}
	}
	return true
}

// takeIf takes a block if it is still needed when it is this caller's turn to take one.
func (n *numbers) takeIf(ctx context.Context, needed func() bool) uint64 {
	select {
	case n.taking <- struct{}{}:
		defer func() { <-n.taking }()
	case <-ctx.Done():
		return 0
	}
	if !needed() {
		return 0
	}
	return n.take(ctx)
}

func (n *numbers) few() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.free) < numberBlock/2
}

// take takes a block from the store, and returns its first number for the caller; 0 if the store gave none.
func (n *numbers) take(ctx context.Context) uint64 {
	first, err := n.s.store.TakeNumbers(ctx, caseNumbers, numberBlock)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.failed = time.Now()
		if ctx.Err() == nil {
			n.s.log.Error("no case numbers", "err", err)
		}
		return 0
	}
	n.failed = time.Time{}
	for i := uint64(numberBlock - 1); i > 0; i-- {
		n.free = append(n.free, first+i) // the last of the list is lent first
	}
	return first
}

// borrow lends a number; 0 if there is none. A turn asks the store by itself only when more turns run than there are numbers
// in memory.
func (n *numbers) borrow(ctx context.Context) uint64 {
	number, ok := n.pop()
	if ok {
		return number
	}
	first := n.takeIf(ctx, func() bool {
		number, ok = n.pop() // somebody may have taken a block meanwhile
		return !ok && !n.resting()
	})
	if ok {
		return number
	}
	return first
}

func (n *numbers) pop() (uint64, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	last := len(n.free) - 1
	if last < numberBlock/2 {
		select {
		case n.want <- struct{}{}:
		default:
		}
	}
	if last < 0 {
		return 0, false
	}
	number := n.free[last]
	n.free = n.free[:last]
	return number, true
}

// resting reports whether the store gave none a moment ago: turns do not wait for it one after the other.
func (n *numbers) resting() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.failed.IsZero() && time.Since(n.failed) < numbersAgainIn
}

func (n *numbers) giveBack(number uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.free = append(n.free, number)
}

// runNumbers takes numbers when there are few left.
func (e *Engine) runNumbers() {
	if e.desk == nil {
		return
	}
	for {
		select {
		case <-e.scope.Stopping():
			return
		case <-e.numbers.want:
		}
		for !e.numbers.fill(e.scope.Context()) {
			select {
			case <-e.scope.Stopping():
				return
			case <-time.After(numbersAgainIn):
			}
		}
	}
}

// lendNumber lends a turn the number of the case that it may open. A turn that is run again, and has opened one before,
// keeps the number: the store may have taken it.
func (sh *Shard) lendNumber(w *turn) {
	if sh.desk == nil || w.caseNow().Open() {
		return
	}
	if w.number == 0 {
		w.number = sh.numbers.borrow(sh.scope.Context())
	}
	w.in.Desk.Next = w.number
}

// giveBack takes back a number under which no case was opened.
func (sh *Shard) giveBack(w *turn) {
	if w == nil || w.number == 0 || w.opened {
		return
	}
	sh.numbers.giveBack(w.number)
	w.number, w.in.Desk.Next = 0, 0
}
