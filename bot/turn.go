package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"
)

// maxEffects bounds the effects of one turn: a script that asks for ever is broken.
const maxEffects = 6

// Processes that died while an update was waiting may have died of it. From suspect on it is run with no other
// suspect beside it, so that those that only stood near by get through; at maxTries it is set aside.
const (
	suspect  = 3
	maxTries = 10
)

// runLane runs a chat's turns until there is nothing left or the engine stops.
func (e *Engine) runLane(l *lane) {
	for !e.halted() {
		j, what := e.lanes.next(l)
		switch what {
		case done:
			return
		case readUpdates, readAll:
			e.again(func() error { return e.reload(l, what == readAll) })
		case runJob:
			if j.update.Seq > l.last {
				e.runJob(l, j)
			}
		}
	}
	e.lanes.halt(l)
}

func (e *Engine) runJob(l *lane, j job) {
	if j.tries >= suspect {
		e.quarantine <- struct{}{}
		defer func() { <-e.quarantine }()
	}
	w := &work{lane: l, job: j}
	e.again(func() error { return e.turn(w) })
}

// again repeats what the store would not take, with growing pauses, until it does or the engine stops. What another
// process has taken over is left to it.
func (e *Engine) again(f func() error) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := f()
		if err == nil {
			return
		}
		e.health.failed(err)
		e.log.Error("store", "err", err)
		if errors.Is(err, ErrFenced) || !e.pause(pause) {
			return
		}
	}
}

