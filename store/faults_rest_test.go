package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"llave/bot"
	"llave/store/storetest"
)

func faultsOfForget() []plantedFault {
	// eachChat changes the chats of every shard before each sweep.
	eachChat := func(wrong func(s *memShard, k bot.ChatKey, c *memChat, now time.Time)) fault {
		return beforeSweep(func(s *memShard, now time.Time) {
			for k, c := range s.chats {
				wrong(s, k, c, now)
			}
		})
	}
	forgetIf := func(which func(*memChat) bool) fault {
		return eachChat(func(s *memShard, k bot.ChatKey, c *memChat, now time.Time) {
			if !due(c.forget, now) || !which(c) {
				return
			}
			delete(s.chats, k)
			delete(s.pending, k)
			s.timers = slices.DeleteFunc(s.timers, func(t *memTimer) bool { return t.Chat == k })
			for i := range s.timers {
				s.timers[i].at = i
			}
		})
	}
	return []plantedFault{
		{"no chat is forgotten", true, eachChat(func(_ *memShard, _ bot.ChatKey, c *memChat, _ time.Time) { c.forget = time.Time{} })},
		{"a chat is forgotten while an update waits", true, forgetIf(func(c *memChat) bool { return len(c.waiting) > 0 })},
		{"a chat is forgotten while a reply is unsent", true, forgetIf(func(c *memChat) bool { return len(c.outbox) > 0 })},
		{"a chat is forgotten while an effect is pending", true, forgetIf(func(c *memChat) bool { return c.effect != nil })},
		{"a chat is forgotten while a timer is set", true, forgetIf(func(c *memChat) bool { return len(c.timers) > 0 })},
		{"a chat to be reviewed is forgotten", true, eachChat(func(_ *memShard, _ bot.ChatKey, c *memChat, _ time.Time) {
			if c.forget.IsZero() {
				c.forget = c.review
			}
		})},
		{"a later turn does not move the date", false, beforeCommit(func(c *memChat, t *bot.Turn) {
			if !c.forget.IsZero() {
				t.Forget = c.forget
			}
		})},
		{"a date is never taken away", false, beforeCommit(func(c *memChat, t *bot.Turn) {
			if t.Forget.IsZero() {
				t.Forget = c.forget
			}
		})},
		{"no chat is to be reviewed", false, beforeCommit(func(_ *memChat, t *bot.Turn) { t.Review = time.Time{} })},
		{"a sweep forgets in all shards", false, func(b *faultyStore) {
			b.sweep = func(ctx ctxt, _ []bot.Shard, now time.Time) error {
				return b.Memory.Sweep(ctx, storetest.AllShards(), now)
			}
		}},
		{"ids outlive their chat", false, func(b *faultyStore) {
			b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
				var kept [bot.Shards]map[seenKey]time.Time
				for i := range b.shards {
					kept[i] = maps.Clone(b.shards[i].seen)
					maps.DeleteFunc(kept[i], func(_ seenKey, at time.Time) bool { return at.Before(now.Add(-bot.DedupWindow)) })
				}
				err := b.Memory.Sweep(ctx, shards, now)
				for i := range b.shards {
					maps.Copy(b.shards[i].seen, kept[i])
				}
				return err
			}
		}},
		{"all ids of the shard go with a chat", false, eachChat(func(s *memShard, _ bot.ChatKey, c *memChat, now time.Time) {
			if due(c.forget, now) && c.idle() {
				clear(s.seen)
			}
		})},
		{"dead letters outlive their chat", true, func(b *faultyStore) {
			b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
				err := b.keepingDead(func() error { return b.Memory.Sweep(ctx, shards, now) })
				b.rest.dead = slices.DeleteFunc(b.rest.dead, func(d bot.DeadLetter) bool { return d.At.Before(now.Add(-bot.DeadLetterRetention)) })
				return err
			}
		}},
		{"events of a forgotten chat stay readable", true, func(b *faultyStore) {
			b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
				var kept [bot.Shards][]bot.Event
				for i := range b.shards {
					kept[i] = slices.Clone(b.shards[i].events)
				}
				err := b.Memory.Sweep(ctx, shards, now)
				for i := range b.shards {
					copy(b.shards[i].events, kept[i])
				}
				return err
			}
		}},
		{"forgotten ids are not counted", false, func(b *faultyStore) {
			b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
				defer b.swept.ids.Store(0)
				return b.Memory.Sweep(ctx, shards, now)
			}
		}},
		{"a sweep forgets one chat of a shard", true, beforeSweep(func(s *memShard, now time.Time) {
			first := true
			for _, c := range s.chats {
				if due(c.forget, now) && c.idle() && !first {
					c.forget = now.Add(time.Hour)
				}
				first = false
			}
		})},
		{"chats are reviewed the latest first", false, func(b *faultyStore) {
			b.idle = func(ctx ctxt, now time.Time, skip, n int) ([]bot.ChatKey, error) {
				return backwards(b.Memory.Idle(ctx, now, skip, n))
			}
		}},
		{"chats are reviewed from the beginning each time", false, func(b *faultyStore) {
			b.idle = func(ctx ctxt, now time.Time, _, n int) ([]bot.ChatKey, error) { return b.Memory.Idle(ctx, now, 0, n) }
		}},
		{"chats are reviewed though something is pending", false, func(b *faultyStore) {
			b.idle = func(ctx ctxt, now time.Time, skip, n int) ([]bot.ChatKey, error) {
				keys, err := b.Memory.Idle(ctx, now, skip, n)
				b.inShards(func(s *memShard) {
					for k, c := range s.chats {
						if due(c.review, now) && c.owes() {
							keys = append(keys, k)
						}
					}
				})
				return keys, err
			}
		}},
	}
}

