package store

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"llave/bot"
)

// memRest is what belongs to no shard.
type memRest struct {
	mu   sync.Mutex // taken last, after a shard's
	dead []bot.DeadLetter
	once map[string][]byte
}

// bury keeps a dead letter in the order of the hours, later ones of the same hour behind.
func (r *memRest) bury(d bot.DeadLetter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := len(r.dead)
	for at > 0 && r.dead[at-1].At.After(d.At) { // from the end: the hour is nearly always the latest
		at--
	}
	r.dead = slices.Insert(r.dead, at, d)
}

// Events lists the log of a shard. See [bot.Log].
func (m *Memory) Events(ctx context.Context, shard bot.Shard, after uint64, limit int) ([]bot.Event, error) {
	if err := m.ready(ctx, "events"); err != nil {
		return nil, err
	}
	s := &m.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.events[s.eventsUpTo(after):]
	var out []bot.Event
	for _, e := range rest[:min(len(rest), max(limit, 0))] {
		e.Body = bytes.Clone(e.Body)
		out = append(out, e)
	}
	return out, nil
}

// Trim forgets the log up to a number. See [bot.Log].
func (m *Memory) Trim(ctx context.Context, shard bot.Shard, upto uint64) error {
	if err := m.ready(ctx, "trim"); err != nil {
		return err
	}
	s := &m.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.eventsUpTo(upto)
	clear(s.events[:n]) // the bodies go at once, the room when the log grows next
	s.events = s.events[n:]
	return nil
}

// eventsUpTo counts the entries kept whose number is at most n: there are no gaps.
func (s *memShard) eventsUpTo(n uint64) int {
	trimmed := s.event - uint64(len(s.events))
	if n <= trimmed {
		return 0
	}
	return int(min(n, s.event) - trimmed)
}

// Claim takes shards. See [bot.Care].
func (m *Memory) Claim(ctx context.Context, shards []bot.Shard) (bot.Fence, error) {
	if err := m.ready(ctx, "claim"); err != nil {
		return 0, err
	}
	m.claims.Lock()
	defer m.claims.Unlock()
	m.fence++
	for _, n := range shards {
		m.shards[n].claim(m.fence)
	}
	return m.fence, nil
}

// claim counts tries once for a shard that is named twice.
func (s *memShard) claim(f bot.Fence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fence == f {
		return
	}
	s.fence = f
	for k := range s.owing {
		waiting := s.chats[k].waiting
		for i := range waiting {
			waiting[i].Tries++
		}
	}
}

// Once keeps the first value given under a name. See [bot.Care].
func (m *Memory) Once(ctx context.Context, name string, value []byte) ([]byte, error) {
	if err := m.ready(ctx, "once"); err != nil {
		return nil, err
	}
	m.rest.mu.Lock()
	defer m.rest.mu.Unlock()
	kept, ok := m.rest.once[name]
	if !ok && value != nil {
		kept = bytes.Clone(value)
		m.rest.once[name] = kept
	}
	return bytes.Clone(kept), nil
}

// Sweep forgets what is older than [bot.Keep]. It holds one shard at a time, so that nobody waits for longer
// than a 256th of it.
func (m *Memory) Sweep(ctx context.Context, now time.Time) error {
	if err := m.ready(ctx, "sweep"); err != nil {
		return err
	}
	before := now.Add(-bot.Keep)
	for i := range m.shards {
		m.shards[i].forget(before)
	}
	r := &m.rest
	r.mu.Lock()
	defer r.mu.Unlock()
	old := 0
	for old < len(r.dead) && r.dead[old].At.Before(before) {
		old++
	}
	r.dead = slices.Delete(r.dead, 0, old)
	return nil
}

func (s *memShard) forget(before time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, at := range s.seen {
		if at.Before(before) {
			delete(s.seen, k)
		}
	}
}

// Dead lists what was given up. See [bot.Care].
func (m *Memory) Dead(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
	if err := m.ready(ctx, "dead"); err != nil {
		return nil, err
	}
	r := &m.rest
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []bot.DeadLetter
	for _, d := range slices.Backward(r.dead) {
		if len(out) >= limit {
			break
		}
		d.Body = bytes.Clone(d.Body)
		out = append(out, d)
	}
	return out, nil
}

// Ping says that the store is ready. See [bot.Care].
func (m *Memory) Ping(ctx context.Context) error { return m.ready(ctx, "ping") }
