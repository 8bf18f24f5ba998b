package store

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"slices"
	"time"

	"llave/bot"
)

// memTimer is one timer, in its chat's map and in its shard's heap.
type memTimer struct {
	bot.TimerDue
	at int // place in the heap
}

// timerHeap has the earliest timer first.
type timerHeap []*memTimer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].Due.Before(h[j].Due) }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push is for package heap.
func (h *timerHeap) Push(x any) {
	t := x.(*memTimer)
	t.at = len(*h)
	*h = append(*h, t)
}

// Pop is for package heap.
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return t
}

// due appends the timers due at now without taking them off: below one that is not due none is.
func (h timerHeap) due(out []bot.TimerDue, root int, now time.Time) []bot.TimerDue {
	if root >= len(h) || h[root].Due.After(now) {
		return out
	}
	t := h[root].TimerDue
	t.Body = bytes.Clone(t.Body)
	out = append(out, t)
	return h.due(h.due(out, 2*root+1, now), 2*root+2, now)
}

// setTimer sets, changes or cancels one timer of a chat.
func (s *memShard) setTimer(k bot.ChatKey, c *memChat, set bot.TimerSet) {
	defer func() { s.timed.Store(len(s.timers) > 0) }()
	t := c.timers[set.Name]
	switch {
	case set.Due.IsZero():
		if t != nil {
			heap.Remove(&s.timers, t.at)
			delete(c.timers, set.Name)
		}
	case t != nil:
		t.Due, t.Body = set.Due, bytes.Clone(set.Body)
		heap.Fix(&s.timers, t.at)
	default:
		if c.timers == nil {
			c.timers = make(map[string]*memTimer, 1)
		}
		set.Body = bytes.Clone(set.Body)
		t = &memTimer{TimerDue: bot.TimerDue{Chat: k, TimerSet: set}}
		c.timers[set.Name] = t
		heap.Push(&s.timers, t)
	}
}

// Due lists what is due. See [bot.Timers].
func (m *Memory) Due(ctx context.Context, shards []bot.Shard, now time.Time, after bot.TimerDue, limit int) ([]bot.TimerDue, error) {
	if err := m.ready(ctx, "due"); err != nil {
		return nil, err
	}
	var out []bot.TimerDue
	for _, n := range shards {
		s := &m.shards[n]
		if !s.timed.Load() {
			continue // most have none, and all are asked every second
		}
		s.mu.Lock()
		out = s.timers.due(out, 0, now)
		s.mu.Unlock()
	}
	out = slices.DeleteFunc(out, func(t bot.TimerDue) bool { return compareDue(t, after) <= 0 })
	slices.SortFunc(out, compareDue)
	return out[:min(len(out), max(limit, 0))], nil
}

func compareDue(a, b bot.TimerDue) int {
	return cmp.Or(a.Due.Compare(b.Due), bytes.Compare(a.Chat[:], b.Chat[:]), cmp.Compare(a.Name, b.Name))
}
