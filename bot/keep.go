package bot

import (
	"errors"
	"sync"
	"time"
)

// keepTime looks for timers that are due, after the store's health, and after what is old.
func (e *Engine) keepTime() {
	defer e.keeping.done()
	tick := time.NewTicker(e.timing.Tick)
	defer tick.Stop()
	var swept time.Time
	for {
		select {
		case <-e.stopping:
			return
		case <-tick.C:
		}
		if e.health.err() != nil {
			if err := e.store.Ping(e.ctx); err != nil {
				continue
			}
			e.health.worked()
			e.log.Info("store works again")
		}
		e.alarms(e.now())
		if now := e.now(); now.Sub(swept) > time.Hour {
			swept = now
			if err := e.store.Sweep(e.ctx, now); err != nil {
				e.log.Error("sweep", "err", err)
			}
		}
	}
}

// keepMarks writes what became of letters, and ends when nobody can bring more.
func (e *Engine) keepMarks() {
	defer e.keeping.done()
	for {
		select {
		case m := <-e.relay.marks:
			e.relay.writeMarks(m)
			continue
		default:
		}
		select {
		case m := <-e.relay.marks:
			e.relay.writeMarks(m)
		case <-e.quiet:
			if len(e.relay.marks) == 0 {
				return
			}
		}
	}
}

// alarms tells the chats whose timers are due.
func (e *Engine) alarms(now time.Time) {
	due, err := e.store.Due(e.ctx, now, 256)
	if err != nil {
		e.health.failed(err)
		e.log.Error("timers", "err", err)
		return
	}
	for _, t := range due {
		chat, err := e.vault.open(placeTimer, t.Chat, t.Body)
		if err != nil {
			e.log.Error("timer cannot be read", "err", err)
			continue
		}
		u := Update{Chat: ChatID(chat), Kind: Alarm, What: t.Name, ID: "alarm/" + t.Name + "/" + t.Due.UTC().Format(time.RFC3339Nano)}
		if err := e.Accept(e.ctx, u); err != nil {
			return
		}
	}
}

// health remembers whether the store took what it was given last. Being fenced off is for good.
type health struct {
	mu   sync.Mutex
	last error
}

func (h *health) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !errors.Is(h.last, ErrFenced) {
		h.last = err
	}
}

func (h *health) worked() { h.failed(nil) }

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}
