package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// Engine runs the path of an update. Make it with [New], then Start; Stop may be called twice, and before Start.
type Engine struct {
	store    bot.Store
	script   bot.Script
	mask     func(text string) bot.Masked // of what must not be kept
	outside  bot.EffectRunner
	channels map[string]bot.Channel
	maker    bot.Renderer
	log      *slog.Logger
	clock    func() time.Time
	rand     io.Reader
	timing   Timing
	ring     *keyring.Ring
	sealer   *keyring.Sealer
	fence    bot.Fence

	schedule workers.Schedule

	workers *workers.Workers
	turns   *workers.Pool // of chats' turns
	lanes   *lanes
	calls   *calls
	rates   *rates
	relay   *relay
	lags    lags
	health  health
	stats   Stats

	owed    workers.Activity // what Drain waits for: lanes that run, letters unsent, effects unanswered
	running workers.Activity // goroutines that Stop waits for
	keeping workers.Activity // the housekeeping, which outlives them

	suspects suspects

	open     atomic.Bool
	stopping chan struct{} // closed when no new work may begin
	stopOnce sync.Once
	quiet    chan struct{}   // closed when nothing runs any more but the housekeeping
	ctx      context.Context // ends when nothing may go on
	cancel   context.CancelFunc
}

// Stats counts what the engine did since it was made.
type Stats struct {
	Accepted, Duplicates, Turns, Late, Quarantined, Conflicts atomic.Int64
	Sent, Resent, Dropped, DeadLetters                        atomic.Int64
	Unreadable                                                atomic.Int64 // what could not be opened
}

// New builds an engine. It touches nothing.
func New(c Config) (*Engine, error) {
	if c.Store == nil || c.Script == nil || c.Effects == nil || c.Keys == nil {
		return nil, errors.New("bot: store, script, outside and keys are required")
	}
	e := &Engine{
		store: c.Store, script: c.Script, outside: c.Effects, channels: c.Channels, maker: c.Renderer, ring: c.Keys,
		log: c.Log, clock: c.Now, rand: c.Rand, timing: c.Timing.orDefault(), stopping: make(chan struct{}), quiet: make(chan struct{}),
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.clock == nil {
		e.clock = time.Now
	}
	if m, ok := c.Script.(bot.Masker); ok {
		e.mask = m.Mask
	} else {
		e.mask = func(text string) bot.Masked { return bot.Masked{Text: text} }
	}
	if e.rand == nil {
		e.rand = rand.Reader
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.workers = workers.New(e.stopping)
	limits := c.Limits.orDefault()
	e.turns = workers.NewPool(e.workers, limits.Turns)
	e.lanes = newLanes(e.turns, &e.schedule, e.runLane, e.begun, e.ended)
	e.rates = newRates(c.Rates)
	e.calls = newCalls(e, limits.Calls)
	e.relay = newRelay(e, limits.Sends)
	return e, nil
}

// isNear says whether an effect reaches no further than this process.
func (e *Engine) isNear(op string) bool {
	n, ok := e.outside.(bot.LocalEffects)
	return ok && n.Local(op)
}

// now is the hour in UTC without a monotonic reading, as it will be read back from the store.
func (e *Engine) now() time.Time { return e.clock().UTC().Round(0) }

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

// Start takes the shards, sets to work what an earlier process left, and begins to accept.
func (e *Engine) Start(ctx context.Context) error {
	v, err := keyring.Open(e.ring, func(name string, value []byte) ([]byte, error) { return e.store.PutIfAbsent(ctx, name, value) })
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	e.sealer = v
	all := make([]bot.Shard, bot.Shards)
	for i := range all {
		all[i] = bot.Shard(i)
	}
	if e.fence, err = e.store.AcquireShards(ctx, all); err != nil {
		return fmt.Errorf("start: claim shards: %w", err)
	}
	for _, s := range all {
		if err := e.recover(ctx, s); err != nil {
			return fmt.Errorf("start: %w", err)
		}
	}
	e.open.Store(true)
	e.keeping.Add()
	go e.keepMarks()
	e.keeping.Add()
	go e.keepTime()
	e.keeping.Add()
	go e.keepHouse()
	return nil
}

// recover schedules every chat of the shard that has pending work, behind what is accepted from now on.
func (e *Engine) recover(ctx context.Context, s bot.Shard) error {
	const page = 256
	for after := (bot.ChatKey{}); ; {
		keys, err := e.store.PendingChats(ctx, s, after, page)
		if err != nil {
			return err
		}
		for _, k := range keys {
			e.relay.expect(k, workers.Background)
			l := e.lanes.hold(k)
			e.lanes.wake(l, workers.Background)
			e.lanes.release(l)
		}
		if len(keys) < page {
			return nil
		}
		after = keys[len(keys)-1]
	}
}

// Stop ends the engine in order: nothing new is accepted, turns and sends under way are finished, then what is left
// is cut at ctx's deadline. Nothing is lost: what was not finished is in the store.
func (e *Engine) Stop(ctx context.Context) error {
	e.open.Store(false)
	var err error
	e.stopOnce.Do(func() {
		close(e.stopping)
		e.lanes.resumeAll()
		if err = e.running.Wait(ctx); err != nil {
			err = fmt.Errorf("stop: cut short: %w", err)
		}
		e.cancel() // what is still under way returns at once
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		e.running.Wait(last)
		close(e.quiet)
		e.keeping.Wait(last)
	})
	return err
}

// Drain waits until nothing is owed to anybody: every update answered, every letter sent or dead, every effect
// answered. New updates may come in meanwhile, and are waited for.
func (e *Engine) Drain(ctx context.Context) error { return e.owed.Wait(ctx) }

func (e *Engine) enter() bool {
	if !e.open.Load() {
		return false
	}
	e.begun()
	if !e.open.Load() {
		e.ended()
		return false
	}
	return true
}

// begun and ended enclose work that Drain and Stop wait for.
func (e *Engine) begun() { e.owed.Add(); e.running.Add() }
func (e *Engine) ended() { e.owed.Done(); e.running.Done() }

func (e *Engine) halted() bool {
	select {
	case <-e.stopping:
		return true
	default:
		return false
	}
}

// pause waits, and returns false if the engine stops meanwhile.
func (e *Engine) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-e.stopping:
	}
	return false
}

// ChatRef is a name of the chat that others may keep without being able to read it. Only after Start.
func (e *Engine) ChatRef(c bot.ChatID) string { return e.sealer.ChatRef(c) }

// OpenChatRef reads what ChatRef made.
func (e *Engine) OpenChatRef(ref string) (bot.ChatID, error) { return e.sealer.OpenChatRef(ref) }
