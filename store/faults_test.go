package store

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"llave/bot"
)

// plantedFault breaks one promise of a store.
type plantedFault struct {
	name  string
	model bool // the property, too, can see it
	plant fault
}

// chapter has the faults that the checks of some chapters of the suite must notice by themselves.
type chapter struct {
	checks []string // how their names begin
	faults []plantedFault
}

func chapters() []chapter {
	return []chapter{
		{[]string{"Accept/", "Load/", "Messages/"}, faultsOfAccept()},
		{[]string{"Commit/", "Refuse/"}, faultsOfCommit()},
		{[]string{"Letters/"}, faultsOfOutbox()},
		{[]string{"Timers/"}, faultsOfTimers()},
		{[]string{"Events/"}, faultsOfEvents()},
		{[]string{"Claim/"}, faultsOfClaim()},
		{[]string{"Owing/", "Care/"}, faultsOfCare()},
		{[]string{"Forget/"}, faultsOfForget()},
		{[]string{"Retry/", "Letters/purge"}, faultsOfRetry()},
		{[]string{"Hygiene/"}, slices.Concat(faultsOfTaking(), faultsOfReturning(), faultsOfEnding())},
	}
}

// letOthersGo gives concurrent calls the time to come as far.
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

func faultsOfAccept() []plantedFault {
	return []plantedFault{
		{"every arrival is new", true, func(b *faultyStore) {
			b.accept = func(ctx ctxt, a bot.Arrival) (bot.Receipt, error) { b.forgetID(a); return b.Memory.Accept(ctx, a) }
		}},
		{"an id is known in all chats", true, func(b *faultyStore) {
			var mu sync.Mutex
			known := map[[16]byte]bot.ChatKey{}
			b.accept = func(ctx ctxt, a bot.Arrival) (bot.Receipt, error) {
				mu.Lock()
				defer mu.Unlock()
				if k, ok := known[a.ID]; ok && k != a.Chat {
					return bot.Receipt{}, nil
				}
				known[a.ID] = a.Chat
				return b.Memory.Accept(ctx, a)
			}
		}},
		{"an id is forgotten when its chat is answered", true, onCommit(nil, func(_ *faultyStore, s *memShard, _ *memChat, t bot.Turn) {
			maps.DeleteFunc(s.seen, func(k seenKey, _ time.Time) bool { return k.chat == t.Chat })
		})},
		{"looking for an id and keeping it are two steps", false, func(b *faultyStore) {
			var known sync.Map
			b.accept = func(ctx ctxt, a bot.Arrival) (bot.Receipt, error) {
				_, dup := known.Load(seenKey{a.Chat, a.ID})
				letOthersGo()
				known.Store(seenKey{a.Chat, a.ID}, true)
				if !dup {
					b.forgetID(a)
				}
				return b.Memory.Accept(ctx, a)
			}
		}},
		{"Seq is counted by chat", true, func(b *faultyStore) {
			counts := map[bot.ChatKey]uint64{}
			b.accept = func(ctx ctxt, a bot.Arrival) (r bot.Receipt, err error) {
				b.in(a.Chat, func(s *memShard, _ *memChat) { s.seq = counts[a.Chat] })
				r, err = b.Memory.Accept(ctx, a)
				b.in(a.Chat, func(s *memShard, _ *memChat) { counts[a.Chat] = s.seq })
				return r, err
			}
		}},
		{"the receipt knows no session", true, afterAccept(func(_ *memShard, _ *memChat, _ bot.Arrival, r *bot.Receipt) { *r = bot.Receipt{Seq: r.Seq} })},
		{"a look at an unknown chat makes it known", true, func(b *faultyStore) {
			b.load = func(ctx ctxt, k bot.ChatKey) (bot.Chat, error) {
				b.in(k, func(_ *memShard, c *memChat) {
					if c.effect == nil && c.version == 0 {
						c.effect = []byte{}
					}
				})
				return b.Memory.Load(ctx, k)
			}
		}},
		{"Messages returns everything", false, afterMessages(func(kept, _ []bot.OutboxMessage, _ uint64, _ int) []bot.OutboxMessage { return slices.Clone(kept) })},
		{"Messages forgets the first message", false, afterMessages(func(kept, page []bot.OutboxMessage, from uint64, limit int) []bot.OutboxMessage {
			if len(page) > 0 && page[0].N == from && from > 0 {
				return page[1:]
			}
			return page
		})},
		{"Messages begins at the beginning", false, afterMessages(func(kept, page []bot.OutboxMessage, _ uint64, limit int) []bot.OutboxMessage {
			return slices.Clone(kept[:min(limit, len(kept))])
		})},
		{"the newest message is returned first", true, afterMessages(func(_, page []bot.OutboxMessage, _ uint64, _ int) []bot.OutboxMessage {
			slices.Reverse(page)
			return page
		})},
		{"Load looks twice", false, func(b *faultyStore) {
			b.load = func(ctx ctxt, k bot.ChatKey) (bot.Chat, error) {
				first, err := b.Memory.Load(ctx, k)
				c := first
				for n := 0; n < 3000 && err == nil && c.Version == first.Version; n++ {
					runtime.Gosched() // until a turn comes between, if there is one on its way
					c, err = b.Memory.Load(ctx, k)
				}
				c.Effect = first.Effect
				return c, err
			}
		}},
		{"the newest update is returned first", true, afterLoad(func(_ *memChat, c *bot.Chat) { slices.Reverse(c.Waiting) })},
	}
}