func faultsOfRetry() []plantedFault {
	return []plantedFault{
		{"an update that is put back keeps its tries", false, afterRetry(func(c *memChat) {
			for i := range c.waiting {
				c.waiting[i].Tries = 9
			}
		})},
		{"a reply that is put back comes last", false, afterRetry(func(c *memChat) {
			if len(c.outbox) > 1 {
				c.outbox[0].N = 1 << 20
				slices.SortFunc(c.outbox, func(a, b bot.OutboxMessage) int { return byNumber(a, b.N) })
			}
		})},
		{"a session that is put back has a date", false, afterRetry(func(c *memChat) { c.forget = time.Unix(0, 0) })},
		{"a letter that is put back stays among the dead", false, func(b *faultyStore) {
			b.retry = func(ctx ctxt, id uint64, as bot.DeadKind) error {
				return b.keepingDead(func() error { return b.Memory.Retry(ctx, id, as) })
			}
		}},
		{"a withdrawn reply can be put back", false, func(b *faultyStore) {
			b.commit = func(ctx ctxt, t bot.Turn) error {
				if t.Purge {
					return b.keepingDead(func() error { return b.Memory.Commit(ctx, t) })
				}
				return b.Memory.Commit(ctx, t)
			}
		}},
	}
}

// faultsOfTaking go on using the slices that a caller passed in.
func faultsOfTaking() []plantedFault {
	last := func(kept, passed int, use func(at, i int)) {
		for i := range passed {
			use(kept-passed+i, i)
		}
	}
	return []plantedFault{
		{"the body of an arrival is the caller's", false, afterAccept(func(_ *memShard, c *memChat, a bot.Arrival, r *bot.Receipt) {
			if r.Seq != 0 {
				c.waiting[len(c.waiting)-1].Body = a.Body
			}
		})},
		{"the session of a turn is the caller's", false, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) { c.session = t.Session })},
		{"the effect of a turn is the caller's", false, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) { c.effect = t.Effect })},
		{"the replies of a turn are the caller's", false, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			last(len(c.outbox), len(t.Replies), func(at, i int) { c.outbox[at].Body = t.Replies[i] })
		})},
		{"the events of a turn are the caller's", false, onCommit(nil, func(_ *faultyStore, s *memShard, _ *memChat, t bot.Turn) {
			last(len(s.events), len(t.Events), func(at, i int) { s.events[at].Body = t.Events[i] })
		})},
		{"the timers of a turn are the caller's", false, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			for _, set := range t.Timers {
				if timer := c.timers[set.Name]; timer != nil {
					timer.Body = set.Body
				}
			}
		})},
		{"a quarantined body is the caller's", false, onCommit(nil, func(b *faultyStore, _ *memShard, _ *memChat, t bot.Turn) {
			if t.Quarantine != "" {
				b.rest.dead[len(b.rest.dead)-1].Body = t.QuarantinedBody
			}
		})},
		{"a value kept once is the caller's", false, wrongOnce(func(m *Memory, name string, v, kept []byte) []byte {
			if string(kept) == string(v) {
				m.rest.once[name] = v
			}
			return kept
		})},
	}
}

