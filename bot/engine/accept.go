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
		switch {
		case !e.open.Load():
			return bot.ErrStopped
		case e.replica != nil:
			return e.acceptForAnother(ctx, key, u)
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

// arrival fixes the hour and the seed of an update, and seals it.
func (s *services) arrival(key bot.ChatKey, u bot.Update, settled bool) (a bot.Accepted, arrival bot.Arrival, err error) {
	s.clean(&u)
	a = bot.Accepted{Update: u, Now: s.now(), Settled: settled}
	a.Lag, a.Unpaced = s.lags.excess(u.Chat, u.OccurredAt, a.Now), s.unpaced(u.Chat)
	var seed [16]byte
	if _, err := io.ReadFull(s.rand, seed[:]); err != nil {
		return a, arrival, fmt.Errorf("accept: seed: %w", err)
	}
	a.Seed = bot.Seed(seedEncoding.EncodeToString(seed[:]))
	body, err := s.sealer.SealJSON(keyring.ForUpdate, key, &a)
	if err != nil {
		return a, arrival, fmt.Errorf("accept: %w", err)
	}
	return a, bot.Arrival{Chat: key, ID: s.sealer.UpdateID(u.Chat, u.ID), At: a.Now, Body: body}, nil
}

// acceptForAnother keeps an update of a chat whose shard another replica holds, and wakes the holder. The store counts it for
// the holder, too: if the wake-up is lost, it finds the update with its next beat.
func (e *Engine) acceptForAnother(ctx context.Context, key bot.ChatKey, u bot.Update) error {
	_, arrival, err := e.arrival(key, u, false)
	if err != nil {
		return err
	}
	r, err := e.store.Accept(ctx, arrival)
	if err != nil {
		if ctx.Err() == nil {
			e.health.failed(err)
		}
		return fmt.Errorf("accept: %w", err)
	}
	e.health.worked()
	if r.Seq == 0 {
		e.stats.Duplicates.Add(1)
		return nil
	}
	e.stats.Accepted.Add(1)
	e.stats.Elsewhere.Add(1)
	e.replica.tell(bot.WakeChat, key)
	return nil
}

func (sh *Shard) accept(ctx context.Context, key bot.ChatKey, u bot.Update) error {
	if sh.lost.Load() && sh.replica == nil {
		return bot.ErrNotHeld
	}
	a, arrival, err := sh.arrival(key, u, sh.isQuiet(key))
	if err != nil {
		return err
	}
	arrival.Fence = sh.fence
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
	case sh.replica != nil && r.Seq != 0 && (sh.lost.Load() || r.Fence != sh.fence):
		sh.replica.tell(bot.WakeChat, key)
		return nil // its holder finds it also without: by the store's count, or when it takes the shard
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
