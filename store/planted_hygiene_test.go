package store

import (
	"context"
	"time"

	"llave/bot"
)

func bugsOfHygiene() []plantedBug {
	return append([]plantedBug{
		{"the body of an arrival is the caller's", false, func(b *bent) {
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				r, err := b.Memory.Accept(ctx, a)
				s := b.lock(a.Chat)
				defer s.mu.Unlock()
				if waiting := s.chat(a.Chat).waiting; r.Seq != 0 {
					waiting[len(waiting)-1].Body = a.Body
				}
				return r, err
			}
		}},
		{"the session of a turn is the caller's", false, func(b *bent) {
			afterCommit(b, func(_ *memShard, c *memChat, t bot.Turn) { c.session = t.Session })
		}},
		{"the effect of a turn is the caller's", false, func(b *bent) {
			afterCommit(b, func(_ *memShard, c *memChat, t bot.Turn) { c.effect = t.Effect })
		}},
		{"the replies of a turn are the caller's", false, func(b *bent) {
			afterCommit(b, func(_ *memShard, c *memChat, t bot.Turn) {
				for i, body := range t.Replies {
					c.letters[len(c.letters)-len(t.Replies)+i].Body = body
				}
			})
		}},
		{"the events of a turn are the caller's", false, func(b *bent) {
			afterCommit(b, func(s *memShard, _ *memChat, t bot.Turn) {
				for i, body := range t.Events {
					s.events[len(s.events)-len(t.Events)+i].Body = body
				}
			})
		}},
		{"the timers of a turn are the caller's", false, func(b *bent) {
			afterCommit(b, func(_ *memShard, c *memChat, t bot.Turn) {
				for _, set := range t.Timers {
					if timer := c.timers[set.Name]; timer != nil {
						timer.Body = set.Body
					}
				}
			})
		}},
		{"what was set aside is the caller's", false, func(b *bent) {
			afterCommit(b, func(_ *memShard, _ *memChat, t bot.Turn) {
				if t.Quarantine != "" {
					b.rest.dead[len(b.rest.dead)-1].Body = t.QuarantinedBody
				}
			})
		}},
		{"a value kept once is the caller's", false, func(b *bent) {
			b.once = func(ctx context.Context, name string, v []byte) ([]byte, error) {
				kept, err := b.Memory.PutIfAbsent(ctx, name, v)
				b.rest.mu.Lock()
				defer b.rest.mu.Unlock()
				if string(kept) == string(v) && err == nil {
					b.rest.once[name] = v
				}
				return kept, err
			}
		}},
	}, append(bugsOfReturning(), bugsOfEnding()...)...)
}

// bugsOfReturning hand out what the store goes on using.
func bugsOfReturning() []plantedBug {
	return []plantedBug{
		{"the receipt holds the store's session", false, func(b *bent) {
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				r, err := b.Memory.Accept(ctx, a)
				s := b.lock(a.Chat)
				defer s.mu.Unlock()
				r.Session = s.chat(a.Chat).session
				return r, err
			}
		}},
		{"Load returns the store's bodies", false, func(b *bent) {
			b.load = func(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
				c, err := b.Memory.Load(ctx, k)
				s := b.lock(k)
				defer s.mu.Unlock()
				for i := range c.Outbox {
					c.Outbox[i].Body = s.chat(k).letters[i].Body
				}
				return c, err
			}
		}},
		{"Events returns the store's log", false, func(b *bent) {
			b.events = func(_ context.Context, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
				s := &b.shards[n]
				s.mu.Lock()
				defer s.mu.Unlock()
				rest := s.events[s.eventsUpTo(after):]
				return rest[:min(len(rest), limit)], nil
			}
		}},
		{"Due returns the store's timers", false, func(b *bent) {
			b.due = func(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				all, err := b.Memory.Due(ctx, now, after, n)
				for i, d := range all {
					all[i].Body = b.shards[d.Chat.Shard()].chats[d.Chat].timers[d.Name].Body
				}
				return all, err
			}
		}},
		{"Dead returns the store's letters", false, func(b *bent) {
			b.dead = func(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
				all, err := b.Memory.Dead(ctx, limit)
				for i := range all {
					all[i].Body = b.rest.dead[len(b.rest.dead)-1-i].Body
				}
				return all, err
			}
		}},
		{"Once returns the store's value", false, func(b *bent) {
			b.once = func(ctx context.Context, name string, v []byte) ([]byte, error) {
				_, err := b.Memory.PutIfAbsent(ctx, name, v)
				b.rest.mu.Lock()
				defer b.rest.mu.Unlock()
				return b.rest.once[name], err
			}
		}},
	}
}

// bugsOfEnding do not know when to stop.
func bugsOfEnding() []plantedBug {
	on := context.WithoutCancel
	return []plantedBug{
		{"a cancelled Accept is done", false, func(b *bent) {
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				r, err := b.Memory.Accept(on(ctx), a)
				if err == nil {
					err = ctx.Err()
				}
				return r, err
			}
		}},
		{"a cancelled Commit is done", false, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				if err := b.Memory.Commit(on(ctx), t); err != nil {
					return err
				}
				return ctx.Err()
			}
		}},
		{"a cancelled Claim is done", false, func(b *bent) {
			b.claim = func(ctx context.Context, shards []bot.Shard) (bot.Fence, error) {
				f, err := b.Memory.AcquireShards(on(ctx), shards)
				if err == nil {
					err = ctx.Err()
				}
				return f, err
			}
		}},
		{"a cancelled Sweep is done", false, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error {
				if err := b.Memory.Sweep(on(ctx), now); err != nil {
					return err
				}
				return ctx.Err()
			}
		}},
		{"a cancelled Load answers", false, func(b *bent) {
			b.load = func(ctx context.Context, k bot.ChatKey) (bot.Chat, error) { return b.Memory.Load(on(ctx), k) }
		}},
		{"a closed store goes on", false, func(b *bent) { b.shut = func() error { return nil } }},
		{"a store can be closed once", false, func(b *bent) {
			b.shut = func() error {
				if err := b.ready(context.Background(), "close"); err != nil {
					return err
				}
				return b.Memory.Close()
			}
		}},
	}
}
