package store

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"llave/bot"
)

// plantedBug breaks one promise of a store.
type plantedBug struct {
	name  string
	model bool // the property, too, can see it
	plant func(*bent)
}

// chapter is the bugs that the checks of some chapters of the suite must notice by themselves.
type chapter struct {
	checks []string // how their names begin
	bugs   []plantedBug
}

func plantedBugs() []chapter {
	return []chapter{
		{[]string{"Accept/", "Load/"}, bugsOfAccept()},
		{[]string{"Commit/", "Refuse/"}, bugsOfCommit()},
		{[]string{"Letters/"}, bugsOfLetters()},
		{[]string{"Timers/"}, bugsOfTimers()},
		{[]string{"Events/"}, bugsOfEvents()},
		{[]string{"Claim/"}, bugsOfClaim()},
		{[]string{"Owing/", "Care/"}, bugsOfCare()},
		{[]string{"Forget/"}, bugsOfForget()},
		{[]string{"Retry/", "Letters/purge"}, bugsOfRetry()},
		{[]string{"Hygiene/"}, bugsOfHygiene()},
	}
}

// letOthersGo gives everybody who is about to do the same the time to come as far.
func letOthersGo() {
	for range 300 {
		runtime.Gosched()
	}
}

// forgetID makes a store accept an arrival that it knows.
func (m *Memory) forgetID(a bot.Arrival) {
	s := m.lock(a.Chat)
	defer s.mu.Unlock()
	delete(s.seen, seenKey{a.Chat, a.ID})
}

func bugsOfAccept() []plantedBug {
	return []plantedBug{
		{"every arrival is new", true, func(b *bent) {
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				b.forgetID(a)
				return b.Memory.Accept(ctx, a)
			}
		}},
		{"an id is known in all chats", true, func(b *bent) {
			var mu sync.Mutex
			known := map[[16]byte]bot.ChatKey{}
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				mu.Lock()
				defer mu.Unlock()
				if k, ok := known[a.ID]; ok && k != a.Chat {
					return bot.Receipt{}, nil
				}
				known[a.ID] = a.Chat
				return b.Memory.Accept(ctx, a)
			}
		}},
		{"an id is forgotten when its chat is answered", true, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				err := b.Memory.Commit(ctx, t)
				s := b.lock(t.Chat)
				defer s.mu.Unlock()
				maps.DeleteFunc(s.seen, func(k seenKey, _ time.Time) bool { return err == nil && k.chat == t.Chat })
				return err
			}
		}},
		{"looking for an id and keeping it are two steps", false, func(b *bent) {
			var known sync.Map
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				_, dup := known.Load(seenKey{a.Chat, a.ID})
				letOthersGo()
				known.Store(seenKey{a.Chat, a.ID}, true)
				if !dup {
					b.forgetID(a)
				}
				return b.Memory.Accept(ctx, a)
			}
		}},
		{"Seq is counted by chat", true, func(b *bent) {
			counts := map[bot.ChatKey]uint64{}
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				s := b.lock(a.Chat)
				s.seq = counts[a.Chat]
				s.mu.Unlock()
				r, err := b.Memory.Accept(ctx, a)
				s = b.lock(a.Chat)
				defer s.mu.Unlock()
				counts[a.Chat] = s.seq
				return r, err
			}
		}},
		{"the receipt knows no session", true, func(b *bent) {
			b.accept = func(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
				r, err := b.Memory.Accept(ctx, a)
				return bot.Receipt{Seq: r.Seq}, err
			}
		}},
		{"a look at an unknown chat makes it known", true, func(b *bent) {
			b.load = func(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
				s := b.lock(k)
				c := s.chat(k)
				if c.effect == nil && c.version == 0 {
					c.effect = []byte{}
				}
				s.note(k, c)
				s.mu.Unlock()
				return b.Memory.Load(ctx, k)
			}
		}},
		{"Load returns everything", false, func(b *bent) {
			b.load = func(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
				c, err := b.Memory.Load(ctx, k)
				s := b.lock(k)
				defer s.mu.Unlock()
				c.Outbox = slices.Clone(s.chat(k).letters)
				return c, err
			}
		}},
		{"Load looks twice", false, func(b *bent) {
			b.load = func(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
				first, err := b.Memory.Load(ctx, k)
				c := first
				for n := 0; n < 3000 && err == nil && c.Version == first.Version; n++ {
					runtime.Gosched() // until a turn comes between, if there is one on its way
					c, err = b.Memory.Load(ctx, k)
				}
				c.Outbox = first.Outbox
				return c, err
			}
		}},
		{"what waits is returned the newest first", true, func(b *bent) {
			b.load = func(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
				c, err := b.Memory.Load(ctx, k)
				slices.Reverse(c.Waiting)
				return c, err
			}
		}},
	}
}

// onRefusal does something wrong after a refusal.
func onRefusal(b *bent, want error, wrong func(*memShard, *memChat, bot.Turn)) {
	b.commit = func(ctx context.Context, t bot.Turn) error {
		err := b.Memory.Commit(ctx, t)
		if errors.Is(err, want) {
			s := b.lock(t.Chat)
			defer s.mu.Unlock()
			c := s.chat(t.Chat)
			wrong(s, c, t)
			s.note(t.Chat, c)
		}
		return err
	}
}

