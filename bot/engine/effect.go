package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// pendingEffect is an effect as it is kept in the store.
type pendingEffect struct {
	Chat   bot.ChatID `json:"chat"`
	Effect bot.Effect `json:"effect"`
}

// effectID tells one request for an effect from the others of its chat. The same effect requested again has the same
// key and another id, and is answered anew.
func effectID(e *bot.Effect) string {
	return e.Key + "/" + e.Op + "/" + strconv.FormatInt(e.At.UnixNano(), 36)
}

// startEffect starts an effect of a turn, or finds the one that an earlier run of the same turn started.
func (sh *Shard) startEffect(w *turn, eff bot.Effect) *effectCall {
	eff.Key = sh.sealer.EffectKey(w.update.Chat, eff.Asked, eff.N)
	eff.At, eff.Thread = w.update.Now, w.thread()
	for _, c := range w.calls {
		if effectID(&c.effect) == effectID(&eff) {
			return c
		}
	}
	c := &effectCall{sh: sh, chat: w.update.Chat, effect: eff}
	w.calls = append(w.calls, c)
	if !eff.Once { // an effect that cannot be repeated must be on record before it is tried: awaitLate starts it after the commit
		sh.calls.start(c)
	}
	return c
}

// attempt runs the effect once.
func (sh *Shard) attempt(c *effectCall) (data bot.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("effect %s: panic (%T): %w", c.effect.Op, p, errNotCounted)
			sh.log.Error("effect panicked", "op", c.effect.Op, "stack", string(debug.Stack()))
		}
	}()
	if err := sh.waitSure(sh.asking); err != nil {
		return data, fmt.Errorf("%w: %w", errNotCounted, err)
	}
	ctx, cancel := context.WithTimeout(sh.asking, sh.timing.Attempt)
	defer cancel()
	return sh.runner.Run(ctx, c.chat, c.effect)
}

// awaitLate hands the answer of an effect whose turn has ended to its chat, as an update of its own.
func (sh *Shard) awaitLate(c *effectCall) {
	key := effectID(&c.effect)
	if !sh.late.add(key, c) {
		return
	}
	sh.scope.Owed.Add() // no goroutine runs while it waits: Stop does not wait for it, Drain does
	if c.effect.Once {
		sh.calls.start(c)
		sh.sayIfSlow(c, key)
	}
	sh.calls.whenOver(c, func() { sh.acceptAnswerSoon(c, key, 50*time.Millisecond) })
}

func (sh *Shard) acceptAnswerSoon(c *effectCall, key string, pause time.Duration) {
	sh.scope.Running.Add()
	sh.turns.Do(workers.Normal, func() {
		defer sh.scope.Running.Done()
		sh.acceptAnswer(c, key, pause)
	})
}

// acceptAnswer accepts a late answer as an update of its chat. If the store fails it is tried again after a pause. An
// answer that comes while the shard stops is kept for the next holder: an effect that cannot be repeated would have
// no known outcome.
func (sh *Shard) acceptAnswer(c *effectCall, key string, pause time.Duration) {
	r := c.result
	r.Late = true
	// A failure stays in the store if the shard ends; a later turn may have dropped the effect.
	if !r.Failed || !sh.scope.Stopped() && !sh.calls.isAbandoned(c) {
		if sh.take(sh.scope.Context(), bot.Update{Chat: c.chat, ID: "answer/" + key, Kind: bot.Answer, Result: &r}) != nil && !sh.scope.Stopped() {
			sh.schedule.After(&workers.Entry{F: func() { sh.acceptAnswerSoon(c, key, min(2*pause, 5*time.Second)) }}, pause)
			return
		}
	}
	sh.late.remove(key)
	sh.scope.Owed.Done()
}

// sayIfSlow sends the interim of an effect if the effect takes longer than Timing.InTime.
func (sh *Shard) sayIfSlow(c *effectCall, key string) {
	say := func() {
		if sh.calls.over(c) || !sh.enter() {
			return
		}
		defer sh.scope.End()
		if err := sh.take(sh.scope.Context(), bot.Update{Chat: c.chat, ID: "slow/" + key, Kind: bot.Slow, Subtype: key}); err != nil {
			sh.log.Warn("interim not said", "chat", c.chat, "err", err)
		}
	}
	sh.schedule.After(&workers.Entry{F: func() {
		if !sh.scope.Stopped() && !sh.calls.over(c) {
			sh.turns.Do(workers.Normal, say)
		}
	}}, sh.timing.InTime)
}

// resumeEffect continues an effect that an earlier process left pending. An effect that cannot be repeated, or whose
// budget is spent, gets an answer with an unknown outcome.
func (sh *Shard) resumeEffect(key bot.ChatKey, sealed []byte) error {
	if len(sealed) == 0 {
		return nil
	}
	var p pendingEffect
	if err := sh.sealer.OpenJSON(keyring.ForEffect, key, sealed, &p); err != nil {
		return sh.quarantineEffect(key, sealed)
	}
	if sh.late.get(effectID(&p.Effect)) != nil {
		return nil
	}
	c := &effectCall{sh: sh, chat: p.Chat, effect: p.Effect, sent: true} // the earlier process may have sent it
	if p.Effect.Once || sh.now().Sub(p.Effect.At) > sh.timing.Budget {
		c.effect.Once = false // it is not to be run
		c.isOver, c.result = true, bot.Result{Key: p.Effect.Key, Op: p.Effect.Op, Failed: true, Unknown: true}
	} else {
		sh.calls.start(c)
	}
	sh.awaitLate(c)
	return nil
}

// abandonLate ends the attempts at a late effect that the session does not wait for any more.
func (sh *Shard) abandonLate(e *bot.Effect) {
	if c := sh.late.get(effectID(e)); c != nil {
		sh.calls.abandon(c)
	}
}
