package store

import (
	"context"
	"slices"
	"time"

	"llave/bot"
)

// inShards does something to every shard, as a sweep that is wrong would.
func (b *bent) inShards(wrong func(*memShard)) {
	for i := range b.shards {
		s := &b.shards[i]
		s.mu.Lock()
		wrong(s)
		s.mu.Unlock()
	}
}

// sweepWith does something before each sweep.
func sweepWith(b *bent, wrong func(s *memShard, now time.Time)) {
	b.sweep = func(ctx context.Context, now time.Time) error {
		b.inShards(func(s *memShard) { wrong(s, now) })
		return b.Memory.Sweep(ctx, now)
	}
}

func bugsOfForget() []plantedBug {
	forgetIf := func(which func(*memChat) bool) func(b *bent) {
		return func(b *bent) {
			sweepWith(b, func(s *memShard, now time.Time) {
				for k, c := range s.chats {
					if due(c.forget, now) && which(c) {
						delete(s.chats, k)
						delete(s.owing, k)
						s.timers = slices.DeleteFunc(s.timers, func(t *memTimer) bool { return t.Chat == k })
						for i := range s.timers {
							s.timers[i].at = i
						}
					}
				}
			})
		}
	}
	changed := func(change func(*bot.Turn)) func(*bent) {
		return func(b *bent) { beforeCommit(b, func(_ *memShard, _ *memChat, t *bot.Turn) { change(t) }) }
	}
	return []plantedBug{
		{"no chat is forgotten", true, func(b *bent) {
			sweepWith(b, func(s *memShard, _ time.Time) {
				for _, c := range s.chats {
					c.forget = time.Time{}
				}
			})
		}},
		{"a chat is forgotten while an update waits", true, forgetIf(func(c *memChat) bool { return len(c.waiting) > 0 })},
		{"a chat is forgotten while a reply is unsent", true, forgetIf(func(c *memChat) bool { return len(c.letters) > 0 })},
		{"a chat is forgotten while an effect is pending", true, forgetIf(func(c *memChat) bool { return c.effect != nil })},
		{"a chat is forgotten while a timer is set", true, forgetIf(func(c *memChat) bool { return len(c.timers) > 0 })},
		{"a chat to be reviewed is forgotten", true, func(b *bent) {
			sweepWith(b, func(s *memShard, _ time.Time) {
				for _, c := range s.chats {
					if c.forget.IsZero() {
						c.forget = c.review
					}
				}
			})
		}},
		{"a later turn does not move the date", false, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) {
				if !c.forget.IsZero() {
					t.Forget = c.forget
				}
			})
		}},
		{"a date is never taken away", false, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) {
				if t.Forget.IsZero() {
					t.Forget = c.forget
				}
			})
		}},
		{"no chat is to be reviewed", false, changed(func(t *bot.Turn) { t.Review = time.Time{} })},
		{"ids outlive their chat", false, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error {
				kept := map[seenKey]time.Time{}
				b.inShards(func(s *memShard) {
					for k, at := range s.seen {
						if !at.Before(now.Add(-bot.DedupWindow)) {
							kept[k] = at
						}
					}
				})
				err := b.Memory.Sweep(ctx, now)
				for k, at := range kept {
					s := b.lock(k.chat)
					s.seen[k] = at
					s.mu.Unlock()
				}
				return err
			}
		}},
		{"all ids of the shard go with a chat", false, func(b *bent) {
			sweepWith(b, func(s *memShard, now time.Time) {
				for _, c := range s.chats {
					if due(c.forget, now) && c.idle() {
						clear(s.seen)
					}
				}
			})
		}},
		{"dead letters outlive their chat", true, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error {
				dead, _ := b.Memory.Dead(ctx, 1<<30)
				err := b.Memory.Sweep(ctx, now)
				slices.Reverse(dead)
				b.rest.dead = slices.DeleteFunc(dead, func(d bot.DeadLetter) bool { return d.At.Before(now.Add(-bot.DeadLetterRetention)) })
				return err
			}
		}},
		{"what happened in a forgotten chat stays readable", true, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error {
				bodies := map[*bot.Event][]byte{}
				b.inShards(func(s *memShard) {
					for i := range s.events {
						bodies[&s.events[i]] = s.events[i].Body
					}
				})
				err := b.Memory.Sweep(ctx, now)
				for e, body := range bodies {
					e.Body = body
				}
				return err
			}
		}},
		{"what was forgotten is not counted", false, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error {
				err := b.Memory.Sweep(ctx, now)
				b.swept.ids.Store(0)
				return err
			}
		}},
		{"a sweep forgets one chat of a shard", true, func(b *bent) {
			sweepWith(b, func(s *memShard, now time.Time) {
				first := true
				for _, c := range s.chats {
					if due(c.forget, now) && c.idle() && !first {
						c.forget = now.Add(time.Hour)
					}
					first = false
				}
			})
		}},
		{"chats are reviewed the latest first", false, func(b *bent) {
			b.idle = func(ctx context.Context, now time.Time, skip, n int) ([]bot.ChatKey, error) {
				keys, err := b.Memory.Idle(ctx, now, skip, n)
				slices.Reverse(keys)
				return keys, err
			}
		}},
		{"chats are reviewed from the beginning each time", false, func(b *bent) {
			b.idle = func(ctx context.Context, now time.Time, _, n int) ([]bot.ChatKey, error) {
				return b.Memory.Idle(ctx, now, 0, n)
			}
		}},
		{"chats are reviewed though something is owed", false, func(b *bent) {
			b.idle = func(ctx context.Context, now time.Time, skip, n int) ([]bot.ChatKey, error) {
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

func bugsOfRetry() []plantedBug {
	after := func(wrong func(*memChat)) func(*bent) {
		return func(b *bent) {
			b.retry = func(ctx context.Context, id uint64, as bot.DeadKind) error {
				dead, _ := b.Memory.Dead(ctx, 1<<30)
				at := slices.IndexFunc(dead, func(d bot.DeadLetter) bool { return d.ID == id })
				err := b.Memory.Retry(ctx, id, as)
				if at < 0 {
					return err
				}
				return b.bend(dead[at].Chat, err, wrong)
			}
		}
	}
	return []plantedBug{
		{"an update that is put back keeps its tries", false, after(func(c *memChat) {
			for i := range c.waiting {
				c.waiting[i].Tries = 9
			}
		})},
		{"a reply that is put back comes last", false, after(func(c *memChat) {
			if len(c.letters) > 1 {
				c.letters[0].N = 1 << 20
				slices.SortFunc(c.letters, func(a, b bot.OutboxMessage) int { return byNumber(a, b.N) })
			}
		})},
		{"a session that is put back is forgotten as the one before it", false, func(b *bent) {
			b.retry = func(ctx context.Context, id uint64, as bot.DeadKind) error {
				dead, _ := b.Memory.Dead(ctx, 1)
				err := b.Memory.Retry(ctx, id, as)
				if len(dead) == 0 {
					return err
				}
				return b.bend(dead[0].Chat, err, func(c *memChat) { c.forget = time.Unix(0, 0) })
			}
		}},
		{"what is put back stays among the dead", false, func(b *bent) {
			b.retry = func(ctx context.Context, id uint64, as bot.DeadKind) error {
				before := slices.Clone(b.rest.dead)
				err := b.Memory.Retry(ctx, id, as)
				b.rest.dead = before
				return err
			}
		}},
		{"what was withdrawn can be put back", false, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				before := slices.Clone(b.rest.dead)
				err := b.Memory.Commit(ctx, t)
				if t.Purge {
					b.rest.dead = before
				}
				return err
			}
		}},
	}
}
