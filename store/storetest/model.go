package storetest

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"time"

	"llave/bot"
)

// model is what a store is, as plainly as it can be said: no locks, no limits, no speed. It trusts its caller
// with the order of things and keeps everything in lists.
type model struct {
	chats   map[bot.ChatKey]*modelChat
	seen    map[bot.ChatKey]map[[16]byte]time.Time
	fences  map[bot.Shard]bot.Fence
	issued  []bot.Fence
	events  map[bot.Shard][]bot.Event // ever
	trimmed map[bot.Shard]uint64
	lastSeq map[bot.Shard]uint64
	dead    []bot.DeadLetter
}

type modelChat struct {
	held
	at     map[uint64]time.Time // of what waits, or waited
	keep   map[uint64]bool      // numbers of messages that a purge leaves
	timers map[string]bot.TimerSet

	forget, review time.Time
}

// idle says that nothing is owed in a chat and no timer is set.
func (c *modelChat) idle() bool {
	return len(c.Waiting) == 0 && len(c.Outbox) == 0 && c.Effect == nil && len(c.timers) == 0
}

func newModel() *model {
	return &model{
		chats: map[bot.ChatKey]*modelChat{}, seen: map[bot.ChatKey]map[[16]byte]time.Time{},
		fences: map[bot.Shard]bot.Fence{}, events: map[bot.Shard][]bot.Event{},
		trimmed: map[bot.Shard]uint64{}, lastSeq: map[bot.Shard]uint64{},
	}
}

func (m *model) chat(k bot.ChatKey) *modelChat {
	if m.chats[k] == nil {
		m.chats[k] = &modelChat{at: map[uint64]time.Time{}, keep: map[uint64]bool{}, timers: map[string]bot.TimerSet{}}
		m.seen[k] = map[[16]byte]time.Time{}
	}
	return m.chats[k]
}

func (m *model) accept(a bot.Arrival, seq uint64) {
	c := m.chat(a.Chat)
	m.seen[a.Chat][a.ID] = a.At
	m.lastSeq[a.Chat.Shard()] = seq
	c.at[seq] = a.At
	c.Waiting = append(c.Waiting, bot.Waiting{Seq: seq, Body: a.Body})
}

// judge says which refusals a turn may meet; none means that it must be taken.
func (m *model) judge(t bot.Turn) (allowed []error) {
	if m.fences[t.Chat.Shard()] != t.Fence {
		allowed = append(allowed, bot.ErrFenced)
	}
	c := m.chat(t.Chat)
	waits := slices.ContainsFunc(c.Waiting, func(u bot.Waiting) bool { return u.Seq == t.Update })
	if c.Version != t.Base || t.Update != 0 && !waits {
		allowed = append(allowed, bot.ErrConflict)
	}
	return allowed
}

func (m *model) commit(t bot.Turn) {
	c := m.chat(t.Chat)
	c.Version, c.Session, c.Effect = t.Base+1, t.Session, t.Effect
	c.forget, c.review = t.Forget, t.Review
	c.Waiting = orNil(slices.DeleteFunc(c.Waiting, func(u bot.Waiting) bool { return u.Seq == t.Update }))
	if t.Purge {
		c.Outbox = orNil(slices.DeleteFunc(c.Outbox, func(l bot.OutboxMessage) bool { return !c.keep[l.N] }))
		for i := range m.dead {
			if d := &m.dead[i]; d.Chat == t.Chat && d.Kind == bot.DeadReply {
				d.Body = nil
			}
		}
	}
	for i, b := range t.Replies {
		n := t.Base*256 + uint64(i)
		c.Outbox = append(c.Outbox, bot.OutboxMessage{Chat: t.Chat, N: n, Body: b})
		c.keep[n] = t.Keep&(1<<i) != 0
	}
	for _, b := range t.Events {
		m.happen(t.Chat, b)
	}
	for _, set := range t.Timers {
		delete(c.timers, set.Name)
		if !set.Due.IsZero() {
			c.timers[set.Name] = set
		}
	}
	if t.Quarantine != "" {
		m.bury(bot.DeadLetter{Kind: bot.DeadUpdate, Chat: t.Chat, Reason: t.Quarantine, At: c.at[t.Update], Body: t.QuarantinedBody})
	}
	for _, u := range t.Unreadable {
		m.bury(bot.DeadLetter{Kind: u.Kind, Chat: t.Chat, Name: u.Name, Reason: u.Reason, At: u.At, Body: u.Body})
	}
}