func faultsOfCommit() []plantedFault {
	setTimers := func(_ *faultyStore, s *memShard, c *memChat, t bot.Turn) {
		for _, set := range t.Timers {
			s.setTimer(t.Chat, c, set)
		}
	}
	return []plantedFault{
		{"a conflict sets timers", true, onCommit(bot.ErrConflict, setTimers)},
		{"a fenced turn sets timers", true, onCommit(bot.ErrFenced, setTimers)},
		{"a conflict uses up numbers of events", true, onCommit(bot.ErrConflict, func(_ *faultyStore, s *memShard, _ *memChat, t bot.Turn) {
			s.event += uint64(len(t.Events))
			s.events = s.events[:0]
		})},
		{"a conflict purges", true, onCommit(bot.ErrConflict, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			if t.Purge {
				c.outbox = nil
			}
		})},
		{"a conflict takes the update", true, onCommit(bot.ErrConflict, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			c.waiting = slices.DeleteFunc(c.waiting, func(w memWaiting) bool { return w.Seq == t.Update })
		})},
		{"a conflict clears the effect", true, onCommit(bot.ErrConflict, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) { c.effect = t.Effect })},
		{"a fenced turn leaves a dead letter", true, onCommit(bot.ErrFenced, func(b *faultyStore, _ *memShard, _ *memChat, t bot.Turn) {
			if t.Quarantine != "" {
				b.rest.add(bot.DeadLetter{Chat: t.Chat, Body: t.QuarantinedBody})
			}
		})},
		{"the version is not compared", true, beforeCommit(func(c *memChat, t *bot.Turn) { t.Base = c.version })},
		{"an older version is good enough", false, beforeCommit(func(c *memChat, t *bot.Turn) { t.Base = max(t.Base, c.version) })},
		{"the fence is not compared", true, func(b *faultyStore) {
			b.commit = func(ctx ctxt, t bot.Turn) error { t.Fence = b.fenceOf(t.Chat); return b.Memory.Commit(ctx, t) }
		}},
		{"a greater fence of another shard is good", true, func(b *faultyStore) {
			b.commit = func(ctx ctxt, t bot.Turn) error {
				t.Fence = min(t.Fence, b.fenceOf(t.Chat))
				return b.Memory.Commit(ctx, t)
			}
		}},
		{"an update that does not wait can be answered", true, beforeCommit(func(c *memChat, t *bot.Turn) {
			if !slices.ContainsFunc(c.waiting, func(w memWaiting) bool { return w.Seq == t.Update }) {
				t.Update = 0
			}
		})},
		{"an answer takes earlier updates along", true, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			c.waiting = slices.DeleteFunc(c.waiting, func(w memWaiting) bool { return w.Seq < t.Update })
		})},
		{"a pending effect is never cleared", true, beforeCommit(func(c *memChat, t *bot.Turn) {
			if t.Effect == nil {
				t.Effect = c.effect
			}
		})},
		{"comparing and writing are two steps", false, func(b *faultyStore) {
			b.commit = func(ctx ctxt, t bot.Turn) error {
				var same bool
				b.in(t.Chat, func(_ *memShard, c *memChat) { same = c.version == t.Base })
				letOthersGo()
				b.in(t.Chat, func(_ *memShard, c *memChat) {
					if same {
						t.Base, t.Update = c.version, 0
					}
				})
				return b.Memory.Commit(ctx, t)
			}
		}},
		{"a quarantined update leaves no dead letter", true, beforeCommit(func(_ *memChat, t *bot.Turn) { t.Quarantine = "" })},
		{"a quarantined update goes on waiting", true, beforeCommit(func(_ *memChat, t *bot.Turn) {
			if t.Quarantine != "" {
				t.Update = 0
			}
		})},
		{"too many replies are cut off", false, func(b *faultyStore) {
			b.commit = func(ctx ctxt, t bot.Turn) error {
				t.Replies = t.Replies[:min(len(t.Replies), MaxReplies)]
				return b.Memory.Commit(ctx, t)
			}
		}},
	}
}

