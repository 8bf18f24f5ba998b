package engine

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// Accept keeps an update and schedules its chat. When it returns nil the update is kept, now or before, and the
// channel may be told. Safe for concurrent use; updates of one chat keep the order in which Accept was called. Errors:
// [bot.ErrUpdate], [bot.ErrStopped], [bot.ErrNotHeld], and those of the store.
func (e *Engine) Accept(ctx context.Context, u bot.Update) error {
	if u.Kind.Internal() {
		return bot.ErrUpdate // whoever it comes from would speak as an agent, or as the back end
	}
	return e.acceptFrom(ctx, u)
}

// acceptFrom is Accept for updates that come from outside a shard, of any kind.
func (e *Engine) acceptFrom(ctx context.Context, u bot.Update) error {
	if u.ID == "" || u.Kind == "" || u.Chat.Native() == "" {
		return bot.ErrUpdate
	}
	if !e.open.Load() {
		return bot.ErrStopped
	}
	key := e.sealer.ChatKey(u.Chat)
	sh := e.shard(key)
	if sh == nil || !sh.enter() {
		if !e.open.Load() {
			return bot.ErrStopped
		}
		return bot.ErrNotHeld
	}
	defer sh.scope.End()
	return sh.accept(ctx, key, u)
}

// seedEncoding writes a [bot.Seed].
var seedEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// take is Accept for updates that come of the shard's own work, also while it stops.
func (sh *Shard) take(ctx context.Context, u bot.Update) error {
	return sh.accept(ctx, sh.sealer.ChatKey(u.Chat), u)
}

func (sh *Shard) accept(ctx context.Context, key bot.ChatKey, u bot.Update) error {
	if sh.lost.Load() {
		return bot.ErrNotHeld
	}
	sh.clean(&u)
	a := bot.Accepted{Update: u, Now: sh.now()}
	a.Lag, a.Unpaced, a.Settled = sh.lags.excess(u.Chat, u.OccurredAt, a.Now), sh.unpaced(u.Chat), sh.isQuiet(key)
	var seed [16]byte
	if _, err := io.ReadFull(sh.rand, seed[:]); err != nil {
		return fmt.Errorf("accept: seed: %w", err)
	}
	a.Seed = bot.Seed(seedEncoding.EncodeToString(seed[:]))
	body, err := sh.sealer.SealJSON(keyring.ForUpdate, key, &a)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	arrival := bot.Arrival{Chat: key, ID: sh.sealer.UpdateID(u.Chat, u.ID), At: a.Now, Body: body}
	q := sh.queues.hold(key)
	defer sh.queues.release(q)
	if err := q.lock(ctx); err != nil {
		return err
	}
	defer q.unlock()
	r, err := sh.store.Accept(ctx, arrival)
	if err != nil {
		if ctx.Err() == nil { // a caller that has given up says nothing about the store
			sh.health.failed(err)
		}
		sh.queues.wake(q, workers.Urgent) // the store may have kept it without being able to say so
		return fmt.Errorf("accept: %w", err)
	}
	sh.health.worked()
	switch {
	case sh.lost.Load():
		return bot.ErrNotHeld // the holder may have looked for pending chats before this was kept: have it repeated
	case r.Seq == 0:
		sh.stats.Duplicates.Add(1)
		if !sh.queues.busy(key) {
			sh.queues.wake(q, workers.Urgent) // an earlier holder may have kept it without answering
		}
		return nil
	}
	sh.stats.Accepted.Add(1)
	a.Seq = r.Seq
	sh.queues.push(q, queuedUpdate{update: a, receipt: r})
	return nil
}
