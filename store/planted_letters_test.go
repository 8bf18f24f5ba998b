package store

import (
	"context"
	"slices"
	"time"

	"llave/bot"
)

// afterCommit does something wrong to a chat whose turn was written.
func afterCommit(b *bent, wrong func(*memShard, *memChat, bot.Turn)) {
	b.commit = func(ctx context.Context, t bot.Turn) error {
		err := b.Memory.Commit(ctx, t)
		if err == nil {
			s := b.lock(t.Chat)
			defer s.mu.Unlock()
			c := s.chat(t.Chat)
			wrong(s, c, t)
			s.note(t.Chat, c)
		}
		return err
	}
}

func bugsOfLetters() []plantedBug {
	eachMark := func(b *bent, wrong func(*bot.DeliveryResult)) {
		b.mark = func(ctx context.Context, marks []bot.DeliveryResult) error {
			marks = slices.Clone(marks)
			for i := range marks {
				wrong(&marks[i])
			}
			return b.Memory.RecordDelivery(ctx, marks)
		}
	}
	return []plantedBug{
		{"letters are numbered from zero in every turn", true, func(b *bent) {
			afterCommit(b, func(_ *memShard, c *memChat, _ bot.Turn) {
				for i := range c.letters {
					c.letters[i].N &= 0xff
				}
			})
		}},
		{"purge takes the turn's own letters", true, func(b *bent) {
			afterCommit(b, func(_ *memShard, c *memChat, t bot.Turn) {
				if t.Purge {
					c.letters = nil
				}
			})
		}},
		{"purge takes nothing", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, _ *memChat, t *bot.Turn) { t.Purge = false })
		}},
		{"every turn purges", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, _ *memChat, t *bot.Turn) { t.Purge = true })
		}},
		{"what is given up is forgotten", true, func(b *bent) {
			eachMark(b, func(k *bot.DeliveryResult) {
				if k.State == bot.DeadLettered {
					k.State = bot.Delivered
				}
			})
		}},
		{"what is sent is kept among the dead", true, func(b *bent) {
			eachMark(b, func(k *bot.DeliveryResult) {
				if k.State == bot.Delivered {
					k.State = bot.DeadLettered
				}
			})
		}},
		{"an attempt forgets its hour", true, func(b *bent) { eachMark(b, func(k *bot.DeliveryResult) { k.Due = time.Time{} }) }},
		{"an attempt is not counted", true, func(b *bent) { eachMark(b, func(k *bot.DeliveryResult) { k.Tries = 1 }) }},
		{"the reason is lost", true, func(b *bent) { eachMark(b, func(k *bot.DeliveryResult) { k.Reason = "" }) }},
		{"only the first mark counts", true, func(b *bent) {
			b.mark = func(ctx context.Context, marks []bot.DeliveryResult) error {
				return b.Memory.RecordDelivery(ctx, marks[:min(len(marks), 1)])
			}
		}},
		{"a missing letter is an error", true, func(b *bent) {
			b.mark = func(ctx context.Context, marks []bot.DeliveryResult) error {
				for _, k := range marks {
					s := b.lock(k.Chat)
					_, found := slices.BinarySearchFunc(s.chat(k.Chat).letters, k.N, byNumber)
					s.mu.Unlock()
					if !found {
						return bot.ErrConflict
					}
				}
				return b.Memory.RecordDelivery(ctx, marks)
			}
		}},
		{"giving up what is not there makes a dead letter", true, func(b *bent) {
			b.mark = func(ctx context.Context, marks []bot.DeliveryResult) error {
				for _, k := range marks {
					s := b.lock(k.Chat)
					_, found := slices.BinarySearchFunc(s.chat(k.Chat).letters, k.N, byNumber)
					s.mu.Unlock()
					if !found && k.State == bot.DeadLettered {
						b.rest.bury(bot.DeadLetter{Chat: k.Chat, At: k.At})
					}
				}
				return b.Memory.RecordDelivery(ctx, marks)
			}
		}},
	}
}

func bugsOfTimers() []plantedBug {
	return []plantedBug{
		{"a timer is not cancelled", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, _ *memChat, t *bot.Turn) {
				t.Timers = slices.DeleteFunc(slices.Clone(t.Timers), func(set bot.TimerSet) bool { return set.Due.IsZero() })
			})
		}},
		{"a timer is set once and for all", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) {
				t.Timers = slices.DeleteFunc(slices.Clone(t.Timers), func(set bot.TimerSet) bool {
					return !set.Due.IsZero() && c.timers[set.Name] != nil
				})
			})
		}},
		{"a turn cancels the timers that it does not name", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) {
				var all []bot.TimerSet
				for name := range c.timers {
					all = append(all, bot.TimerSet{Name: name})
				}
				t.Timers = append(all, t.Timers...)
			})
		}},
		{"a timer is due a moment late", true, func(b *bent) {
			b.due = func(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				return b.Memory.Due(ctx, now.Add(-time.Millisecond), after, n)
			}
		}},
		{"a timer is due a moment early", true, func(b *bent) {
			b.due = func(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				return b.Memory.Due(ctx, now.Add(time.Millisecond), after, n)
			}
		}},
		{"timers are listed from the beginning each time", false, func(b *bent) {
			b.due = func(ctx context.Context, now time.Time, _ bot.TimerDue, n int) ([]bot.TimerDue, error) {
				return b.Memory.Due(ctx, now, bot.TimerDue{}, n)
			}
		}},
		{"timers of one hour are listed on one page or not at all", false, func(b *bent) {
			b.due = func(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				due, err := b.Memory.Due(ctx, now, after, 1<<30)
				due = slices.DeleteFunc(due, func(t bot.TimerDue) bool { return t.Due.Equal(after.Due) })
				return due[:min(len(due), n)], err
			}
		}},
		{"the limit cuts off the earliest", false, func(b *bent) {
			b.due = func(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				all, err := b.Memory.Due(ctx, now, after, 1<<30)
				return all[max(0, len(all)-n):], err
			}
		}},
		{"a timer is listed once", true, func(b *bent) {
			listed := map[bot.ChatKey]int{}
			b.due = func(ctx context.Context, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
				all, err := b.Memory.Due(ctx, now, after, n)
				return slices.DeleteFunc(all, func(d bot.TimerDue) bool {
					listed[d.Chat]++
					return listed[d.Chat] > 2
				}), err
			}
		}},
	}
}
