package engine

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// maxEffects bounds the effects of one turn: a script that asks for ever is broken.
const maxEffects = 6

// reload reads what is owed in the chat.
func (e *Engine) reload(l *lane, all bool) error {
	c, err := e.store.Load(e.ctx, l.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	e.recall(l, c.Session, c.Version)
	var jobs []job
	for _, w := range c.Waiting {
		if w.Seq <= l.last {
			continue
		}
		j := job{tries: w.Tries, receipt: bot.Receipt{Seq: w.Seq}, stored: w.Body}
		if err := e.sealer.OpenJSON(keyring.ForUpdate, l.key, w.Body, &j.update); err != nil {
			e.log.Error("update cannot be read: set aside", "err", err)
			e.stats.Unreadable.Add(1)
			j.unread = true
		}
		j.update.Seq = w.Seq
		jobs = append(jobs, j)
	}
	e.lanes.refill(l, jobs, len(c.Waiting) == bot.PageSize)
	if all {
		return e.resume(l.key, c.Effect)
	}
	return nil
}

func (l *lane) remember(s bot.Session, version uint64) {
	l.session, l.version, l.known, l.lost = s, version, true, nil
}

// work is one turn being worked on, however often it has to be repeated.
type work struct {
	*lane
	job
	noted bool    // its try is on record
	calls []*call // effects begun: a repeated turn does not begin them again

	// below: how far the turn is
	admitted bool // its chat's rate allows it
	held     bool // it is the first of a flood that had to wait for that
	settling bool
	in       bot.Input
	outcome  outcome
	effects  int
	waits    *call // the effect whose answer it waits for
	interim  *bot.Reply
	deadline time.Time // of the answers
}

// turn decides and commits. It returns how long it waits at most for the answer to an effect: it is to be called again
// then, or when the answer is there. An error means that the store did not take it and that the turn must be run again.
func (e *Engine) turn(w *work) (time.Duration, error) {
	if first := w.receipt.Version; !w.known || w.version < first {
		e.recall(w.lane, w.receipt.Session, w.receipt.Version)
	}
	o, wait := e.settle(w)
	if wait > 0 {
		return wait, nil
	}
	w.settling = false
	e.stamp(w, &o.Session)
	t, letters, err := e.compose(w, o)
	if err != nil {
		return 0, fmt.Errorf("turn: %w", err)
	}
	rt := e.relay.pin(w.key)
	if err := e.store.Commit(e.ctx, t); err != nil {
		e.relay.unpin(rt)
		if errors.Is(err, bot.ErrConflict) {
			e.stats.Conflicts.Add(1)
			return 0, e.reread(w)
		}
		return 0, fmt.Errorf("commit: %w", err)
	}
	e.relay.push(rt, letters, t)
	e.committed(w, o, &t)
	return 0, nil
}

// committed sets to work what a turn left to do besides its replies.
func (e *Engine) committed(w *work, o outcome, t *bot.Turn) {
	e.health.worked()
	e.stats.Turns.Add(1)
	if old := w.session.Pending; old != nil && (o.Session.Pending == nil || effectID(o.Session.Pending) != effectID(old)) {
		e.calls.abandon(effectID(old))
	}
	w.keepSession(o.Session, t)
	w.last = w.update.Seq
	if o.pending != nil {
		e.stats.Late.Add(1)
		e.deliver(o.pending)
	}
}

// reread takes the session as it is now. ErrConflict: the turn is to be run again on it. Nil: the update was answered meanwhile.
func (e *Engine) reread(w *work) error {
	c, err := e.store.Load(e.ctx, w.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	e.recall(w.lane, c.Session, c.Version)
	for _, waiting := range c.Waiting {
		if waiting.Seq == w.update.Seq {
			return bot.ErrConflict
		}
	}
	// Another process answered it, or our commit did and its reply was lost: the store says what is left to do.
	w.last = w.update.Seq
	e.relay.expect(w.key, workers.Urgent)
	e.lanes.wake(w.lane, workers.Urgent)
	return nil
}

// settle decides, runs what was asked for, and decides again, until the script asks for nothing more or the answer
// is late. What the script cannot deal with is set aside. While it waits for an answer it returns for how long.
func (e *Engine) settle(w *work) (outcome, time.Duration) {
	if !w.settling {
		if o, ok := e.settled(w); ok {
			return o, 0
		}
		w.settling, w.in, w.outcome, w.effects, w.waits = true, bot.Input{Accepted: w.update, Waited: e.waited(w.update), Held: w.held}, outcome{}, 0, nil
		w.outcome.Session = w.session
	}
	for {
		if w.waits != nil {
			wait, late := e.answer(w)
			if wait > 0 {
				return outcome{}, wait
			}
			if late {
				return e.unlessGone(w, w.outcome), 0
			}
		}
		d, err := e.decide(w.outcome.Session, w.in)
		if err == nil && w.effects > maxEffects {
			err = errors.New("script asks for too many effects in one turn")
		}
		if err != nil {
			e.log.Error("update set aside", "chat", w.update.Chat, "err", err)
			return e.setAside(w, err.Error()), 0
		}
		w.outcome.add(d)
		if d.Effect == nil {
			return e.unlessGone(w, w.outcome), 0
		}
		if w.effects++; w.effects == 1 {
			w.deadline = time.Now().Add(w.patience(e.timing.InTime))
		}
		w.waits, w.interim = e.begin(w, *d.Effect), d.Interim
	}
}

// settled is what comes of an update that the script is not asked about.
func (e *Engine) settled(w *work) (outcome, bool) {
	switch {
	case w.hopeless() != "":
		return e.setAside(w, w.hopeless()), true
	case w.superseded():
		return outcome{Decision: bot.Decision{Session: w.session}}, true
	case w.update.Kind == bot.Slow:
		return e.unlessGone(w, slow(w)), true
	}
	return outcome{}, false
}

// answer takes the answer that a turn waits for, if it is there. Otherwise it says for how long to wait, or that the
// turn ends with the effect pending: it is late, it must be on record before it is tried, or the engine stops.
func (e *Engine) answer(w *work) (wait time.Duration, late bool) {
	c := w.waits
	if !c.effect.Once {
		if e.calls.answered(c, w.lane) {
			r := c.result
			w.in.Result, w.outcome.Session.Pending, w.waits = &r, nil, nil
			return 0, false
		}
		if wait := time.Until(w.deadline); wait > 0 && !e.halted() {
			return wait, false
		}
	}
	w.outcome.late(c, w.interim)
	return 0, true
}

// superseded reports a channel's refusal of a letter after which the chat had another turn. It must not mark the chat as
// gone.
func (w *work) superseded() bool {
	if w.update.Kind != bot.Gone {
		return false
	}
	n, err := strconv.ParseUint(w.update.Subtype, 10, 64)
	return err == nil && w.version != n>>8+1
}

// decide asks the script and contains its panics. The panic's value is not logged: it may hold what was said.
func (e *Engine) decide(s bot.Session, in bot.Input) (d bot.Decision, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("script: panic (%T)", p)
			e.log.Error("script panicked", "stack", string(debug.Stack()))
		}
	}()
	return e.script.Decide(s, in)
}

// waited is how long an update waited for its turn, and by how much it came later than usual. The channel's hour itself is
// another clock's.
func (e *Engine) waited(u bot.Accepted) time.Duration { return max(0, e.now().Sub(u.Now)) + u.Lag }
