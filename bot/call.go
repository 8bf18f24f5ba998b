package bot

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// call is an effect being performed.
type call struct {
	effect Effect
	done   chan struct{}
	result Result        // after done is closed
	quit   chan struct{} // closed when nobody wants the answer any more
	once   sync.Once
}

func newCall(eff Effect) *call {
	return &call{effect: eff, done: make(chan struct{}), quit: make(chan struct{})}
}

func (c *call) abandoned() bool {
	select {
	case <-c.quit:
		return true
	default:
		return false
	}
}

// pendingEffect is an effect as kept in the store.
type pendingEffect struct {
	Chat   ChatID `json:"chat"`
	Effect Effect `json:"effect"`
}

// id tells one asking of an effect from the others of its chat: the same effect asked for again has the same key and
// is answered anew.
func (e *Effect) id() string {
	return e.Key + "/" + e.Op + "/" + strconv.FormatInt(e.At.UnixNano(), 36)
}

// begin starts an effect of a turn, or finds it already started by an earlier run of the same turn.
func (e *Engine) begin(w *work, eff Effect) *call {
	eff.Key = e.vault.effectKey(w.update.Chat, eff.Asked, eff.N)
	eff.At, eff.Thread = w.update.Now, w.thread()
	for _, c := range w.calls {
		if c.effect.id() == eff.id() {
			return c
		}
	}
	c := newCall(eff)
	w.calls = append(w.calls, c)
	if eff.Once {
		// It must be on record before it is tried; deliver runs it after the commit.
		return c
	}
	e.launch(w.update.Chat, c)
	return c
}

func (e *Engine) launch(chat ChatID, c *call) {
	e.begun()
	e.crew.do(func() {
		defer e.ended()
		c.result = e.perform(c, chat)
		close(c.done)
	})
}

// await waits for the answer as long as the turn may.
func (c *call) await(e *Engine, deadline <-chan time.Time) (Result, bool) {
	if c.effect.Once {
		return Result{}, false
	}
	select {
	case <-c.done:
		return c.result, true
	case <-deadline:
	case <-e.stopping:
		// The turn ends with the effect pending: the next process goes on with it.
	}
	select {
	case <-c.done:
		return c.result, true
	default:
		return Result{}, false
	}
}

// perform tries an effect until it is answered or its time is over.
func (e *Engine) perform(c *call, chat ChatID) Result {
	eff := c.effect
	r := Result{Key: eff.Key, Op: eff.Op}
	deadline := eff.At.Add(e.timing.Budget)
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 10*time.Second) {
		data, err := e.attempt(chat, eff)
		if err == nil {
			r.Data = data
			return r
		}
		e.log.Warn("no answer", "op", eff.Op, "err", err)
		wait := pause/2 + rand.N(pause)
		if eff.Once || e.now().Add(wait).After(deadline) || !e.pauseFor(c.quit, wait) {
			// Stopping is not failing: deliver sees that the engine stops and leaves the effect pending.
			r.Failed, r.Unknown = true, true
			return r
		}
	}
}

func (e *Engine) attempt(chat ChatID, eff Effect) (data Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("effect %s: panic (%T)", eff.Op, p)
			e.log.Error("effect panicked", "op", eff.Op, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(e.ctx, e.timing.Attempt)
	defer cancel()
	return e.outside.Perform(ctx, chat, eff)
}

// deliver hands the answer to an effect whose turn has ended to its chat, as an update of its own.
func (e *Engine) deliver(chat ChatID, c *call) {
	key := c.effect.id()
	if _, busy := e.calls.LoadOrStore(key, c); busy {
		return
	}
	e.begun()
	go func() {
		defer e.ended()
		defer e.calls.Delete(key)
		if c.effect.Once {
			e.launch(chat, c)
			e.sayIfSlow(chat, c, key)
		}
		<-c.done
		if c.result.Failed && (e.halted() || c.abandoned()) {
			return // still pending in the store, or dropped from it
		}
		r := c.result
		r.Late = true
		u := Update{Chat: chat, ID: "answer/" + key, Kind: Answer, Result: &r}
		for pause := 50 * time.Millisecond; e.Accept(e.ctx, u) != nil; pause = min(2*pause, 5*time.Second) {
			if !e.pause(pause) {
				return
			}
		}
	}()
}

// sayIfSlow has the interim of an effect said that is not answered as soon as a turn would have waited for it.
func (e *Engine) sayIfSlow(chat ChatID, c *call, key string) {
	t := time.NewTimer(e.timing.InTime)
	defer t.Stop()
	select {
	case <-c.done:
	case <-e.stopping:
	case <-t.C:
		if err := e.Accept(e.ctx, Update{Chat: chat, ID: "slow/" + key, Kind: Slow, What: key}); err != nil {
			e.log.Warn("interim not said", "chat", chat, "err", err)
		}
	}
}

// abandon ends the tries at an effect that a turn has dropped.
func (e *Engine) abandon(eff *Effect) {
	if v, ok := e.calls.Load(eff.id()); ok {
		c := v.(*call)
		c.once.Do(func() { close(c.quit) })
	}
}

// resume goes on with an effect that an earlier process left pending. One that cannot be asked twice, and one whose
// time is over, is answered with what is known: nothing.
func (e *Engine) resume(key ChatKey, sealed []byte) {
	if len(sealed) == 0 {
		return
	}
	var p pendingEffect
	if err := e.unseal(placeEffect, key, sealed, &p); err != nil {
		e.again(func() error { return e.setEffectAside(key, sealed) })
		return
	}
	if _, busy := e.calls.Load(p.Effect.id()); busy {
		return
	}
	c := newCall(p.Effect)
	if p.Effect.Once || e.now().Sub(p.Effect.At) > e.timing.Budget {
		c.effect.Once = false // it is not to be run
		c.result = Result{Key: p.Effect.Key, Op: p.Effect.Op, Failed: true, Unknown: true}
		close(c.done)
	} else {
		e.launch(p.Chat, c)
	}
	e.deliver(p.Chat, c)
}
