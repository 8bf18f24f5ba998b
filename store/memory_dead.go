package store

import (
	"bytes"
	"context"
	"slices"
	"time"

	"llave/bot"
)

// bury keeps a dead letter in the order of the hours, later ones of the same hour behind.
func (r *deadLetters) add(d bot.DeadLetter) {
	d.Body = bytes.Clone(d.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	d.ID = r.last
	at := len(r.dead)
	for at > 0 && r.dead[at-1].At.After(d.At) { // from the end: the hour is nearly always the latest
		at--
	}
	r.dead = slices.Insert(r.dead, at, d)
}

// withdraw empties the chat's dead replies: what was withdrawn must not be put back.
func (r *deadLetters) withdraw(k bot.ChatKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.dead {
		if d := &r.dead[i]; d.Chat == k && (d.Kind == bot.DeadReply || d.Kind == bot.DeadUnknown) {
			d.Body = nil
		}
	}
}

// forget deletes dead letters and returns how many.
func (r *deadLetters) forget(which func(bot.DeadLetter) bool) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.dead)
	r.dead = slices.DeleteFunc(r.dead, which)
	return int64(n - len(r.dead))
}

// Dead lists what was given up. See [bot.DeadLetters].
func (m *Memory) Dead(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
	if err := m.ready(ctx, "dead"); err != nil {
		return nil, err
	}
	r := &m.rest
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []bot.DeadLetter
	for _, d := range slices.Backward(r.dead) {
		if len(out) >= limit {
			break
		}
		d.Body = bytes.Clone(d.Body)
		out = append(out, d)
	}
	return out, nil
}

// Retry puts a dead letter back. See [bot.DeadLetters].
func (m *Memory) Retry(ctx context.Context, id uint64, as bot.DeadKind) error {
	if err := m.ready(ctx, "retry"); err != nil {
		return err
	}
	m.rest.mu.Lock()
	at := slices.IndexFunc(m.rest.dead, func(d bot.DeadLetter) bool { return d.ID == id })
	if at < 0 || len(m.rest.dead[at].Body) == 0 {
		m.rest.mu.Unlock()
		return bot.ErrConflict
	}
	d := m.rest.dead[at]
	m.rest.mu.Unlock() // the shard's lock is taken first, and nobody else retries
	s := m.lock(d.Chat)
	defer s.mu.Unlock()
	if !s.putBack(&d, as) {
		return bot.ErrConflict
	}
	m.rest.forget(func(d bot.DeadLetter) bool { return d.ID == id })
	return nil
}

func (s *memShard) putBack(d *bot.DeadLetter, as bot.DeadKind) bool {
	c, body := s.chats[d.Chat], bytes.Clone(d.Body)
	switch {
	case as == bot.DeadUpdate:
		c = s.chat(d.Chat)
		s.seq++
		c.waiting = append(c.waiting, memWaiting{bot.Waiting{Seq: s.seq, Body: body}, d.At})
	case c == nil:
		return false
	case as == bot.DeadReply:
		n := messageNumber(c.version, 0) - 1
		if d.Kind == bot.DeadReply {
			n = d.N
		}
		at, taken := slices.BinarySearchFunc(c.outbox, n, byNumber)
		for ; taken; at, taken = slices.BinarySearchFunc(c.outbox, n, byNumber) {
			n--
		}
		c.outbox = slices.Insert(c.outbox, at, bot.OutboxMessage{Chat: d.Chat, N: n, Body: body})
	case as == bot.DeadTimer && c.timers[d.Name] == nil:
		s.setTimer(d.Chat, c, bot.TimerSet{Name: d.Name, Due: d.At, Body: body})
	case as == bot.DeadSession:
		c.version++
		c.session, c.forget, c.review = body, time.Time{}, time.Unix(0, 0)
	default:
		return false
	}
	s.note(d.Chat, c)
	return true
}