func (m *Memory) fenceOf(k bot.ChatKey) bot.Fence {
	s := m.lock(k)
	defer s.mu.Unlock()
	return s.fence
}

// missing reports whether the outbox message of a result is not there.
func (m *Memory) missing(r bot.DeliveryResult) bool {
	s := m.lock(r.Chat)
	defer s.mu.Unlock()
	_, found := slices.BinarySearchFunc(s.chat(r.Chat).outbox, r.N, byNumber)
	return !found
}

func faultsOfOutbox() []plantedFault {
	swap := func(from, to bot.DeliveryState) fault {
		return eachResult(func(r *bot.DeliveryResult) {
			if r.State == from {
				r.State = to
			}
		})
	}
	return []plantedFault{
		{"messages are numbered from zero in every turn", true, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, _ bot.Turn) {
			for i := range c.outbox {
				c.outbox[i].N &= 0xff
			}
		})},
		{"purge takes the turn's own messages", true, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			if t.Purge {
				c.outbox = nil
			}
		})},
		{"purge takes nothing", true, beforeCommit(func(_ *memChat, t *bot.Turn) { t.Purge = false })},
		{"every turn purges", true, beforeCommit(func(_ *memChat, t *bot.Turn) { t.Purge = true })},
		{"a purge keeps nothing", true, beforeCommit(func(c *memChat, t *bot.Turn) { c.kept = nil })},
		{"what is kept outlives one purge", true, onCommit(nil, func(_ *faultyStore, _ *memShard, c *memChat, t bot.Turn) {
			if t.Purge {
				c.kept = nil
			}
		})},
		{"an event of a result is lost", true, eachResult(func(r *bot.DeliveryResult) { r.Event = nil })},
		{"an event of a result is logged twice", true, func(b *faultyStore) {
			b.record = func(ctx ctxt, results []bot.DeliveryResult) error {
				for _, r := range results {
					if r.Event != nil {
						s := b.lock(r.Chat)
						s.log(r.Chat, r.Event)
						s.mu.Unlock()
					}
				}
				return b.Memory.RecordDelivery(ctx, results)
			}
		}},
		{"a dead letter is forgotten", true, swap(bot.DeadLettered, bot.Delivered)},
		{"a delivered message is a dead letter", true, swap(bot.Delivered, bot.DeadLettered)},
		{"an attempt forgets its time", true, eachResult(func(r *bot.DeliveryResult) { r.Due = time.Time{} })},
		{"an attempt is not counted", true, eachResult(func(r *bot.DeliveryResult) { r.Tries = 1 })},
		{"the reason is lost", true, eachResult(func(r *bot.DeliveryResult) { r.Reason = "" })},
		{"a result of an earlier holder is noted", true, func(b *faultyStore) {
			eachResult(func(r *bot.DeliveryResult) { r.Fence = b.shards[r.Chat.Shard()].fence })(b)
		}},
		{"a result of an earlier holder is noted, and refused", true, func(b *faultyStore) {
			b.record = func(ctx ctxt, results []bot.DeliveryResult) error {
				err := b.Memory.RecordDelivery(ctx, results)
				results = slices.Clone(results)
				for i := range results {
					results[i].Fence = b.shards[results[i].Chat.Shard()].fence
				}
				_ = b.Memory.RecordDelivery(ctx, results)
				return err
			}
		}},
		{"only the first result counts", true, func(b *faultyStore) {
			b.record = func(ctx ctxt, r []bot.DeliveryResult) error { return b.Memory.RecordDelivery(ctx, r[:min(len(r), 1)]) }
		}},
		{"a missing message is an error", true, func(b *faultyStore) {
			b.record = func(ctx ctxt, results []bot.DeliveryResult) error {
				if slices.ContainsFunc(results, b.missing) {
					return bot.ErrConflict
				}
				return b.Memory.RecordDelivery(ctx, results)
			}
		}},
		{"a missing message makes a dead letter", true, func(b *faultyStore) {
			b.record = func(ctx ctxt, results []bot.DeliveryResult) error {
				for _, r := range results {
					if r.State == bot.DeadLettered && b.missing(r) {
						b.rest.add(bot.DeadLetter{Chat: r.Chat, At: r.At})
					}
				}
				return b.Memory.RecordDelivery(ctx, results)
			}
		}},
	}
}

