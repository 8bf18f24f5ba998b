package store

import (
	"bytes"
	"context"
	"sync"
	"time"

	"llave/bot"
)

// memRest is what belongs to no shard.
type deadLetters struct {
	mu    sync.Mutex // taken last, after a shard's
	dead  []bot.DeadLetter
	last  uint64 // ID of the latest dead letter
	once  map[string][]byte
	taken map[string]uint64 // the last number of each sequence that was taken

	replicas map[string]livingReplica
}

// log appends an event to the shard's log.
func (s *memShard) log(chat bot.ChatKey, body []byte) {
	s.event++
	s.events = append(s.events, bot.Event{Seq: s.event, Chat: chat, Body: bytes.Clone(body)})
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

// AcquireShards takes shards. See [bot.Leases].
func (m *Memory) AcquireShards(ctx context.Context, shards []bot.Shard) (bot.Fence, error) {
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

func (s *memShard) claim(f bot.Fence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fence, s.lease.holder, s.lease.until = f, "", time.Time{}
}

// BeginTurn notes a try. See [bot.Inbox].
func (m *Memory) BeginTurn(ctx context.Context, fence bot.Fence, chat bot.ChatKey, update uint64) error {
	if err := m.ready(ctx, "begin"); err != nil {
		return err
	}
	s := m.lock(chat)
	defer s.mu.Unlock()
	if s.fence != fence {
		return bot.ErrFenced
	}
	if c := s.chats[chat]; c != nil {
		for i := range c.waiting {
			if c.waiting[i].Seq == update {
				c.waiting[i].Tries++
				return nil
			}
		}
	}
	return bot.ErrConflict
}

// PutIfAbsent keeps the first value given under a name. See [bot.Maintenance].
func (m *Memory) PutIfAbsent(ctx context.Context, name string, value []byte) ([]byte, error) {
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

// TakeNumbers takes numbers of a sequence. See [bot.Sequences].
func (m *Memory) TakeNumbers(ctx context.Context, name string, n int) (first uint64, err error) {
	if err := m.ready(ctx, "numbers"); err != nil {
		return 0, err
	}
	if err := checkNumbers(name, n); err != nil {
		return 0, err
	}
	m.rest.mu.Lock()
	defer m.rest.mu.Unlock()
	first = m.rest.taken[name] + 1
	m.rest.taken[name] += uint64(n)
	return first, nil
}

// Ping says that the store is ready. See [bot.Maintenance].
func (m *Memory) Ping(ctx context.Context) error { return m.ready(ctx, "ping") }