// reload reads what is owed in the chat.
func (e *Engine) reload(l *lane, all bool) error {
	c, err := e.store.Load(e.ctx, l.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	l.remember(e.openSession(l.key, c.Session), c.Version)
	var jobs []job
	for _, w := range c.Waiting {
		if w.Seq <= l.last {
			continue
		}
		j := job{tries: w.Tries, receipt: Receipt{Seq: w.Seq}}
		if err := e.unseal(placeUpdate, l.key, w.Body, &j.update); err != nil {
			e.log.Error("update cannot be read: set aside", "err", err)
			j.tries = maxTries
		}
		j.update.Seq = w.Seq
		jobs = append(jobs, j)
	}
	e.lanes.refill(l, jobs, len(c.Waiting) == LoadLimit)
	if all {
		e.relay.load(l.key, c.Letters)
		e.resume(l.key, c.Effect)
	}
	return nil
}

func (l *lane) remember(s Session, version uint64) {
	l.session, l.version, l.known = s, version, true
}

// openSession decodes a session. One that cannot be read is begun anew: a person can link again, and must not be
// left without an answer.
func (e *Engine) openSession(key ChatKey, sealed []byte) Session {
	s := Session{Data: e.script.Blank()}
	if len(sealed) == 0 {
		return s
	}
	if err := e.unseal(placeSession, key, sealed, &s); err != nil {
		e.log.Error("session cannot be read: begun anew", "err", err)
		return Session{Data: e.script.Blank()}
	}
	return s
}

func (e *Engine) unseal(kind byte, key ChatKey, sealed []byte, into any) error {
	plain, err := e.vault.open(kind, key, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

func (e *Engine) sealJSON(kind byte, key ChatKey, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return e.vault.seal(kind, key, plain), nil
}

// work is one turn being worked on, however often it has to be repeated.
type work struct {
	*lane
	job
	calls []*call // effects begun: a repeated turn does not begin them again
}

// outcome is what the decisions of a turn add up to.
type outcome struct {
	Decision
	pending *call // the effect that was not answered in time
	aside   string
}

// turn decides and commits. An error means that the store did not take it and that the turn must be run again.
func (e *Engine) turn(w *work) error {
	if first := w.receipt.Version; !w.known || w.version < first {
		w.remember(e.openSession(w.key, w.receipt.Session), w.receipt.Version)
	}
	o := e.settle(w)
	t, letters, err := e.compose(w, o)
	if err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	switch err := e.store.Commit(e.ctx, t); {
	case errors.Is(err, ErrConflict):
		e.stats.Conflicts.Add(1)
		return e.reread(w)
	case err != nil:
		return fmt.Errorf("commit: %w", err)
	}
	e.health.worked()
	e.stats.Turns.Add(1)
	if old := w.session.Pending; old != nil && (o.Session.Pending == nil || o.Session.Pending.id() != old.id()) {
		e.abandon(old)
	}
	w.remember(o.Session, t.Base+1)
	w.last = w.update.Seq
	e.relay.push(w.key, letters, t.Purge)
	if o.pending != nil {
		e.stats.Late.Add(1)
		e.deliver(w.update.Chat, o.pending)
	}
	return nil
}

// reread takes the session as it is now. The turn is run again on it, unless somebody else has run it.
func (e *Engine) reread(w *work) error {
	c, err := e.store.Load(e.ctx, w.key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	w.remember(e.openSession(w.key, c.Session), c.Version)
	for _, waiting := range c.Waiting {
		if waiting.Seq == w.update.Seq {
			return e.turn(w)
		}
	}
	// It was run, by somebody else or by us without our being told: what it left to do has to be read.
	w.last = w.update.Seq
	e.relay.reread(w.key)
	e.lanes.wake(w.lane)
	return nil
}

// settle decides, runs what was asked for, and decides again, until the script asks for nothing more or the answer
// is late. What the script cannot deal with is set aside.
func (e *Engine) settle(w *work) outcome {
	in := Input{Accepted: w.update, Waited: e.waited(w.update)}
	if w.tries >= maxTries {
		return e.setAside(w, "the process died with it in hand, again and again")
	}
	switch {
	case w.superseded():
		return outcome{Decision: Decision{Session: w.session}}
	case w.update.Kind == Slow:
		return e.unlessGone(w, slow(w))
	}
	var o outcome
	o.Session = w.session
	deadline := w.deadline(e.timing.InTime)
	defer deadline.Stop()
	for n := 0; ; n++ {
		d, err := e.decide(o.Session, in)
		if err == nil && n > maxEffects {
			err = errors.New("script asks for too many effects in one turn")
		}
		if err != nil {
			e.log.Error("update set aside", "chat", w.update.Chat, "err", err)
			return e.setAside(w, err.Error())
		}
		o.add(d)
		if d.Effect == nil {
			return e.unlessGone(w, o)
		}
		c := e.begin(w, *d.Effect)
		if r, ok := c.await(e, deadline.C); ok {
			in.Result, o.Session.Pending = &r, nil
			continue
		}
		o.late(c, d.Interim)
		return e.unlessGone(w, o)
	}
}

// superseded says whether this is a channel's refusal of a letter that something was said after: whoever has come back
// in the meantime is not to be met with silence.
func (w *work) superseded() bool {
	if w.update.Kind != Gone {
		return false
	}
	n, err := strconv.ParseUint(w.update.What, 10, 64)
	return err == nil && w.version != n>>8+1
}

// unlessGone keeps in mind whether the chat takes anything, and drops what nobody would read: what others have to
// tell a chat that is gone, and what was on its way there.
func (e *Engine) unlessGone(w *work, o outcome) outcome {
	w.keepThread(&o.Session)
	o.Session.Gone = w.update.Kind == Gone || w.session.Gone && !w.update.Kind.said()
	if o.Session.Gone {
		e.stats.Dropped.Add(int64(len(o.Replies)))
		o.Replies, o.Purge = nil, true
	}
	return o
}

// deadline is the lane's timer, set anew.
func (l *lane) deadline(d time.Duration) *time.Timer {
	if l.timer == nil {
		l.timer = time.NewTimer(d)
	} else {
		l.timer.Reset(d)
	}
	return l.timer
}

func (o *outcome) add(d Decision) {
	o.Session, o.Effect = d.Session, d.Effect
	o.Replies = append(o.Replies, d.Replies...)
	o.Timers = append(o.Timers, d.Timers...)
	o.Events = append(o.Events, d.Events...)
	o.Purge = o.Purge || d.Purge
}

func (o *outcome) late(c *call, interim *Reply) {
	o.Session.Pending, o.pending = &c.effect, c
	switch {
	case interim == nil:
	case c.effect.Once: // it has not even begun: whether it takes long is not known yet
		c.effect.Interim = interim
	default:
		o.Replies = append(o.Replies, *interim)
	}
}

// slow says the interim of an effect that could not begin before its turn had ended, if it is still awaited.
func slow(w *work) outcome {
	o := outcome{Decision: Decision{Session: w.session}}
	if p := w.session.Pending; p != nil && p.id() == w.update.What && p.Interim != nil {
		o.Replies = []Reply{*p.Interim}
	}
	return o
}

// setAside leaves the session as it was and says sorry.
func (e *Engine) setAside(w *work, why string) outcome {
	e.stats.SetAside.Add(1)
	o := outcome{aside: why}
	o.Session = w.session
	if p, r := o.Session.Pending, w.update.Result; p != nil && r != nil && p.Key == r.Key {
		o.Session.Pending = nil // this was its answer, and no other will come
	}
	in := Input{Accepted: w.update}
	in.Kind, in.Text, in.Result, in.Choice = Broken, "", nil, Choice{}
	if d, err := e.decide(w.session, in); err == nil && w.update.Chat != "" {
		o.Replies = d.Replies
	}
	return o
}

// decide asks the script and contains its panics. The panic's value is not logged: it may hold what was said.
func (e *Engine) decide(s Session, in Input) (d Decision, err error) {
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
func (e *Engine) waited(u Accepted) time.Duration { return max(0, e.now().Sub(u.Now)) + u.Lag }

// compose seals what a turn writes.
func (e *Engine) compose(w *work, o outcome) (t Turn, letters []letter, err error) {
	t = Turn{Chat: w.key, Base: w.version, Fence: e.fence, Update: w.update.Seq, Purge: o.Purge, SetAside: o.aside}
	o.Replies = e.withForget(w, o)
	if t.Session, err = e.sealJSON(placeSession, w.key, &o.Session); err != nil {
		return t, nil, fmt.Errorf("session: %w", err)
	}
	for i, r := range o.Replies {
		r.Thread = w.thread()
		l := letter{kind: r.Kind, n: t.Base<<8 + uint64(i), Envelope: Envelope{Chat: w.update.Chat, Reply: r, At: w.update.Now}}
		body, err := e.sealJSON(placeLetter, w.key, &l.Envelope)
		if err != nil {
			return t, nil, fmt.Errorf("reply: %w", err)
		}
		t.Replies, letters = append(t.Replies, body), append(letters, l)
	}
	for _, ev := range o.Events {
		t.Events = append(t.Events, e.vault.seal(placeEvent, w.key, ev))
	}
	if t.Timers, err = e.composeTimers(w, o.Timers); err != nil {
		return t, nil, err
	}
	if p := o.Session.Pending; p != nil {
		if t.Effect, err = e.sealJSON(placeEffect, w.key, pendingEffect{w.update.Chat, *p}); err != nil {
			return t, nil, fmt.Errorf("effect: %w", err)
		}
	}
	if t.SetAside != "" {
		t.Aside, err = e.sealJSON(placeUpdate, w.key, &w.update)
	}
	return t, letters, err
}

// composeTimers seals a turn's timers. An alarm that its turn did not mention is over.
func (e *Engine) composeTimers(w *work, timers []Timer) ([]TimerSet, error) {
	var out []TimerSet
	mentioned := w.update.Kind != Alarm
	for _, t := range timers {
		set := TimerSet{Name: t.Name, Due: t.Due}
		if !t.Due.IsZero() {
			set.Body = e.vault.seal(placeTimer, w.key, []byte(w.update.Chat))
		}
		out = append(out, set)
		mentioned = mentioned || t.Name == w.update.What
	}
	if !mentioned {
		out = append(out, TimerSet{Name: w.update.What})
	}
	return out, nil
}