func faultsOfClaim() []plantedFault {
	afterBegin := func(wrong func(w *memWaiting, begun bool)) fault {
		return func(b *faultyStore) {
			b.begin = func(ctx ctxt, f bot.Fence, k bot.ChatKey, seq uint64) error {
				err := b.Memory.BeginTurn(ctx, f, k, seq)
				if err == nil {
					b.in(k, func(_ *memShard, c *memChat) {
						for i := range c.waiting {
							wrong(&c.waiting[i], c.waiting[i].Seq == seq)
						}
					})
				}
				return err
			}
		}
	}
	return []plantedFault{
		{"tries are not counted", true, afterBegin(func(w *memWaiting, _ bool) { w.Tries = 0 })},
		{"a try is counted for all updates of the chat", true, afterBegin(func(w *memWaiting, begun bool) {
			if !begun {
				w.Tries++
			}
		})},
		{"a claim counts tries", true, func(b *faultyStore) {
			b.claim = func(ctx ctxt, shards []bot.Shard) (bot.Fence, error) {
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
		{"a turn begins under any fence", true, func(b *faultyStore) {
			b.begin = func(ctx ctxt, _ bot.Fence, k bot.ChatKey, seq uint64) error {
				return b.Memory.BeginTurn(ctx, b.fenceOf(k), k, seq)
			}
		}},
		{"an update that does not wait may begin", true, func(b *faultyStore) {
			b.begin = func(ctx ctxt, f bot.Fence, k bot.ChatKey, seq uint64) error {
				if err := b.Memory.BeginTurn(ctx, f, k, seq); !errors.Is(err, bot.ErrConflict) {
					return err
				}
				return nil
			}
		}},
		{"a claim takes every shard", true, func(b *faultyStore) {
			b.claim = func(ctx ctxt, _ []bot.Shard) (bot.Fence, error) { return b.Memory.AcquireShards(ctx, allShards()) }
		}},
		{"fences do not rise", true, func(b *faultyStore) {
			b.claim = func(ctx ctxt, shards []bot.Shard) (bot.Fence, error) {
				b.claims.Lock()
				b.fence = 0
				b.claims.Unlock()
				return b.Memory.AcquireShards(ctx, shards)
			}
		}},
	}
}
