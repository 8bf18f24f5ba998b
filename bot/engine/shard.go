package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"llave/bot"
	"llave/bot/outbox"
	"llave/bot/workers"
)

// Shard runs the chats of one shard: their queues, turns, effects, timers and outbox, under a fence that every commit
// carries. It is started once and ended once, by Stop or by Lost; the next holder of the shard makes another one. Nothing of
// it lives outside: what the shards of a process share are bounds and clocks.
type Shard struct {
	*services
	id     bot.Shard
	fence  bot.Fence
	scope  *workers.Scope
	queues *chatQueues
	outbox *outbox.Dispatcher
	late   lateEffects // effects whose turn has ended
	lost   atomic.Bool

	sureUntil atomic.Int64 // until when the lease is likely to hold, in time since the replica began
	foreign   atomic.Int64 // arrivals accepted elsewhere, as counted by the store; -1: not known

	asking     context.Context // of attempts at effects; ends when the shard is lost
	stopAsking context.CancelFunc
}

func newShard(s *services, id bot.Shard, fence bot.Fence) *Shard {
	sh := &Shard{services: s, id: id, fence: fence, scope: workers.NewScope(), late: lateEffects{m: map[string]*effectCall{}}}
	sh.asking, sh.stopAsking = context.WithCancel(sh.scope.Context())
	sh.queues = newChatQueues(s.turns, &s.schedule, sh.runQueue, sh.scope.Begin, sh.scope.End)
	sh.outbox = s.sender.Dispatcher(sh.scope, s.sealer, fence, sh.unsure, sh.take)
	return sh
}

// Start schedules every chat of the shard that has pending work, behind what is accepted from now on.
func (sh *Shard) Start(ctx context.Context) error {
	const page = 256
	for after := (bot.ChatKey{}); ; {
		keys, err := sh.store.PendingChats(ctx, sh.id, after, page)
		if err != nil {
			return fmt.Errorf("shard %d: pending chats: %w", sh.id, err)
		}
		for _, k := range keys {
			sh.outbox.Expect(k, workers.Background)
			q := sh.queues.hold(k)
			sh.queues.wake(q, workers.Background)
			sh.queues.release(q)
		}
		if len(keys) < page {
			return nil
		}
		after = keys[len(keys)-1]
	}
}

// close lets no new work begin, and ends every wait.
func (sh *Shard) close() {
	sh.scope.Close()
	sh.queues.resumeAll()
}

// Stop ends the shard in order: turns, effects and sends under way are finished and recorded, until ctx ends. What was not
// finished is in the store.
func (sh *Shard) Stop(ctx context.Context) error {
	sh.close()
	return sh.end(ctx)
}

// Lost ends the shard at once, because it belongs to another process now: no turn, effect or send begins, none is
// committed, effects under way are cut, and what the shard has in memory is forgotten. Sends under way are finished and
// recorded, until ctx ends: a message that is known to be sent is not sent again.
func (sh *Shard) Lost(ctx context.Context) error {
	sh.lose()
	return sh.end(ctx)
}

// lose is the first half of Lost: it waits for nothing.
func (sh *Shard) lose() {
	sh.lost.Store(true)
	sh.stopAsking()
	sh.close()
	sh.calls.forget(sh)
	sh.outbox.Close()
}

// end waits for the work under way and for its record, and gives up what the shard still owes: it is in the store.
func (sh *Shard) end(ctx context.Context) error {
	return errors.Join(sh.finish(ctx), sh.outbox.Flush(ctx))
}

// finish waits for the work under way.
func (sh *Shard) finish(ctx context.Context) error {
	err := sh.scope.Stop(ctx)
	sh.stopAsking()
	sh.calls.forget(sh)
	sh.suspects.forget(sh.queues)
	return err
}

// enter begins work for an update that comes from outside. It reports false if the shard has ended.
func (sh *Shard) enter() bool {
	if sh.scope.Stopped() {
		return false
	}
	sh.scope.Begin()
	if sh.scope.Stopped() {
		sh.scope.End()
		return false
	}
	return true
}
