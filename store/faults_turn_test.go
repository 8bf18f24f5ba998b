package store

import (
	"bytes"
	"slices"
	"time"

	"llave/bot"
	"llave/store/storetest"
)

// pageOf is a page of a list that a fault has changed.
func pageOf[T any](all []T, limit int, err error) ([]T, error) {
	return all[:min(len(all), limit)], err
}

// backwards reverses a list.
func backwards[T any](all []T, err error) ([]T, error) {
	slices.Reverse(all)
	return all, err
}

func faultsOfTimers() []plantedFault {
	const all = 1 << 30
	return []plantedFault{
		{"a timer is not cancelled", true, beforeCommit(func(_ *memChat, t *bot.Turn) {
			t.Timers = slices.DeleteFunc(slices.Clone(t.Timers), func(set bot.TimerSet) bool { return set.Due.IsZero() })
		})},
		{"a timer cannot be set again", true, beforeCommit(func(c *memChat, t *bot.Turn) {
			t.Timers = slices.DeleteFunc(slices.Clone(t.Timers), func(set bot.TimerSet) bool {
				return !set.Due.IsZero() && c.timers[set.Name] != nil
			})
		})},
		{"a turn cancels the timers that it does not name", true, beforeCommit(func(c *memChat, t *bot.Turn) {
			var all []bot.TimerSet
			for name := range c.timers {
				all = append(all, bot.TimerSet{Name: name})
			}
			t.Timers = append(all, t.Timers...)
		})},
		{"a timer is due a moment late", true, wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			return m.Due(ctx, shards, now.Add(-time.Millisecond), after, n)
		})},
		{"a timer is due a moment early", true, wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			return m.Due(ctx, shards, now.Add(time.Millisecond), after, n)
		})},
		{"timers are listed from the beginning each time", false, wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, _ bot.TimerDue, n int) ([]bot.TimerDue, error) {
			return m.Due(ctx, shards, now, bot.TimerDue{}, n)
		})},
		{"timers of one time are listed on one page or not at all", false, wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			due, err := m.Due(ctx, shards, now, after, all)
			return pageOf(slices.DeleteFunc(due, func(t bot.TimerDue) bool { return t.Due.Equal(after.Due) }), n, err)
		})},
		{"the limit cuts off the earliest", false, wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			due, err := m.Due(ctx, shards, now, after, all)
			return due[max(0, len(due)-n):], err
		})},
		{"timers of all shards are listed", false, wrongDue(func(m *Memory, ctx ctxt, _ []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			return m.Due(ctx, storetest.AllShards(), now, after, n)
		})},
		{"a timer is listed once", true, func(b *faultyStore) {
			listed := map[bot.ChatKey]int{}
			wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				due, err := m.Due(ctx, shards, now, after, n)
				return slices.DeleteFunc(due, func(d bot.TimerDue) bool { listed[d.Chat]++; return listed[d.Chat] > 2 }), err
			})(b)
		}},
	}
}

func faultsOfEvents() []plantedFault {
	afterTrim := func(wrong func(s *memShard, upto uint64)) fault {
		return func(b *faultyStore) {
			b.trim = func(ctx ctxt, n bot.Shard, upto uint64) error {
				err := b.Memory.Trim(ctx, n, upto)
				s := &b.shards[n]
				s.mu.Lock()
				defer s.mu.Unlock()
				if err == nil {
					wrong(s, upto)
				}
				return err
			}
		}
	}
	return []plantedFault{
		{"numbers of trimmed events are given again", true, afterTrim(func(s *memShard, _ uint64) {
			if len(s.events) == 0 {
				s.event = 0
			}
		})},
		{"trimming ahead skips numbers", true, afterTrim(func(s *memShard, upto uint64) { s.event = max(s.event, upto) })},
		{"trim leaves the last one", true, func(b *faultyStore) {
			b.trim = func(ctx ctxt, n bot.Shard, upto uint64) error { return b.Memory.Trim(ctx, n, max(upto, 1)-1) }
		}},
		{"events are listed from the number on", true, wrongEvents(func(m *Memory, ctx ctxt, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
			return m.Events(ctx, n, max(after, 1)-1, limit)
		})},
		{"the log has no limit", false, wrongEvents(func(m *Memory, ctx ctxt, n bot.Shard, after uint64, _ int) ([]bot.Event, error) {
			return m.Events(ctx, n, after, 1<<30)
		})},
		{"numbers of events have gaps", true, wrongEvents(func(m *Memory, ctx ctxt, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
			all, err := m.Events(ctx, n, after/2, limit)
			for i := range all {
				all[i].Seq *= 2
			}
			return all, err
		})},
	}
}

