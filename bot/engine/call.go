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
func (sh *Shard) begin(w *work, eff bot.Effect) *call {
	eff.Key = sh.sealer.EffectKey(w.update.Chat, eff.Asked, eff.N)
	eff.At, eff.Thread = w.update.Now, w.thread()
	for _, c := range w.calls {
		if effectID(&c.effect) == effectID(&eff) {
			return c
		}
	}
	c := &call{sh: sh, chat: w.update.Chat, effect: eff}
	w.calls = append(w.calls, c)
	if !eff.Once { // one that is must be on record before it is tried; deliver starts it after the commit
		sh.calls.start(c)
	}
	return c
}

// attempt asks the outside once.
func (sh *Shard) attempt(c *call) (data bot.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("effect %s: panic (%T): %w", c.effect.Op, p, errNotCounted)
			sh.log.Error("effect panicked", "op", c.effect.Op, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(sh.asking, sh.timing.Attempt)
	defer cancel()
	return sh.runner.Run(ctx, c.chat, c.effect)
}

// deliver has the answer to an effect whose turn has ended handed to its chat, as an update of its own.
func (sh *Shard) deliver(c *call) {
	key := effectID(&c.effect)
	if !sh.late.add(key, c) {
		return
	}
	sh.scope.Owed.Add() // nothing runs while it waits: Stop does not wait for it, Drain does
	if c.effect.Once {
		sh.calls.start(c)
		sh.sayIfSlow(c, key)
	}
	sh.calls.whenOver(c, func() { sh.handBackSoon(c, key, 50*time.Millisecond) })
}

func (sh *Shard) handBackSoon(c *call, key string, pause time.Duration) {
	sh.scope.Running.Add()
	sh.turns.Do(workers.Normal, func() {
		defer sh.scope.Running.Done()
		sh.handBack(c, key, pause)
	})
}

// handBack hands a late answer to its chat. A store that does not take it is asked again after a pause. An answer that comes
// while the engine stops is kept for the next process: what cannot be asked twice would have no known outcome.
func (sh *Shard) handBack(c *call, key string, pause time.Duration) {
	r := c.result
	r.Late = true
	// A failure is left as it is in the store if the engine stops, and was dropped from there if the turn was.
	if !r.Failed || !sh.scope.Stopped() && !sh.calls.isAbandoned(c) {
		if sh.take(sh.scope.Context(), bot.Update{Chat: c.chat, ID: "answer/" + key, Kind: bot.Answer, Result: &r}) != nil && !sh.scope.Stopped() {
			sh.schedule.After(&workers.Entry{F: func() { sh.handBackSoon(c, key, min(2*pause, 5*time.Second)) }}, pause)
			return
		}
	}
	sh.late.remove(key)
	sh.scope.Owed.Done()
}

// sayIfSlow sends the interim of an effect that is not answered after as long as a turn would have waited for it.
func (sh *Shard) sayIfSlow(c *call, key string) {
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

// resume goes on with an effect that an earlier process left pending. One that cannot be asked twice, and one whose
// time is over, is answered with what is known: nothing.
func (sh *Shard) resume(key bot.ChatKey, sealed []byte) error {
	if len(sealed) == 0 {
		return nil
	}
	var p pendingEffect
	if err := sh.sealer.OpenJSON(keyring.ForEffect, key, sealed, &p); err != nil {
		return sh.setEffectAside(key, sealed)
	}
	if sh.late.get(effectID(&p.Effect)) != nil {
		return nil
	}
	c := &call{sh: sh, chat: p.Chat, effect: p.Effect, sent: true} // the earlier process may have sent it
	if p.Effect.Once || sh.now().Sub(p.Effect.At) > sh.timing.Budget {
		c.effect.Once = false // it is not to be run
		c.isOver, c.result = true, bot.Result{Key: p.Effect.Key, Op: p.Effect.Op, Failed: true, Unknown: true}
	} else {
		sh.calls.start(c)
	}
	sh.deliver(c)
	return nil
}

// abandonLate ends the attempts at a late effect that the session waits for no more.
func (sh *Shard) abandonLate(e *bot.Effect) {
	if c := sh.late.get(effectID(e)); c != nil {
		sh.calls.abandon(c)
	}
}