func (m *model) happen(k bot.ChatKey, body []byte) {
	s := k.Shard()
	m.events[s] = append(m.events[s], bot.Event{Seq: uint64(len(m.events[s]) + 1), Chat: k, Body: body})
}

func (m *model) bury(d bot.DeadLetter) { m.dead = append([]bot.DeadLetter{d}, m.dead...) }

func (m *model) mark(k bot.DeliveryResult) {
	c := m.chat(k.Chat)
	at := slices.IndexFunc(c.Outbox, func(l bot.OutboxMessage) bool { return l.N == k.N })
	if at < 0 {
		return
	}
	if k.Event != nil {
		m.happen(k.Chat, k.Event)
	}
	if k.State == bot.Attempting {
		c.Outbox[at].Tries, c.Outbox[at].Due = k.Tries, k.Due
		return
	}
	if k.State == bot.DeadLettered {
		m.bury(bot.DeadLetter{Kind: bot.DeadReply, Chat: k.Chat, N: k.N, Reason: k.Reason, At: k.At, Body: c.Outbox[at].Body})
	}
	c.Outbox = orNil(slices.Delete(c.Outbox, at, at+1))
}

func (m *model) claim(f bot.Fence, shards []bot.Shard) {
	m.issued = append(m.issued, f)
	for _, s := range shards {
		m.fences[s] = f
	}
}

// begin returns the refusal, if the store must give one.
func (m *model) begin(k bot.ChatKey, seq uint64, f bot.Fence) error {
	if m.fences[k.Shard()] != f {
		return bot.ErrFenced
	}
	c := m.chat(k)
	for i := range c.Waiting {
		if c.Waiting[i].Seq == seq {
			c.Waiting[i].Tries++
			return nil
		}
	}
	return bot.ErrConflict
}

func (m *model) sweep(now time.Time) {
	before := now.Add(-bot.DedupWindow)
	for _, ids := range m.seen {
		for id, at := range ids {
			if at.Before(before) {
				delete(ids, id)
			}
		}
	}
	m.dead = slices.DeleteFunc(m.dead, func(d bot.DeadLetter) bool { return d.At.Before(now.Add(-bot.DeadLetterRetention)) })
	for k, c := range m.chats {
		if !c.forget.IsZero() && !c.forget.After(now) && c.idle() {
			m.forget(k)
		}
	}
}

func (m *model) forget(k bot.ChatKey) {
	delete(m.chats, k)
	delete(m.seen, k)
	m.dead = slices.DeleteFunc(m.dead, func(d bot.DeadLetter) bool { return d.Chat == k })
	events := m.events[k.Shard()]
	for i := range events {
		if events[i].Chat == k {
			events[i].Body = nil
		}
	}
}

// idle lists the chats to be reviewed, in no order.
func (m *model) idle(now time.Time) (keys []bot.ChatKey) {
	for k, c := range m.chats {
		if !c.review.IsZero() && !c.review.After(now) && c.idle() {
			keys = append(keys, k)
		}
	}
	return keys
}

// picture is what a store that holds the same must look like.
func (m *model) picture(chats []bot.ChatKey) snapshot {
	p := snapshot{map[bot.ChatKey]held{}, map[bot.Shard][]bot.ChatKey{}, map[bot.Shard][]bot.Event{}, nil, nil}
	for _, k := range chats {
		c, s := m.chat(k), k.Shard()
		p.Chats[k] = c.held
		p.Events[s] = orNil(m.events[s][min(m.trimmed[s], uint64(len(m.events[s]))):])
		p.Pending[s] = slices.Clone(p.Pending[s])
		if len(c.Waiting) > 0 || len(c.Outbox) > 0 || c.Effect != nil {
			p.Pending[s] = append(p.Pending[s], k)
		}
		for _, set := range c.timers {
			p.Due = append(p.Due, bot.TimerDue{Chat: k, TimerSet: set})
		}
	}
	for _, keys := range p.Pending {
		slices.SortFunc(keys, func(a, b bot.ChatKey) int { return bytes.Compare(a[:], b[:]) })
	}
	slices.SortFunc(p.Due, compareTimers)
	p.Dead = orNil(slices.Clone(m.dead))
	slices.SortStableFunc(p.Dead, newestFirst)
	return p
}

// newestFirst orders the dead; those of one hour in an order that does not depend on the store.
func newestFirst(a, b bot.DeadLetter) int {
	return cmp.Or(b.At.Compare(a.At), bytes.Compare(a.Body, b.Body))
}

// closeIt closes a store that can be closed.
func closeIt(s bot.Store) {
	if c, ok := s.(io.Closer); ok {
		_ = c.Close() // whether it closes well is another check's business
	}
}
