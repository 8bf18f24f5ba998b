package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/outbox"
	"llave/bot/workers"
)

// Engine runs the path of an update on the shards that this process holds. Make it with [New], then Start; Stop may be
// called twice, and before Start.
type Engine struct {
	services
	keys   *keyring.Ring
	pinned []string // proposed to a store that is new
	shards shardTable

	housekeeping workers.Activity // housekeeping, which outlives the shards
	scope        *workers.Scope   // of the housekeeping
	open         atomic.Bool
	quiet        chan struct{} // closed when no shard runs any more
}

// Stats counts what the engine did since it was made.
type Stats struct {
	outbox.Stats
	Accepted, Duplicates, Turns, Late, Quarantined, Conflicts atomic.Int64
	Unreadable                                                atomic.Int64 // what could not be opened
	ShardsClaimed, ShardsLost                                 atomic.Int64 // shards that this replica took, and that another one took from it
	WentBack                                                  atomic.Int64 // times that the store held less than was committed
	FencedTurns, Elsewhere                                    atomic.Int64 // turns that another replica's fence refused; updates accepted for others
	Woken                                                     atomic.Int64 // chats that another process had this one look at
	WakeSent, WakeFailed                                      atomic.Int64 // wake-ups that were told others, and that were lost here

	Hushed   atomic.Int64                        // replies of the script that were not said because an agent had the case
	ActsDone atomic.Int64                        // acts of agents
	Refused  map[bot.Refusal]*atomic.Int64       // acts that were not done, by reason; the map is never written
	Fed      atomic.Int64                        // events that the reader of the logs has applied
	Unfed    struct{ Failed, Gaps atomic.Int64 } // tries that failed, and shards that have stopped because events are missing
}

