package store

import (
	"context"
	"sync"

	"llave/bot"
)

var (
	_ bot.Wakeups = (*Memory)(nil)
	_ bot.LogEnds = (*Memory)(nil)
)

// memWakeups are those that listen.
type memWakeups struct {
	mu   sync.Mutex
	last int
	by   map[int]memListener
}

type memListener struct {
	kind  bot.WakeKind
	chats chan bot.ChatKey
}

// listenRoom is how many wake-ups may wait for one that listens. More are lost.
const listenRoom = 1024

// Wake tells those that listen. See [bot.Wakeups].
func (m *Memory) Wake(ctx context.Context, kind bot.WakeKind, chats []bot.ChatKey) error {
	if err := m.ready(ctx, "wake"); err != nil {
		return err
	}
	m.wakeups.mu.Lock()
	defer m.wakeups.mu.Unlock()
	for _, l := range m.wakeups.by {
		for _, k := range chats {
			if l.kind != kind {
				continue
			}
			select {
			case l.chats <- k:
			default:
			}
		}
	}
	return nil
}

// Listen hands on what Wake says. See [bot.Wakeups].
func (m *Memory) Listen(ctx context.Context, kind bot.WakeKind, woken func(bot.ChatKey)) error {
	if err := m.ready(ctx, "listen"); err != nil {
		return err
	}
	l := memListener{kind, make(chan bot.ChatKey, listenRoom)}
	w := &m.wakeups
	w.mu.Lock()
	w.last++
	id := w.last
	if w.by == nil {
		w.by = map[int]memListener{}
	}
	w.by[id] = l
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.by, id)
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case k := <-l.chats:
			woken(k)
		}
	}
}

// LastEvents are the ends of all logs. See [bot.LogEnds].
func (m *Memory) LastEvents(ctx context.Context) (last [bot.Shards]uint64, err error) {
	if err := m.ready(ctx, "events"); err != nil {
		return last, err
	}
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		last[i] = s.event
		s.mu.Unlock()
	}
	return last, nil
}
