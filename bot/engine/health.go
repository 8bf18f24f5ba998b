package engine

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
)

// pingEvery is after how many ticks a store without trouble is pinged.
const pingEvery = 15

// ping checks that the store takes a write.
func (e *Engine) ping() bool {
	err := e.store.Ping(e.scope.Context())
	if e.scope.Context().Err() != nil {
		return false // the engine stops
	}
	if e.health.pinged(err) {
		e.log.Info("store works again")
	}
	return err == nil
}

// rowTrouble is how long failures count as those of single rows after the store has proved that it works.
const rowTrouble = time.Minute

// health records whether the store took the last write. A fence that was lost is permanent. A failure makes the
// engine unready until the store is seen to work. If a ping works, later failures count as failures of single chats'
// rows, until the next ping.
type health struct {
	trouble atomic.Bool // last is set: worked has something to do

	mu      sync.Mutex
	last    error
	doubt   bool      // something failed since the last ping
	excused time.Time // until then a failure is a row's
}

func (h *health) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.doubt = true
	if errors.Is(err, bot.ErrFenced) || time.Now().After(h.excused) {
		h.set(err)
	}
}

func (h *health) set(err error) {
	if !errors.Is(h.last, bot.ErrFenced) {
		h.last = err
		h.trouble.Store(err != nil)
	}
}

func (h *health) worked() {
	if !h.trouble.Load() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.set(nil)
}

// pinged takes the result of a ping and reports whether the store works again.
func (h *health) pinged(err error) (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	failed := h.last != nil
	switch {
	case err != nil:
		h.excused = time.Time{}
	case h.doubt:
		h.excused = time.Now().Add(rowTrouble)
	}
	h.doubt = err != nil
	h.set(err)
	return failed && h.last == nil
}

// doubtful reports whether the store has to be pinged.
func (h *health) doubtful() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.doubt || h.last != nil
}

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}
