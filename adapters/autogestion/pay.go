package autogestion

import (
	"context"
	"sync"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/work"
)

// pay lets a try go on that brings a proof of its level. Without one it waits as long as the proof would have taken: a browser
// without scripts gets in, too. One who tries waits once at a time: many waits at once would be no price.
func (s *Service) pay(ctx context.Context, proof, address, who string, l work.Level) error {
	if l <= 0 || s.work.Check(proof) >= l {
		return nil
	}
	if !s.waiting.enter(address, who) {
		return &form.Refused{Why: "many_wait", Wait: time.Minute, Proof: int(l)}
	}
	defer s.waiting.leave(address, who)
	return s.opt.Wait(ctx, l.Wait())
}

// waitFor is the default of Options.Wait.
func waitFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Bounds of those who wait at the same time.
const (
	waitingAtAddress = 64
	waitingAtAll     = 1024
)

// waitingRoom counts those who wait instead of proving work: each once, and by address.
type waitingRoom struct {
	mu  sync.Mutex
	who map[string]bool
	at  map[string]int
}

func (r *waitingRoom) enter(address, who string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.who == nil {
		r.who, r.at = map[string]bool{}, map[string]int{}
	}
	if r.who[who] || len(r.who) >= waitingAtAll || r.at[address] >= waitingAtAddress {
		return false
	}
	r.who[who] = true
	r.at[address]++
	return true
}

func (r *waitingRoom) leave(address, who string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.who, who)
	if r.at[address]--; r.at[address] == 0 {
		delete(r.at, address)
	}
}