// wrongOnce changes what PutIfAbsent keeps and returns.
func wrongOnce(wrong func(m *Memory, name string, v, kept []byte) []byte) fault {
	return func(b *faultyStore) {
		b.once = func(ctx ctxt, name string, v []byte) ([]byte, error) {
			kept, err := b.Memory.PutIfAbsent(ctx, name, v)
			b.rest.mu.Lock()
			defer b.rest.mu.Unlock()
			if err != nil {
				return kept, err
			}
			return wrong(b.Memory, name, v, kept), nil
		}
	}
}

// faultsOfReturning hand out slices that the store goes on using.
func faultsOfReturning() []plantedFault {
	return []plantedFault{
		{"the receipt holds the store's session", false, afterAccept(func(_ *memShard, c *memChat, _ bot.Arrival, r *bot.Receipt) { r.Session = c.session })},
		{"Messages returns the store's bodies", false, afterMessages(func(kept, page []bot.OutboxMessage, from uint64, _ int) []bot.OutboxMessage {
			for i := range page {
				if from == 0 {
					page[i].Body = kept[i].Body
				}
			}
			return page
		})},
		{"Events returns the store's log", false, wrongEvents(func(m *Memory, _ ctxt, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
			s := &m.shards[n]
			s.mu.Lock()
			defer s.mu.Unlock()
			return pageOf(s.events[s.eventsUpTo(after):], limit, nil)
		})},
		{"Due returns the store's timers", false, wrongDue(func(m *Memory, ctx ctxt, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
			all, err := m.Due(ctx, shards, now, after, n)
			for i, d := range all {
				all[i].Body = m.shards[d.Chat.Shard()].chats[d.Chat].timers[d.Name].Body
			}
			return all, err
		})},
		{"Dead returns the store's messages", false, wrongDead(func(m *Memory, all []bot.DeadLetter, n int) []bot.DeadLetter {
			for i := range all {
				all[i].Body = m.rest.dead[len(m.rest.dead)-1-i].Body
			}
			return all[:n]
		})},
		{"PutIfAbsent returns the store's value", false, wrongOnce(func(m *Memory, name string, _, _ []byte) []byte { return m.rest.once[name] })},
	}
}

// first is the error of a call that did not look at its context, or the context's own.
func first(ctx ctxt, err error) error {
	if err != nil {
		return err
	}
	return ctx.Err()
}

// faultsOfEnding ignore the end of a context or of the store.
func faultsOfEnding() []plantedFault {
	on := context.WithoutCancel
	return []plantedFault{
		{"a cancelled Accept is done", false, func(b *faultyStore) {
			b.accept = func(ctx ctxt, a bot.Arrival) (bot.Receipt, error) {
				r, err := b.Memory.Accept(on(ctx), a)
				return r, first(ctx, err)
			}
		}},
		{"a cancelled Commit is done", false, func(b *faultyStore) {
			b.commit = func(ctx ctxt, t bot.Turn) error { return first(ctx, b.Memory.Commit(on(ctx), t)) }
		}},
		{"a cancelled AcquireShards is done", false, func(b *faultyStore) {
			b.claim = func(ctx ctxt, shards []bot.Shard) (bot.Fence, error) {
				f, err := b.Memory.AcquireShards(on(ctx), shards)
				return f, first(ctx, err)
			}
		}},
		{"a cancelled Sweep is done", false, func(b *faultyStore) {
			b.sweep = func(ctx ctxt, shards []bot.Shard, now time.Time) error {
				return first(ctx, b.Memory.Sweep(on(ctx), shards, now))
			}
		}},
		{"a cancelled Load answers", false, func(b *faultyStore) {
			b.load = func(ctx ctxt, k bot.ChatKey) (bot.Chat, error) { return b.Memory.Load(on(ctx), k) }
		}},
		{"a closed store goes on", false, func(b *faultyStore) { b.shut = func() error { return nil } }},
		{"a store can be closed once", false, func(b *faultyStore) {
			b.shut = func() error {
				if err := b.ready(context.Background(), "close"); err != nil {
					return err
				}
				return b.Memory.Close()
			}
		}},
	}
}
