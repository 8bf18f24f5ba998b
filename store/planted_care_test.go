package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"llave/bot"
)

func bugsOfEvents() []plantedBug {
	return []plantedBug{
		{"numbers of trimmed events are given again", true, func(b *bent) {
			b.trim = func(ctx context.Context, n bot.Shard, upto uint64) error {
				err := b.Memory.Trim(ctx, n, upto)
				s := &b.shards[n]
				s.mu.Lock()
				defer s.mu.Unlock()
				if len(s.events) == 0 && err == nil {
					s.event = 0
				}
				return err
			}
		}},
		{"trimming ahead skips numbers", true, func(b *bent) {
			b.trim = func(ctx context.Context, n bot.Shard, upto uint64) error {
				err := b.Memory.Trim(ctx, n, upto)
				s := &b.shards[n]
				s.mu.Lock()
				defer s.mu.Unlock()
				if err == nil && upto > s.event {
					s.event = upto
				}
				return err
			}
		}},
		{"trim leaves the last one", true, func(b *bent) {
			b.trim = func(ctx context.Context, n bot.Shard, upto uint64) error {
				return b.Memory.Trim(ctx, n, max(upto, 1)-1)
			}
		}},
		{"events are listed from the number on", true, func(b *bent) {
			b.events = func(ctx context.Context, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
				return b.Memory.Events(ctx, n, max(after, 1)-1, limit)
			}
		}},
		{"the log has no limit", false, func(b *bent) {
			b.events = func(ctx context.Context, n bot.Shard, after uint64, _ int) ([]bot.Event, error) {
				return b.Memory.Events(ctx, n, after, 1<<30)
			}
		}},
		{"numbers of events have gaps", true, func(b *bent) {
			b.events = func(ctx context.Context, n bot.Shard, after uint64, limit int) ([]bot.Event, error) {
				all, err := b.Memory.Events(ctx, n, after/2, limit)
				for i := range all {
					all[i].Seq *= 2
				}
				return all, err
			}
		}},
	}
}

func bugsOfClaim() []plantedBug {
	return []plantedBug{
		{"tries are not counted", true, func(b *bent) {
			b.begin = func(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
				return b.bend(k, b.Memory.BeginTurn(ctx, f, k, seq), func(c *memChat) {
					for i := range c.waiting {
						c.waiting[i].Tries = 0
					}
				})
			}
		}},
		{"a claim counts tries", true, func(b *bent) {
			b.claim = func(ctx context.Context, shards []bot.Shard) (bot.Fence, error) {
				f, err := b.Memory.AcquireShards(ctx, shards)
				for _, n := range shards {
					for _, c := range b.shards[n].chats {
						for i := range c.waiting {
							c.waiting[i].Tries++
						}
					}
				}
				return f, err
			}
		}},
		{"a try is counted for all that waits in the chat", true, func(b *bent) {
			b.begin = func(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
				return b.bend(k, b.Memory.BeginTurn(ctx, f, k, seq), func(c *memChat) {
					for i := range c.waiting {
						if c.waiting[i].Seq != seq {
							c.waiting[i].Tries++
						}
					}
				})
			}
		}},
		{"anybody may begin", true, func(b *bent) {
			b.begin = func(ctx context.Context, _ bot.Fence, k bot.ChatKey, seq uint64) error {
				return b.Memory.BeginTurn(ctx, b.shards[k.Shard()].fence, k, seq)
			}
		}},
		{"what does not wait may begin", true, func(b *bent) {
			b.begin = func(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
				if err := b.Memory.BeginTurn(ctx, f, k, seq); !errors.Is(err, bot.ErrConflict) {
					return err
				}
				return nil
			}
		}},
		{"a claim takes every shard", true, func(b *bent) {
			b.claim = func(ctx context.Context, _ []bot.Shard) (bot.Fence, error) {
				return b.Memory.AcquireShards(ctx, allShards())
			}
		}},
		{"fences do not rise", true, func(b *bent) {
			b.claim = func(ctx context.Context, shards []bot.Shard) (bot.Fence, error) {
				b.claims.Lock()
				b.fence = 0
				b.claims.Unlock()
				return b.Memory.AcquireShards(ctx, shards)
			}
		}},
	}
}

