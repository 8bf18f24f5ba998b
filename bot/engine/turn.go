package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// maxEffects bounds the effects of one turn: a script that asks for ever is broken.
const maxEffects = 6

// readWaiting reads the waiting updates of a chat, and with all its pending effect.
func (sh *Shard) readWaiting(l *chatQueue, all bool) error {
	c, err := sh.store.Load(sh.scope.Context(), l.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	if l.known && c.Version < l.version {
		sh.wentBack(l.version, c.Version)
		l.last = 0 // what was done is in the store again
	}
	sh.loadSession(l, c.Session, c.Version)
	var jobs []queuedUpdate
	for _, w := range c.Waiting {
		if w.Seq <= l.last {
			continue
		}
		j := queuedUpdate{tries: w.Tries, receipt: bot.Receipt{Seq: w.Seq}, stored: w.Body}
		if err := sh.sealer.OpenJSON(keyring.ForUpdate, l.key, w.Body, &j.update); err != nil {
			sh.log.Error("update cannot be read: set aside", "key", l.key, "seq", w.Seq, "err", err)
			sh.stats.Unreadable.Add(1)
			j.unreadable = true
		}
		j.update.Seq = w.Seq
		jobs = append(jobs, j)
	}
	sh.queues.refill(l, jobs, len(c.Waiting) == bot.PageSize)
	if all {
		return sh.resumeEffect(l.key, c.Effect)
	}
	return nil
}

func (l *chatQueue) setSession(s bot.Session, version uint64) {
	l.session, l.version, l.known, l.lostSession = s, version, true, nil
}

// turn is one turn in progress, however often it has to be repeated.
type turn struct {
	*chatQueue
	queuedUpdate
	tryCounted bool          // its try is recorded
	calls      []*effectCall // effects started: a repeated turn does not start them again

	// how far the turn is
	admitted bool // its chat's rate allows it
	held     bool // it is the first one of a flood that had to wait
	deciding bool
	in       bot.Input
	outcome  turnOutcome
	effects  int
	awaits   *effectCall // the effect whose answer the turn waits for
	interim  *bot.Reply
	deadline time.Time // for the answers

	gate   *gate  // what the turn does with the chat's case; nil: there is none
	number uint64 // what a case would get that this turn opens; 0: none is borrowed
	opened bool   // one was opened under the number: it is not given back
}

// runTurn decides and commits. It returns how long the turn waits at most for the answer of an effect; it is called
// again then, or when the answer is there. An error means that the store did not take the turn, and that it must be
// run again.
func (sh *Shard) runTurn(w *turn) (time.Duration, error) {
	if first := w.receipt.Version; !w.known || w.version < first {
		sh.loadSession(w.chatQueue, w.receipt.Session, w.receipt.Version)
	}
	o, wait := sh.decideAll(w)
	if wait > 0 {
		return wait, nil
	}
	w.deciding = false
	o = sh.closeGate(w, o)
	sh.noteActivity(w, &o.Session)
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
			return 0, sh.reloadAfterConflict(w)
		}
		return 0, fmt.Errorf("commit: %w", err)
	}
	if o.Session.Gone || w.session.Gone {
		sh.outbox.Reach(place, !o.Session.Gone)
	}
	sh.outbox.Push(place, messages, &t)
	sh.committed(w, o, &t)
	return 0, nil
}

// committed starts what a turn left to do besides its replies.
func (sh *Shard) committed(w *turn, o turnOutcome, t *bot.Turn) {
	sh.health.worked()
	sh.stats.Turns.Add(1)
	sh.countCase(w, t)
	if old := w.session.Pending; old != nil && (o.Session.Pending == nil || effectID(o.Session.Pending) != effectID(old)) {
		sh.abandonLate(old)
	}
	w.keepSession(o.Session, t)
	w.last = w.update.Seq
	if o.pending != nil {
		sh.stats.Late.Add(1)
		sh.awaitLate(o.pending)
	}
}

