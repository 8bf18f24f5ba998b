package engine

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// pendingEffect is an effect as kept in the store.
type pendingEffect struct {
	Chat   bot.ChatID `json:"chat"`
	Effect bot.Effect `json:"effect"`
}

// effectID tells one asking of an effect from the others of its chat: the same effect asked for again has the same key and
// is answered anew.
func effectID(e *bot.Effect) string {
	return e.Key + "/" + e.Op + "/" + strconv.FormatInt(e.At.UnixNano(), 36)
}

// begin starts an effect of a turn, or finds it already started by an earlier run of the same turn.
func (e *Engine) begin(w *work, eff bot.Effect) *call {
	eff.Key = e.sealer.EffectKey(w.update.Chat, eff.Asked, eff.N)
	eff.At, eff.Thread = w.update.Now, w.thread()
	for _, c := range w.calls {
		if effectID(&c.effect) == effectID(&eff) {
			return c
		}
	}
	c := &call{chat: w.update.Chat, effect: eff}
	w.calls = append(w.calls, c)
	if !eff.Once { // one that is must be on record before it is tried; deliver starts it after the commit
		e.calls.start(c)
	}
	return c
}

// attempt asks the outside once.
func (e *Engine) attempt(c *call) (data bot.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("effect %s: panic (%T): %w", c.effect.Op, p, errNotCounted)
			e.log.Error("effect panicked", "op", c.effect.Op, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := e.attemptContext()
	defer cancel()
	return e.outside.Run(ctx, c.chat, c.effect)
}

// deliver has the answer to an effect whose turn has ended handed to its chat, as an update of its own.
func (e *Engine) deliver(c *call) {
	key := effectID(&c.effect)
	if !e.calls.adopt(key, c) {
		return
	}
	e.owed.Add() // nothing runs while it waits: Stop does not wait for it, Drain does
	if c.effect.Once {
		e.calls.start(c)
		e.sayIfSlow(c, key)
	}
	e.calls.whenOver(c, func() { e.handBackSoon(c, key, 50*time.Millisecond) })
}

func (e *Engine) handBackSoon(c *call, key string, pause time.Duration) {
	e.running.Add()
	e.turns.Do(workers.Normal, func() {
		defer e.running.Done()
		e.handBack(c, key, pause)
	})
}

// handBack hands a late answer to its chat. A store that does not take it is asked again after a pause. An answer that comes
// while the engine stops is kept for the next process: what cannot be asked twice would have no known outcome.
func (e *Engine) handBack(c *call, key string, pause time.Duration) {
	r := c.result
	r.Late = true
	// A failure is left as it is in the store if the engine stops, and was dropped from there if the turn was.
	if !r.Failed || !e.halted() && !e.calls.dropped(c) {
		if e.take(e.ctx, bot.Update{Chat: c.chat, ID: "answer/" + key, Kind: bot.Answer, Result: &r}) != nil && !e.halted() {
			e.schedule.After(&workers.Entry{F: func() { e.handBackSoon(c, key, min(2*pause, 5*time.Second)) }}, pause)
			return
		}
	}
	e.calls.forget(key)
	e.owed.Done()
}

// sayIfSlow sends the interim of an effect that is not answered after as long as a turn would have waited for it.
func (e *Engine) sayIfSlow(c *call, key string) {
	say := func() {
		if e.calls.over(c) {
			return
		}
		if err := e.Accept(e.ctx, bot.Update{Chat: c.chat, ID: "slow/" + key, Kind: bot.Slow, Subtype: key}); err != nil {
			e.log.Warn("interim not said", "chat", c.chat, "err", err)
		}
	}
	e.schedule.After(&workers.Entry{F: func() {
		if !e.halted() && !e.calls.over(c) {
			e.turns.Do(workers.Normal, say)
		}
	}}, e.timing.InTime)
}

// resume goes on with an effect that an earlier process left pending. One that cannot be asked twice, and one whose
// time is over, is answered with what is known: nothing.
func (e *Engine) resume(key bot.ChatKey, sealed []byte) error {
	if len(sealed) == 0 {
		return nil
	}
	var p pendingEffect
	if err := e.sealer.OpenJSON(keyring.ForEffect, key, sealed, &p); err != nil {
		return e.setEffectAside(key, sealed)
	}
	if e.calls.late(effectID(&p.Effect)) {
		return nil
	}
	c := &call{chat: p.Chat, effect: p.Effect, sent: true} // the earlier process may have sent it
	if p.Effect.Once || e.now().Sub(p.Effect.At) > e.timing.Budget {
		c.effect.Once = false // it is not to be run
		c.isOver, c.result = true, bot.Result{Key: p.Effect.Key, Op: p.Effect.Op, Failed: true, Unknown: true}
	} else {
		e.calls.start(c)
	}
	e.deliver(c)
	return nil
}
