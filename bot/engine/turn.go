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
func (sh *Shard) reload(l *lane, all bool) error {
	c, err := sh.store.Load(sh.scope.Context(), l.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	sh.recall(l, c.Session, c.Version)
	var jobs []job
	for _, w := range c.Waiting {
		if w.Seq <= l.last {
			continue
		}
		j := job{tries: w.Tries, receipt: bot.Receipt{Seq: w.Seq}, stored: w.Body}
		if err := sh.sealer.OpenJSON(keyring.ForUpdate, l.key, w.Body, &j.update); err != nil {
			sh.log.Error("update cannot be read: set aside", "err", err)
			sh.stats.Unreadable.Add(1)
			j.unread = true
		}
		j.update.Seq = w.Seq
		jobs = append(jobs, j)
	}
	sh.queues.refill(l, jobs, len(c.Waiting) == bot.PageSize)
	if all {
		return sh.resume(l.key, c.Effect)
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
func (sh *Shard) turn(w *work) (time.Duration, error) {
	if first := w.receipt.Version; !w.known || w.version < first {
		sh.recall(w.lane, w.receipt.Session, w.receipt.Version)
	}
	o, wait := sh.settle(w)
	if wait > 0 {
		return wait, nil
	}
	w.settling = false
	sh.stamp(w, &o.Session)
	t, messages, err := sh.compose(w, o)
	if err != nil {
		return 0, fmt.Errorf("turn: %w", err)
	}
	if sh.lost.Load() {
		return 0, bot.ErrFenced
	}
	place := sh.outbox.Hold(w.key)
	if err := sh.store.Commit(sh.scope.Context(), t); err != nil {
		sh.outbox.Release(place)
		if errors.Is(err, bot.ErrConflict) {
			sh.stats.Conflicts.Add(1)
			return 0, sh.reread(w)
		}
		return 0, fmt.Errorf("commit: %w", err)
	}
	sh.outbox.Push(place, messages, &t)
	sh.committed(w, o, &t)
	return 0, nil
}

// committed sets to work what a turn left to do besides its replies.
func (sh *Shard) committed(w *work, o outcome, t *bot.Turn) {
	sh.health.worked()
	sh.stats.Turns.Add(1)
	if old := w.session.Pending; old != nil && (o.Session.Pending == nil || effectID(o.Session.Pending) != effectID(old)) {
		sh.abandonLate(old)
	}
	w.keepSession(o.Session, t)
	w.last = w.update.Seq
	if o.pending != nil {
		sh.stats.Late.Add(1)
		sh.deliver(o.pending)
	}
}

// reread takes the session as it is now. ErrConflict: the turn is to be run again on it. Nil: the update was answered meanwhile.
func (sh *Shard) reread(w *work) error {
	c, err := sh.store.Load(sh.scope.Context(), w.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	sh.recall(w.lane, c.Session, c.Version)
	for _, waiting := range c.Waiting {
		if waiting.Seq == w.update.Seq {
			return bot.ErrConflict
		}
	}
	// Another process answered it, or our commit did and its reply was lost: the store says what is left to do.
	w.last = w.update.Seq
	sh.outbox.Expect(w.key, workers.Urgent)
	sh.queues.wake(w.lane, workers.Urgent)
	return nil
}

// settle decides, runs what was asked for, and decides again, until the script asks for nothing more or the answer
// is late. What the script cannot deal with is set aside. While it waits for an answer it returns for how long.
func (sh *Shard) settle(w *work) (outcome, time.Duration) {
	if !w.settling {
		if o, ok := sh.settled(w); ok {
			return o, 0
		}
		w.settling, w.in, w.outcome, w.effects, w.waits = true, bot.Input{Accepted: w.update, Waited: sh.waited(w.update), Held: w.held}, outcome{}, 0, nil
		w.outcome.Session = w.session
	}
	for {
		if w.waits != nil {
			wait, late := sh.answer(w)
			if wait > 0 {
				return outcome{}, wait
			}
			if late {
				return sh.unlessGone(w, w.outcome), 0
			}
		}
		d, err := sh.decide(w.outcome.Session, w.in)
		if err == nil && w.effects > maxEffects {
			err = errors.New("script asks for too many effects in one turn")
		}
		if err != nil {
			sh.log.Error("update set aside", "chat", w.update.Chat, "err", err)
			return sh.setAside(w, err.Error()), 0
		}
		w.outcome.add(d)
		if d.Effect == nil {
			return sh.unlessGone(w, w.outcome), 0
		}
		if w.effects++; w.effects == 1 {
			w.deadline = time.Now().Add(w.patience(sh.timing.InTime))
		}
		w.waits, w.interim = sh.begin(w, *d.Effect), d.Interim
	}
}

// settled is what comes of an update that the script is not asked about.
func (sh *Shard) settled(w *work) (outcome, bool) {
	switch {
	case w.hopeless() != "":
		return sh.setAside(w, w.hopeless()), true
	case w.superseded():
		return outcome{Decision: bot.Decision{Session: w.session}}, true
	case w.update.Kind == bot.Slow:
		return sh.unlessGone(w, slow(w)), true
	}
	return outcome{}, false
}

// answer takes the answer that a turn waits for, if it is there. Otherwise it says for how long to wait, or that the
// turn ends with the effect pending: it is late, it must be on record before it is tried, or the engine stops.
func (sh *Shard) answer(w *work) (wait time.Duration, late bool) {
	c := w.waits
	if !c.effect.Once {
		if sh.calls.answered(c, w.lane) {
			r := c.result
			w.in.Result, w.outcome.Session.Pending, w.waits = &r, nil, nil
			return 0, false
		}
		if wait := time.Until(w.deadline); wait > 0 && !sh.scope.Stopped() {
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
func (sh *Shard) decide(s bot.Session, in bot.Input) (d bot.Decision, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("script: panic (%T)", p)
			sh.log.Error("script panicked", "stack", string(debug.Stack()))
		}
	}()
	return sh.script.Decide(s, in)
}

// waited is how long an update waited for its turn, and by how much it came later than usual. The channel's hour itself is
// another clock's.
func (sh *Shard) waited(u bot.Accepted) time.Duration { return max(0, sh.now().Sub(u.Now)) + u.Lag }