// reloadAfterConflict loads the session as it is now. It returns ErrConflict if the turn must be run again on it, and
// nil if the update was answered meanwhile, or if the store went back and is read from its beginning.
func (sh *Shard) reloadAfterConflict(w *turn) error {
	c, err := sh.store.Load(sh.scope.Context(), w.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	if w.known && c.Version < w.version {
		sh.queues.readAgain(w.chatQueue, readAll) // updates that were done come before this one again
		return nil
	}
	sh.loadSession(w.chatQueue, c.Session, c.Version)
	for _, waiting := range c.Waiting {
		if waiting.Seq == w.update.Seq {
			return bot.ErrConflict
		}
	}
	// Another process answered it, or our commit succeeded and its reply was lost: the store says what is left to do.
	w.last = w.update.Seq
	sh.logged(w.key)
	sh.outbox.Expect(w.key, workers.Urgent)
	sh.queues.wake(w.chatQueue, workers.Urgent)
	return nil
}

// decideAll decides, runs the requested effect, and decides again, until the script requests nothing more or the
// answer is late. An update that the script cannot deal with is quarantined. While the turn waits for an answer it
// returns for how long.
func (sh *Shard) decideAll(w *turn) (turnOutcome, time.Duration) {
	if !w.deciding {
		sh.begin(w)
		if o, ok := sh.withoutScript(w); ok {
			return o, 0
		}
		w.deciding = true
		w.outcome.Session = w.caseSession()
	}
	for {
		if w.awaits != nil {
			wait, late := sh.answer(w)
			if wait > 0 {
				sh.giveBack(w) // others may open a case while this turn waits
				return turnOutcome{}, wait
			}
			if late {
				return w.outcome, 0
			}
		}
		if o, over := sh.decideOnce(w); over {
			return o, 0
		}
	}
}

// begin sets a turn to its beginning: the same update, whatever an earlier try has made of it.
func (sh *Shard) begin(w *turn) {
	w.in, w.outcome, w.effects, w.awaits = bot.Input{Accepted: w.update, Waited: sh.waited(w.update), Held: w.held}, turnOutcome{}, 0, nil
	if w.in.Kind == bot.TooLong {
		w.in.Text = "" // kept for a case; the script reads none of it
	}
	if sh.desk != nil {
		w.in.Desk = sh.desk()
		w.in.Desk.Next = 0
	}
	sh.beginCase(w)
}

// decideOnce decides, and starts the effect that the script requests. It reports whether the turn is over.
func (sh *Shard) decideOnce(w *turn) (turnOutcome, bool) {
	sh.lendNumber(w)
	d, err := sh.decide(w.outcome.Session, w.in)
	if err == nil && slices.ContainsFunc(d.Events, func(ev json.RawMessage) bool { return !json.Valid(ev) }) {
		err = errors.New("script gives an event that is no JSON")
	}
	switch {
	case err == nil && w.effects > maxEffects:
		err = errors.New("script asks for too many effects in one turn")
	case err == nil && d.Refused != "" && w.gate.inErrand():
		return sh.voidErrand(w, d.Refused), true
	case err == nil:
		err = sh.request(w, &d)
	}
	if err != nil {
		return sh.quarantine(w, err.Error()), true
	}
	w.outcome.add(d)
	w.outcome.Session.Case = w.caseNow()
	if d.Effect == nil {
		return w.outcome, true
	}
	if w.effects++; w.effects == 1 {
		w.deadline = time.Now().Add(w.patience(sh.timing.InTime))
	}
	w.awaits, w.interim = sh.startEffect(w, *d.Effect), d.Interim
	return turnOutcome{}, false
}

// withoutScript is the outcome of an update that the script does not see.
func (sh *Shard) withoutScript(w *turn) (turnOutcome, bool) {
	switch {
	case w.unrunnable() != "":
		return sh.quarantine(w, w.unrunnable()), true
	case w.superseded(), !w.asksScript(), w.silent():
		return turnOutcome{Decision: bot.Decision{Session: w.caseSession()}}, true
	case w.update.Kind == bot.Slow:
		return slowOutcome(w), true
	}
	return turnOutcome{}, false
}

// answer takes the answer that a turn waits for, if it is there. Otherwise it returns how long to wait, or reports
// that the turn ends with the effect pending: it is late, it must be on record before it is tried, or the shard ends.
func (sh *Shard) answer(w *turn) (wait time.Duration, late bool) {
	c := w.awaits
	if !c.effect.Once {
		if sh.calls.answered(c, w.chatQueue) {
			r := c.result
			w.in.Result, w.in.Own = &r, true
			w.outcome.Session.Pending, w.awaits = nil, nil
			return 0, false
		}
		if wait := time.Until(w.deadline); wait > 0 && !sh.scope.Stopped() {
			return wait, false
		}
	}
	w.outcome.late(c, w.interim)
	return 0, true
}

// superseded reports a channel's refusal of a message after which the chat had another turn. It must not mark the
// chat as gone.
func (w *turn) superseded() bool {
	if w.update.Kind != bot.Gone {
		return false
	}
	n, err := strconv.ParseUint(w.update.Subtype, 10, 64)
	return err == nil && w.version != n>>8+1
}

// decide calls the script and recovers from its panics. The value of a panic is not logged: it may hold a person's
// text.
func (sh *Shard) decide(s bot.Session, in bot.Input) (d bot.Decision, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("script: panic (%T)", p)
			sh.log.Error("script panicked", "stack", string(debug.Stack()))
		}
	}()
	if s.Case != nil { // the machine's; a script that writes into it changes its own copy
		c := *s.Case
		s.Case = &c
	}
	return sh.script.Decide(s, in)
}

// waited is how long an update waited for its turn, plus its lag. The channel's time itself is not used: it is the
// time of another clock.
func (sh *Shard) waited(u bot.Accepted) time.Duration { return max(0, sh.now().Sub(u.Now)) + u.Lag }
