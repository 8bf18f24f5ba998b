package telegram

import (
	"sync"
	"sync/atomic"
	"time"
)

// State is how receiving stands.
type State string

// The states. In each but Stopped the channel goes on trying by itself.
const (
	Stopped     State = "stopped"     // Run was not called, or has returned
	Connecting  State = "connecting"  // nothing was answered yet
	Receiving   State = "receiving"   // the last attempt to receive worked
	Unreachable State = "unreachable" // the last attempt to receive failed: Code says with what, 0 is the network
	Conflict    State = "conflict"    // another process polls for this bot, or sets a webhook of its own
	Refused     State = "refused"     // the token has been refused for longer than a moment
)

// States are all of them.
var States = []State{Stopped, Connecting, Receiving, Unreachable, Conflict, Refused}

// Status is how the channel stands, for its operator. It holds nothing personal.
type Status struct {
	State State
	// Since is when it came to stand so.
	Since time.Time
	// Code is the Bot API's number for the reason, 0 if it gave none.
	Code int
	// Todo says what the operator has to do.
	Todo string
}

// standing keeps the status.
type standing struct {
	mu sync.Mutex
	at Status
}

// Status says how the channel stands.
func (t *Telegram) Status() Status {
	t.standing.mu.Lock()
	defer t.standing.mu.Unlock()
	s := t.standing.at
	s.Todo = t.texts.text("todo."+string(s.State), nil)
	return s
}

// stand notes how the channel stands now.
func (t *Telegram) stand(state State, code int) {
	t.standing.mu.Lock()
	defer t.standing.mu.Unlock()
	s := &t.standing.at
	if s.State != state {
		s.Since = t.opt.Now()
	}
	s.State, s.Code = state, code
	up := int64(0)
	if state == Receiving {
		up = 1
	}
	t.stats.Up.Store(up)
}

// standBy notes that an attempt to receive failed.
func (t *Telegram) standBy(err error) {
	code := codeOf(err)
	switch {
	case code == 409:
		t.stand(Conflict, code)
	case tokenRefused(err) && t.doubt.lasts(t.opt.Now()):
		t.stand(Refused, code)
	default:
		t.stand(Unreachable, code)
	}
}

// The Bot API refuses a good token now and then. One that was refused for believeAfter, and not accepted once in that
// time, counts as wrong; it is tried again at intervals of up to wrongPause.
const (
	believeAfter = 2 * time.Minute
	wrongPause   = 5 * time.Minute
)

// doubt remembers since when every call was answered with a refusal of the token, in Unix nanoseconds; 0 is not at all.
type doubt struct{ since atomic.Int64 }

func (d *doubt) refused(now time.Time) { d.since.CompareAndSwap(0, now.UnixNano()) }

func (d *doubt) accepted() {
	if d.since.Load() != 0 {
		d.since.Store(0)
	}
}

func (d *doubt) lasts(now time.Time) bool {
	since := d.since.Load()
	return since != 0 && now.Sub(time.Unix(0, since)) >= believeAfter
}