// New builds an engine. It touches nothing.
func New(c Config) (*Engine, error) {
	if c.Store == nil || c.Script == nil || c.Effects == nil || c.Keys == nil {
		return nil, errors.New("engine: store, script, effects and keys are required")
	}
	e := &Engine{keys: c.Keys, pinned: c.Pinned, scope: workers.NewScope(), quiet: make(chan struct{})}
	e.services = services{
		store: c.Store, script: c.Script, runner: c.Effects, channels: c.Channels, log: c.Log, clock: c.Now, rand: c.Rand,
		timing: c.Timing.orDefault(), rates: newRates(c.Rates), desk: c.Desk, logs: logs{wake: make(chan struct{}, 1)},
		mask: func(text string) bot.Masked { return bot.Masked{Text: text} },
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.clock == nil {
		e.clock = time.Now
	}
	if m, ok := c.Script.(bot.Masker); ok {
		e.mask = m.Mask
	}
	if e.rand == nil {
		e.rand = rand.Reader
	}
	if c.Replica != nil {
		var err error
		if e.replica, err = newReplica(e, *c.Replica); err != nil {
			return nil, err
		}
	}
	e.stats.Refused = refusalCounters()
	e.numbers.init(&e.services)
	limits := c.Limits.orDefault()
	e.workers = workers.New(e.quiet)
	e.turns = workers.NewPool(e.workers, limits.Turns)
	e.calls = newEffectCalls(&e.services, limits.Calls)
	e.sender = outbox.NewSender(outbox.Config{
		Store: c.Store, Channels: c.Channels, Renderer: c.Renderer, Log: e.log, Now: e.now, Attempt: e.timing.Attempt, GiveUp: e.timing.GiveUp,
		Sends: limits.Sends, Workers: e.workers, Reads: e.turns, Schedule: &e.schedule, StoreFailed: e.storeFailed,
		Logged: e.logged,
	}, &e.stats.Stats)
	return e, nil
}

// Stats returns the counters, live.
func (e *Engine) Stats() *Stats { return &e.stats }

// Effects says how many effects are being performed, how many wait for their place or their next attempt, and whether
// the breaker holds them back.
func (e *Engine) Effects() (running, waiting int, open bool) { return e.calls.load() }

// Ready returns nil while the store takes what it is given, and why not otherwise.
func (e *Engine) Ready() error {
	if !e.open.Load() {
		return bot.ErrStopped
	}
	return e.health.err()
}

// storeFailed notes an error of the store. A shard that another replica holds says nothing about the store.
func (s *services) storeFailed(err error) {
	if s.replica == nil || !errors.Is(err, bot.ErrFenced) {
		s.health.failed(err)
	}
}

// Start takes every shard, sets to work what an earlier process left, and begins to accept. A replica takes its part.
func (e *Engine) Start(ctx context.Context) error {
	if e.replica != nil {
		return e.StartWith(ctx, nil)
	}
	return e.StartWith(ctx, allShards())
}

func allShards() []bot.Shard {
	all := make([]bot.Shard, bot.Shards)
	for i := range all {
		all[i] = bot.Shard(i)
	}
	return all
}

// StartWith begins to accept for the chats of some shards; see [Engine.Acquire] for more of them.
func (e *Engine) StartWith(ctx context.Context, shards []bot.Shard) error {
	s, err := keyring.Open(e.keys, func(name string, value []byte) ([]byte, error) { return e.store.PutIfAbsent(ctx, name, value) }, e.pinned...)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	e.sealer = s
	e.numbers.fill(ctx)
	if err := e.Acquire(ctx, shards); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	e.open.Store(true)
	work := []func(){func() { e.sender.RecordResults(e.quiet) }, e.runTimers, e.runSweeper, e.runNumbers}
	if e.replica != nil {
		if err := e.replica.start(ctx); err != nil {
			return fmt.Errorf("start: %w", err)
		}
		work = append(work, e.replica.run)
		if e.replica.wakeups != nil {
			work = append(work, e.replica.tellOthers, e.replica.listenToOthers)
		}
	}
	for _, keep := range work {
		e.housekeeping.Add()
		go func() {
			defer e.housekeeping.Done()
			keep()
		}()
	}
	return nil
}

// Acquire takes shards, under a fence above that of their earlier holder, and starts them. A shard that this process holds
// already is ended first.
func (e *Engine) Acquire(ctx context.Context, shards []bot.Shard) error {
	if len(shards) == 0 {
		return nil
	}
	if err := e.Lose(ctx, shards); err != nil {
		return err
	}
	fence, err := e.store.AcquireShards(ctx, shards)
	if err != nil {
		return fmt.Errorf("acquire shards: %w", err)
	}
	for _, id := range shards {
		sh := newShard(&e.services, id, fence)
		e.shards.set(id, sh)
		e.logs.mark(id, e.now())
		if err := sh.Start(ctx); err != nil {
			return errors.Join(err, e.Lose(ctx, shards))
		}
	}
	return nil
}

// Release ends shards in order, until ctx ends: what is under way is finished, and what is not is in the store.
func (e *Engine) Release(ctx context.Context, shards []bot.Shard) error {
	return e.drop(ctx, shards, (*Shard).close)
}

// Lose ends shards at once that belong to another process now. Sends under way are finished, until ctx ends.
func (e *Engine) Lose(ctx context.Context, shards []bot.Shard) error {
	return e.drop(ctx, shards, (*Shard).lose)
}

// drop closes shards, all before it waits for the first one.
func (e *Engine) drop(ctx context.Context, shards []bot.Shard, closing func(*Shard)) error {
	var dropped []*Shard
	for _, id := range shards {
		if sh := e.shards.set(id, nil); sh != nil {
			closing(sh)
			dropped = append(dropped, sh)
		}
	}
	var errs []error
	for _, sh := range dropped {
		errs = append(errs, sh.end(ctx))
	}
	return errors.Join(errs...)
}

// shard is the holder of a chat's shard; nil if this process does not hold it.
func (e *Engine) shard(key bot.ChatKey) *Shard { return e.shards.get(key.Shard()) }

// held are the shards that this process holds, and heldShards their names. The lists belong to all callers.
func (e *Engine) held() []*Shard { return e.shards.held().shards }

func (e *Engine) heldShards() []bot.Shard { return e.shards.held().names }

// Stop ends the engine in order: nothing new is accepted, turns and sends under way are finished, then what is left
// is cut at ctx's deadline. Nothing is lost: what was not finished is in the store.
func (e *Engine) Stop(ctx context.Context) error {
	e.open.Store(false)
	if e.scope.Stopped() {
		return nil
	}
	if e.replica != nil {
		e.replica.leave(ctx)
	}
	e.scope.Close()
	held := e.held()
	for _, sh := range held {
		sh.close()
	}
	var errs []error
	for _, sh := range held {
		errs = append(errs, sh.finish(ctx))
	}
	close(e.quiet)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	e.scope.Stop(last)
	e.housekeeping.Wait(last)
	if err := firstOf(errs); err != nil || e.replica == nil {
		return err
	}
	e.replica.release(last, held)
	return nil
}

// firstOf is the first error, since every shard that is cut short says the same.
func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Drain waits until nothing is pending: every update answered, every message sent or dead, every effect
// answered. New updates may come in meanwhile, and are waited for.
func (e *Engine) Drain(ctx context.Context) error {
	for before := int64(-1); ; {
		idle, added := true, int64(0)
		for _, sh := range e.held() {
			ready, n := sh.scope.Owed.Idle()
			if added += n; ready {
				continue
			}
			idle = false
			if err := e.waitFor(ctx, sh); err != nil {
				return err
			}
		}
		if idle && added == before {
			return nil // shards give work to one another: one look at each of them in turn may miss it
		}
		before = added
	}
}

// waitFor waits until nothing of a shard is pending, or the shard has ended: what is left is in the store.
func (e *Engine) waitFor(ctx context.Context, sh *Shard) error {
	held, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(sh.asking, cancel)
	defer stop()
	if err := sh.scope.Owed.Wait(held); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// ChatRef is a name of the chat that others may keep without being able to read it. Only after Start.
func (e *Engine) ChatRef(c bot.ChatID) string { return e.sealer.ChatRef(c) }

// OpenChatRef reads what ChatRef made.
func (e *Engine) OpenChatRef(ref string) (bot.ChatID, error) { return e.sealer.OpenChatRef(ref) }