// beforeCommit changes the turn, with what the store holds in view, before it is committed.
func beforeCommit(b *bent, wrong func(*memShard, *memChat, *bot.Turn)) {
	b.commit = func(ctx context.Context, t bot.Turn) error {
		s := b.lock(t.Chat)
		if c := s.chats[t.Chat]; c != nil {
			wrong(s, c, &t)
		}
		s.mu.Unlock()
		return b.Memory.Commit(ctx, t)
	}
}

func bugsOfCommit() []plantedBug {
	setTimers := func(s *memShard, c *memChat, t bot.Turn) {
		for _, set := range t.Timers {
			s.setTimer(t.Chat, c, set)
		}
	}
	return []plantedBug{
		{"a conflict sets timers", true, func(b *bent) { onRefusal(b, bot.ErrConflict, setTimers) }},
		{"a fenced turn sets timers", true, func(b *bent) { onRefusal(b, bot.ErrFenced, setTimers) }},
		{"a conflict uses up numbers of events", true, func(b *bent) {
			onRefusal(b, bot.ErrConflict, func(s *memShard, _ *memChat, t bot.Turn) {
				for range t.Events {
					s.event++
					s.events = append(s.events, bot.Event{})
					s.events = s.events[:0]
				}
			})
		}},
		{"a conflict purges", true, func(b *bent) {
			onRefusal(b, bot.ErrConflict, func(_ *memShard, c *memChat, t bot.Turn) {
				if t.Purge {
					c.letters = nil
				}
			})
		}},
		{"a conflict takes the update", true, func(b *bent) {
			onRefusal(b, bot.ErrConflict, func(_ *memShard, c *memChat, t bot.Turn) {
				c.waiting = slices.DeleteFunc(c.waiting, func(w memWaiting) bool { return w.Seq == t.Update })
			})
		}},
		{"a conflict clears the effect", true, func(b *bent) {
			onRefusal(b, bot.ErrConflict, func(_ *memShard, c *memChat, t bot.Turn) { c.effect = t.Effect })
		}},
		{"a fenced turn leaves a dead letter", true, func(b *bent) {
			onRefusal(b, bot.ErrFenced, func(_ *memShard, _ *memChat, t bot.Turn) {
				if t.Quarantine != "" {
					b.rest.bury(bot.DeadLetter{Chat: t.Chat, Body: t.QuarantinedBody})
				}
			})
		}},
		{"the version is not compared", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) { t.Base = c.version })
		}},
		{"an older version is good enough", false, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) { t.Base = max(t.Base, c.version) })
		}},
		{"the fence is not compared", true, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				s := b.lock(t.Chat)
				t.Fence = s.fence
				s.mu.Unlock()
				return b.Memory.Commit(ctx, t)
			}
		}},
		{"a greater fence of another shard is good", true, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				s := b.lock(t.Chat)
				if t.Fence > s.fence {
					t.Fence = s.fence
				}
				s.mu.Unlock()
				return b.Memory.Commit(ctx, t)
			}
		}},
		{"an update that does not wait can be answered", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) {
				if !slices.ContainsFunc(c.waiting, func(w memWaiting) bool { return w.Seq == t.Update }) {
					t.Update = 0
				}
			})
		}},
		{"an answer takes what waited before it along", true, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				err := b.Memory.Commit(ctx, t)
				s := b.lock(t.Chat)
				defer s.mu.Unlock()
				if c := s.chat(t.Chat); err == nil {
					c.waiting = slices.DeleteFunc(c.waiting, func(w memWaiting) bool { return w.Seq < t.Update })
					s.note(t.Chat, c)
				}
				return err
			}
		}},
		{"a pending effect is never cleared", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, c *memChat, t *bot.Turn) {
				if t.Effect == nil {
					t.Effect = c.effect
				}
			})
		}},
		{"comparing and writing are two steps", false, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				s := b.lock(t.Chat)
				same := s.chat(t.Chat).version == t.Base
				s.mu.Unlock()
				letOthersGo()
				s = b.lock(t.Chat)
				if same {
					t.Base = s.chat(t.Chat).version
					t.Update = 0
				}
				s.mu.Unlock()
				return b.Memory.Commit(ctx, t)
			}
		}},
		{"what is set aside leaves no dead letter", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, _ *memChat, t *bot.Turn) { t.Quarantine = "" })
		}},
		{"what is set aside goes on waiting", true, func(b *bent) {
			beforeCommit(b, func(_ *memShard, _ *memChat, t *bot.Turn) {
				if t.Quarantine != "" {
					t.Update = 0
				}
			})
		}},
		{"too many replies are cut off", false, func(b *bent) {
			b.commit = func(ctx context.Context, t bot.Turn) error {
				t.Replies = t.Replies[:min(len(t.Replies), MaxReplies)]
				return b.Memory.Commit(ctx, t)
			}
		}},
	}
}
