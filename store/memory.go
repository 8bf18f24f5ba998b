package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
)

// Memory is a store that lasts as long as the process. It keeps every promise of [bot.Store] except that of
// surviving: it is what tests run on, and what shows how fast the engine itself is.
//
// Each shard has its own lock, and no operation of one chat takes another shard's.
type Memory struct {
	shards  [bot.Shards]memShard
	claims  sync.Mutex // makes one claim visible as a whole before the next: fences rise in every shard
	fence   bot.Fence
	rest    deadLetters
	swept   sweptCounters
	wakeups memWakeups
	closed  atomic.Bool
}

var _ bot.Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{}
	for i := range m.shards {
		s := &m.shards[i]
		s.chats = make(map[bot.ChatKey]*memChat)
		s.seen = make(map[seenKey]time.Time)
		s.pending = make(map[bot.ChatKey]struct{})
	}
	m.rest.once = make(map[string][]byte)
	m.rest.taken = make(map[string]uint64)
	m.rest.replicas = make(map[string]livingReplica)
	return m
}

// Close makes every later call fail with [bot.ErrClosed]. It may be called twice and never fails.
func (m *Memory) Close() error {
	m.closed.Store(true)
	return nil
}

// ready refuses a call on a closed store or under a context that is over.
func (m *Memory) ready(ctx context.Context, what string) error {
	if m.closed.Load() {
		return bot.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

type seenKey struct {
	chat bot.ChatKey
	id   [16]byte
}

type memShard struct {
	mu      sync.Mutex
	chats   map[bot.ChatKey]*memChat
	seen    map[seenKey]time.Time
	pending map[bot.ChatKey]struct{} // the chats for PendingChats: few among many
	timers  timerHeap
	timed   atomic.Bool // there are timers
	used    atomic.Bool // a chat of it was looked for
	fence   bot.Fence
	lease   memLease
	seq     uint64
	events  []bot.Event
	event   uint64 // number of the last one, trimmed or not
}

type memChat struct {
	version uint64
	session []byte
	waiting []memWaiting
	outbox  []bot.OutboxMessage
	kept    map[uint64]struct{} // numbers of unsent messages that a purge leaves; nil while there are none
	effect  []byte
	timers  map[string]*memTimer

	forget, review time.Time
}

type memWaiting struct {
	bot.Waiting
	at time.Time
}

func (c *memChat) owes() bool {
	return len(c.waiting) > 0 || len(c.outbox) > 0 || c.effect != nil
}

// lock returns the shard of a chat, locked.
func (m *Memory) lock(k bot.ChatKey) *memShard {
	s := &m.shards[k.Shard()]
	s.mu.Lock()
	s.used.Store(true)
	return s
}

// chat returns what is kept of a chat, making room for it if there is nothing.
func (s *memShard) chat(k bot.ChatKey) *memChat {
	c := s.chats[k]
	if c == nil {
		c = &memChat{}
		s.chats[k] = c
	}
	return c
}

// note keeps the list for PendingChats right after a change of a chat.
func (s *memShard) note(k bot.ChatKey, c *memChat) {
	if c.owes() {
		s.pending[k] = struct{}{}
	} else {
		delete(s.pending, k)
	}
}

// Accept keeps an arrival once. See [bot.Inbox].
func (m *Memory) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	if err := m.ready(ctx, "accept"); err != nil {
		return bot.Receipt{}, err
	}
	s := m.lock(a.Chat)
	defer s.mu.Unlock()
	c := s.chat(a.Chat)
	r := bot.Receipt{Version: c.version, Session: bytes.Clone(c.session), Fence: s.fence}
	key := seenKey{a.Chat, a.ID}
	if _, dup := s.seen[key]; dup {
		return r, nil
	}
	s.seen[key] = a.At
	if a.Fence != s.fence {
		s.lease.foreign++
	}
	if n := len(c.waiting); n > 0 {
		r.Before = c.waiting[n-1].Seq
	}
	s.seq++
	r.Seq = s.seq
	c.waiting = append(c.waiting, memWaiting{bot.Waiting{Seq: s.seq, Body: bytes.Clone(a.Body)}, a.At})
	s.note(a.Chat, c)
	return r, nil
}

// Load returns what is kept of a chat. See [bot.Inbox].
func (m *Memory) Load(ctx context.Context, chat bot.ChatKey) (bot.Chat, error) {
	if err := m.ready(ctx, "load"); err != nil {
		return bot.Chat{}, err
	}
	s := m.lock(chat)
	defer s.mu.Unlock()
	c := s.chats[chat]
	if c == nil {
		return bot.Chat{}, nil
	}
	out := bot.Chat{Version: c.version, Session: bytes.Clone(c.session), Effect: bytes.Clone(c.effect)}
	for _, w := range c.waiting[:min(len(c.waiting), bot.PageSize)] {
		w.Body = bytes.Clone(w.Body)
		out.Waiting = append(out.Waiting, w.Waiting)
	}
	return out, nil
}

// Commit writes a turn. See [bot.Inbox]; a turn of more than [MaxReplies] replies is refused.
func (m *Memory) Commit(ctx context.Context, t bot.Turn) error {
	if err := m.ready(ctx, "commit"); err != nil {
		return err
	}
	if err := checkLimits(&t); err != nil {
		return err
	}
	s := m.lock(t.Chat)
	defer s.mu.Unlock()
	if s.fence != t.Fence {
		return bot.ErrFenced
	}
	var version uint64
	at := -1
	if c := s.chats[t.Chat]; c != nil {
		version = c.version
		at = slices.IndexFunc(c.waiting, func(w memWaiting) bool { return w.Seq == t.Update })
	}
	if version != t.Base || t.Update != 0 && at < 0 {
		return bot.ErrConflict
	}
	m.apply(s, s.chat(t.Chat), &t, at)
	return nil
}

// apply writes a turn that was found good; at is the place of its update among those waiting, or -1.
func (m *Memory) apply(s *memShard, c *memChat, t *bot.Turn, at int) {
	now := time.Now()
	if at >= 0 {
		now = c.waiting[at].at
	}
	for _, d := range quarantined(t, now) {
		m.rest.add(d)
	}
	if at >= 0 {
		c.waiting = slices.Delete(c.waiting, at, at+1)
	}
	c.version++
	c.session = append(c.session[:0], t.Session...) // nobody else has this slice: Load hands out copies
	c.effect = bytes.Clone(t.Effect)
	c.forget, c.review = t.Forget, t.Review
	if t.Purge {
		m.rest.withdraw(t.Chat)
		c.purge()
	}
	for i, body := range t.Replies {
		n := messageNumber(t.Base, i)
		c.outbox = append(c.outbox, bot.OutboxMessage{Chat: t.Chat, N: n, Body: bytes.Clone(body)})
		if keeps(t, i) {
			c.keep(n)
		}
	}
	for _, body := range t.Events {
		s.log(t.Chat, body)
	}
	for _, set := range t.Timers {
		s.setTimer(t.Chat, c, set)
	}
	s.note(t.Chat, c)
}

// RecordDelivery notes what became of messages. See [bot.Outbox].
func (m *Memory) RecordDelivery(ctx context.Context, marks []bot.DeliveryResult) error {
	if err := m.ready(ctx, "mark"); err != nil {
		return err
	}
	if err := validMarks(marks); err != nil {
		return err
	}
	var f fencedShards
	for i := range marks {
		if !m.writeResult(&marks[i]) {
			f.add(marks[i].Chat.Shard())
		}
	}
	return f.err()
}

// writeResult reports false if the fence is not the shard's.
func (m *Memory) writeResult(k *bot.DeliveryResult) bool {
	s := m.lock(k.Chat)
	defer s.mu.Unlock()
	if s.fence != k.Fence {
		return false
	}
	c := s.chats[k.Chat]
	if c == nil {
		return true
	}
	at, found := slices.BinarySearchFunc(c.outbox, k.N, byNumber)
	if !found {
		return true
	}
	l := &c.outbox[at]
	if k.Event != nil {
		s.log(k.Chat, k.Event)
	}
	switch k.State {
	case bot.Attempting:
		l.Tries, l.Due = k.Tries, k.Due
		return true
	case bot.DeadLettered:
		m.rest.add(bot.DeadLetter{Kind: bot.DeadReply, Chat: k.Chat, N: k.N, Reason: k.Reason, At: k.At, Body: l.Body})
	}
	c.outbox = slices.Delete(c.outbox, at, at+1)
	delete(c.kept, k.N)
	s.note(k.Chat, c)
	return true
}

func byNumber(l bot.OutboxMessage, n uint64) int { return cmp.Compare(l.N, n) }

// PendingChats lists the chats in which something is owed. See [bot.Inbox].
func (m *Memory) PendingChats(ctx context.Context, shard bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
	if err := m.ready(ctx, "pending"); err != nil {
		return nil, err
	}
	s := &m.shards[shard]
	s.mu.Lock()
	var keys []bot.ChatKey
	for k := range s.pending {
		if bytes.Compare(k[:], after[:]) > 0 {
			keys = append(keys, k)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(keys, func(a, b bot.ChatKey) int { return bytes.Compare(a[:], b[:]) })
	return keys[:min(len(keys), max(limit, 0))], nil
}
