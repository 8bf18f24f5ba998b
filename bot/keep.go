package bot

import (
	"errors"
	"sync"
	"time"
)

// pingEvery is after how many ticks a store that has no trouble is asked whether it still takes what it is given.
const pingEvery = 15

// keepTime looks for timers that are due, and after the store's health.
func (e *Engine) keepTime() {
	defer e.keeping.done()
	tick := time.NewTicker(e.timing.Tick)
	defer tick.Stop()
	var after TimerDue
	for n := 1; ; n++ {
		select {
		case <-e.stopping:
			return
		case <-tick.C:
		}
		if (e.health.doubtful() || n%pingEvery == 0) && !e.ping() {
			continue
		}
		after = e.alarms(e.now(), after)
	}
}

// ping asks the store whether it takes what it is given.
func (e *Engine) ping() bool {
	err := e.store.Ping(e.ctx)
	if e.ctx.Err() != nil {
		return false // the engine stops
	}
	if e.health.pinged(err) {
		e.log.Info("store works again")
	}
	return err == nil
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

// alarmPage is how many timers are looked at in one tick.
const alarmPage = 256

// alarms tells the chats whose timers are due, a page of them beyond after. It returns where to go on; from the
// beginning again when all were looked at, for those that could not be told.
func (e *Engine) alarms(now time.Time, after TimerDue) TimerDue {
	due, err := e.store.Due(e.ctx, now, after, alarmPage)
	if err != nil {
		if e.ctx.Err() == nil {
			e.health.failed(err)
			e.log.Error("timers", "err", err)
		}
		return after
	}
	for _, t := range due {
		if err := e.alarm(t); err != nil {
			e.log.Error("alarm", "name", t.Name, "err", err)
		}
	}
	if len(due) < alarmPage {
		return TimerDue{}
	}
	return due[len(due)-1]
}

// alarm tells a chat that one of its timers is due. A timer that cannot be read is set aside.
func (e *Engine) alarm(t TimerDue) error {
	chat, err := e.vault.open(placeTimer, t.Chat, t.Body)
	if err != nil {
		return e.setTimerAside(t)
	}
	return e.Accept(e.ctx, Update{Chat: ChatID(chat), Kind: Alarm, Subtype: t.Name, ID: "alarm/" + t.Name + "/" + t.Due.UTC().Format(time.RFC3339Nano)})
}

// rowTrouble is how long failures count as those of single rows after the store has proved that it works.
const rowTrouble = time.Minute

// health remembers whether the store took what it was given last. Being fenced off is for good. A failure makes the
// engine unready until the store is seen to work; if it is, failures that follow are taken for those of single chats'
// rows: the next ping decides.
type health struct {
	mu      sync.Mutex
	last    error
	doubt   bool      // something failed since the last ping
	excused time.Time // until then a failure is a row's
}

func (h *health) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.doubt = true
	if errors.Is(err, ErrFenced) || time.Now().After(h.excused) {
		h.set(err)
	}
}

func (h *health) set(err error) {
	if !errors.Is(h.last, ErrFenced) {
		h.last = err
	}
}

func (h *health) worked() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.set(nil)
}

// pinged takes in what a ping said, and says whether the store works again.
func (h *health) pinged(err error) (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	failed := h.last != nil
	switch {
	case err != nil:
		h.excused = time.Time{}
	case h.doubt:
		h.excused = time.Now().Add(rowTrouble)
	}
	h.doubt = err != nil
	h.set(err)
	return failed && h.last == nil
}

// doubtful says whether the store is to be asked.
func (h *health) doubtful() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.doubt || h.last != nil
}

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}