func faultsOfCare() []plantedFault {
	without := func(wrong func(*memChat) bool) fault {
		return wrongPending(func(m *Memory, ctx ctxt, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
			all, err := m.PendingChats(ctx, n, after, limit)
			return slices.DeleteFunc(all, func(k bot.ChatKey) bool { return wrong(m.shards[n].chats[k]) }), err
		})
	}
	sweepAt := func(late time.Duration) fault {
		return func(b *faultyStore) {
			b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
				return b.Memory.Sweep(ctx, shards, now.Add(-late))
			}
		}
	}
	numbers := func(wrong func(m *Memory, ctx ctxt, name string, n int) (uint64, error)) fault {
		return func(b *faultyStore) {
			b.numbers = func(ctx ctxt, name string, n int) (uint64, error) { return wrong(b.Memory, ctx, name, n) }
		}
	}
	return []plantedFault{
		{"a block of numbers is one number", false, numbers(func(m *Memory, ctx ctxt, name string, _ int) (uint64, error) {
			return m.TakeNumbers(ctx, name, 1)
		})},
		{"sequences share their numbers", false, numbers(func(m *Memory, ctx ctxt, _ string, n int) (uint64, error) {
			return m.TakeNumbers(ctx, "all", n)
		})},
		{"no numbers are taken for a number", false, numbers(func(m *Memory, ctx ctxt, name string, n int) (uint64, error) {
			return m.TakeNumbers(ctx, name, max(n, 1))
		})},
		{"an effect is not pending", true, without(func(c *memChat) bool { return len(c.waiting) == 0 && len(c.outbox) == 0 })},
		{"an outbox message is not pending", true, without(func(c *memChat) bool { return len(c.waiting) == 0 && c.effect == nil })},
		{"an update is not pending", true, without(func(c *memChat) bool { return len(c.outbox) == 0 && c.effect == nil })},
		{"every chat is pending", true, wrongPending(func(m *Memory, ctx ctxt, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
			s := &m.shards[n]
			s.mu.Lock()
			for k := range s.chats {
				s.pending[k] = struct{}{}
			}
			s.mu.Unlock()
			return m.PendingChats(ctx, n, after, limit)
		})},
		{"pending chats are listed from the key on", true, wrongPending(func(m *Memory, ctx ctxt, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
			all, err := m.PendingChats(ctx, n, bot.ChatKey{}, 1<<30)
			return pageOf(slices.DeleteFunc(all, func(k bot.ChatKey) bool { return bytes.Compare(k[:], after[:]) < 0 }), limit, err)
		})},
		{"pending chats are listed backwards", true, wrongPending(func(m *Memory, ctx ctxt, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
			return backwards(m.PendingChats(ctx, n, after, limit))
		})},
		{"the last value counts", false, func(b *faultyStore) {
			b.once = func(ctx ctxt, name string, v []byte) ([]byte, error) {
				b.rest.mu.Lock()
				delete(b.rest.once, name)
				b.rest.mu.Unlock()
				return b.Memory.PutIfAbsent(ctx, name, v)
			}
		}},
		{"the sweep comes too early", true, sweepAt(-time.Millisecond)},
		{"the sweep comes too late", true, sweepAt(time.Millisecond)},
		{"the sweep takes updates that wait", false, beforeSweep(func(s *memShard, now time.Time) {
			for k, c := range s.chats {
				c.waiting = slices.DeleteFunc(c.waiting, func(w memWaiting) bool { return w.at.Before(now.Add(-bot.DedupWindow)) })
				s.note(k, c)
			}
		})},
		{"the dead are listed the oldest first", true, wrongDead(func(_ *Memory, all []bot.DeadLetter, n int) []bot.DeadLetter {
			page, _ := backwards(all[:n], nil)
			return page
		})},
		{"the limit on the dead cuts off the newest", false, wrongDead(func(_ *Memory, all []bot.DeadLetter, n int) []bot.DeadLetter { return all[len(all)-n:] })},
		{"ping writes into a chat", true, func(b *faultyStore) {
			b.ping = func(ctx ctxt) error {
				b.inShards(func(s *memShard) {
					for _, c := range s.chats {
						c.version++
					}
				})
				return b.Memory.Ping(ctx)
			}
		}},
	}
}
