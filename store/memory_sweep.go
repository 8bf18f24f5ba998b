package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"llave/bot"
)

// Swept counts what was forgotten. See [bot.Maintenance].
func (m *Memory) Swept() bot.Swept { return m.swept.Swept() }

// Sweep forgets what is old. See [bot.Maintenance]. It holds one shard at a time, so that nobody waits for longer
// than a 256th of it.
func (m *Memory) Sweep(ctx context.Context, shards []bot.Shard, now time.Time) error {
	if err := m.ready(ctx, "sweep"); err != nil {
		return err
	}
	for _, n := range shards {
		if s := &m.shards[n]; s.used.Load() {
			m.sweepShard(s, now)
		}
	}
	m.swept.dead.Add(m.rest.forget(func(d bot.DeadLetter) bool {
		return d.At.Before(now.Add(-bot.DeadLetterRetention)) && slices.Contains(shards, d.Chat.Shard())
	}))
	return nil
}

func (m *Memory) sweepShard(s *memShard, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.seen)
	for k, at := range s.seen {
		if at.Before(now.Add(-bot.DedupWindow)) {
			delete(s.seen, k)
		}
	}
	m.swept.ids.Add(int64(before - len(s.seen)))
	for k, c := range s.chats {
		if due(c.forget, now) && c.idle() {
			m.forgetChat(s, k)
		}
	}
}

// due says whether a date has come; the zero date never does.
func due(t, now time.Time) bool { return !t.IsZero() && !t.After(now) }

// idle says that nothing is owed in a chat and no timer is set.
func (c *memChat) idle() bool { return !c.owes() && len(c.timers) == 0 }

// forgetChat deletes all that is kept of a chat. The log of events keeps its numbers.
func (m *Memory) forgetChat(s *memShard, k bot.ChatKey) {
	delete(s.chats, k)
	for id := range s.seen {
		if id.chat == k {
			delete(s.seen, id)
		}
	}
	for i := range s.events {
		if s.events[i].Chat == k {
			s.events[i].Body = nil
		}
	}
	m.rest.forget(func(d bot.DeadLetter) bool { return d.Chat == k })
	m.swept.chats.Add(1)
}

// Idle lists chats to be reviewed. See [bot.Maintenance].
func (m *Memory) Idle(ctx context.Context, now time.Time, skip, limit int) ([]bot.ChatKey, error) {
	if err := m.ready(ctx, "idle"); err != nil {
		return nil, err
	}
	type dated struct {
		key    bot.ChatKey
		review time.Time
	}
	var all []dated
	for i := range m.shards {
		s := &m.shards[i]
		if !s.used.Load() {
			continue
		}
		s.mu.Lock()
		for k, c := range s.chats {
			if due(c.review, now) && c.idle() {
				all = append(all, dated{k, c.review})
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b dated) int { return cmp.Or(a.review.Compare(b.review), bytes.Compare(a.key[:], b.key[:])) })
	all = all[min(max(skip, 0), len(all)):]
	var keys []bot.ChatKey
	for _, d := range all[:min(len(all), max(limit, 0))] {
		keys = append(keys, d.key)
	}
	return keys, nil
}
