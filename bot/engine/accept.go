package engine

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// Accept keeps an update and sets its chat to work. When it returns nil the update is kept, now or before, and the
// channel may be told. Safe for concurrent use; updates of one chat keep the order in which Accept was called.
func (e *Engine) Accept(ctx context.Context, u bot.Update) error {
	if u.ID == "" || u.Kind == "" || u.Chat.Native() == "" {
		return bot.ErrUpdate
	}
	if !e.enter() {
		return bot.ErrStopped
	}
	defer e.ended()
	return e.take(ctx, u)
}

// take is Accept without asking whether the engine runs: for updates that come of its own work.
func (e *Engine) take(ctx context.Context, u bot.Update) error {
	e.clean(&u)
	key := e.sealer.ChatKey(u.Chat)
	a := bot.Accepted{Update: u, Now: e.now()}
	a.Lag, a.Unpaced, a.Settled = e.lags.excess(u.Chat, u.OccurredAt, a.Now), e.unpaced(u.Chat), e.isQuiet(key)
	var seed [16]byte
	if _, err := io.ReadFull(e.rand, seed[:]); err != nil {
		return fmt.Errorf("accept: seed: %w", err)
	}
	a.Seed = bot.Seed(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed[:]))
	body, err := json.Marshal(&a)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	arrival := bot.Arrival{Chat: key, ID: e.sealer.UpdateID(u.Chat, u.ID), At: a.Now, Body: e.sealer.Seal(keyring.ForUpdate, key, body)}
	l := e.lanes.hold(key)
	defer e.lanes.release(l)
	if err := l.lock(ctx); err != nil {
		return err
	}
	defer l.unlock()
	r, err := e.store.Accept(ctx, arrival)
	if err != nil {
		if ctx.Err() == nil { // a caller that has given up says nothing about the store
			e.health.failed(err)
		}
		e.lanes.wake(l, workers.Urgent) // the store may have kept it without being able to say so
		return fmt.Errorf("accept: %w", err)
	}
	e.health.worked()
	if r.Seq == 0 {
		e.stats.Duplicates.Add(1)
		return nil
	}
	e.stats.Accepted.Add(1)
	a.Seq = r.Seq
	e.lanes.push(l, job{update: a, receipt: r})
	return nil
}
