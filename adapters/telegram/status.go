package telegram

import (
	"sync"
	"sync/atomic"
	"time"
)

// State is the state of receiving.
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

// Status is the state of the channel, for its operator. It holds nothing personal.
type Status struct {
	State State
	// Since is when it came to stand so.
	Since time.Time
	// Code is the Bot API's number for the reason, 0 if it gave none.
	Code int
	// Todo says what the operator has to do.
	Todo string
}

// statusHolder keeps the status.
type statusHolder struct {
	mu      sync.Mutex
	current Status
}

// Status returns the state of the channel.
func (t *Telegram) Status() Status {
	t.status.mu.Lock()
	defer t.status.mu.Unlock()
	s := t.status.current
	s.Todo = t.texts.Get("todo."+string(s.State), nil)
	return s
}

// setStatus records the state of the channel.
func (t *Telegram) setStatus(state State, code int) {
	t.status.mu.Lock()
	defer t.status.mu.Unlock()
	s := &t.status.current
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

// setFailure records that an attempt to receive failed.
func (t *Telegram) setFailure(err error) {
	code := codeOf(err)
	switch {
	case code == 409:
		t.setStatus(Conflict, code)
	case tokenRefused(err) && t.tokenRefusals.believed(t.opt.Now()):
		t.setStatus(Refused, code)
	default:
		t.setStatus(Unreachable, code)
	}
}

// The Bot API refuses a good token now and then. One that was refused for believeAfter, and not accepted once in that
// time, counts as wrong; it is tried again at intervals of up to wrongPause.
const (
	believeAfter = 2 * time.Minute
	wrongPause   = 5 * time.Minute
)

// tokenRefusals remembers since when every call was answered with a refusal of the token, in Unix nanoseconds; 0 is
// never.
type tokenRefusals struct{ since atomic.Int64 }

func (d *tokenRefusals) refused(now time.Time) { d.since.CompareAndSwap(0, now.UnixNano()) }

func (d *tokenRefusals) accepted() {
	if d.since.Load() != 0 {
		d.since.Store(0)
	}
}

func (d *tokenRefusals) believed(now time.Time) bool {
	since := d.since.Load()
	return since != 0 && now.Sub(time.Unix(0, since)) >= believeAfter
}