// bend changes what is kept of a chat after a call that went well.
func (m *Memory) bend(k bot.ChatKey, err error, wrong func(*memChat)) error {
	if err != nil {
		return err
	}
	s := m.lock(k)
	defer s.mu.Unlock()
	wrong(s.chat(k))
	return nil
}

func bugsOfCare() []plantedBug {
	without := func(b *bent, wrong func(*memChat) bool) {
		b.owing = func(ctx context.Context, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
			all, err := b.Memory.PendingChats(ctx, n, after, limit)
			return slices.DeleteFunc(all, func(k bot.ChatKey) bool { return wrong(b.shards[n].chats[k]) }), err
		}
	}
	return []plantedBug{
		{"an effect is nothing owed", true, func(b *bent) {
			without(b, func(c *memChat) bool { return len(c.waiting) == 0 && len(c.letters) == 0 })
		}},
		{"a letter is nothing owed", true, func(b *bent) {
			without(b, func(c *memChat) bool { return len(c.waiting) == 0 && c.effect == nil })
		}},
		{"what waits is nothing owed", true, func(b *bent) {
			without(b, func(c *memChat) bool { return len(c.letters) == 0 && c.effect == nil })
		}},
		{"every chat is owed something", true, func(b *bent) {
			b.owing = func(ctx context.Context, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
				s := &b.shards[n]
				s.mu.Lock()
				for k := range s.chats {
					s.owing[k] = struct{}{}
				}
				s.mu.Unlock()
				return b.Memory.PendingChats(ctx, n, after, limit)
			}
		}},
		{"owing is listed from the key on", true, func(b *bent) {
			b.owing = func(ctx context.Context, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
				all, err := b.Memory.PendingChats(ctx, n, bot.ChatKey{}, 1<<30)
				all = slices.DeleteFunc(all, func(k bot.ChatKey) bool { return bytes.Compare(k[:], after[:]) < 0 })
				return all[:min(len(all), limit)], err
			}
		}},
		{"owing is listed backwards", true, func(b *bent) {
			b.owing = func(ctx context.Context, n bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
				all, err := b.Memory.PendingChats(ctx, n, after, limit)
				slices.Reverse(all)
				return all, err
			}
		}},
		{"the last value counts", false, func(b *bent) {
			b.once = func(ctx context.Context, name string, v []byte) ([]byte, error) {
				b.rest.mu.Lock()
				delete(b.rest.once, name)
				b.rest.mu.Unlock()
				return b.Memory.PutIfAbsent(ctx, name, v)
			}
		}},
		{"the sweep comes too early", true, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error { return b.Memory.Sweep(ctx, now.Add(time.Millisecond)) }
		}},
		{"the sweep comes too late", true, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error { return b.Memory.Sweep(ctx, now.Add(-time.Millisecond)) }
		}},
		{"the sweep takes what waits", false, func(b *bent) {
			b.sweep = func(ctx context.Context, now time.Time) error {
				for i := range b.shards {
					for k, c := range b.shards[i].chats {
						c.waiting = slices.DeleteFunc(c.waiting, func(w memWaiting) bool { return w.at.Before(now.Add(-bot.DedupWindow)) })
						b.shards[i].note(k, c)
					}
				}
				return b.Memory.Sweep(ctx, now)
			}
		}},
		{"the dead are listed the oldest first", true, func(b *bent) {
			b.dead = func(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
				all, err := b.Memory.Dead(ctx, limit)
				slices.Reverse(all)
				return all, err
			}
		}},
		{"the limit on the dead cuts off the newest", false, func(b *bent) {
			b.dead = func(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
				all, err := b.Memory.Dead(ctx, 1<<30)
				return all[max(0, len(all)-limit):], err
			}
		}},
		{"ping writes into a chat", true, func(b *bent) {
			b.ping = func(ctx context.Context) error {
				for i := range b.shards {
					for _, c := range b.shards[i].chats {
						c.version++
					}
				}
				return b.Memory.Ping(ctx)
			}
		}},
	}
}
