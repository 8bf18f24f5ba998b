package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
)

// ReplicaConfig makes the engine one of several on one store, which must be a [bot.Replicas].
type ReplicaConfig struct {
	bot.Replica
	Lease time.Duration // zero: DefaultLease
	// Was is the ID of an earlier run of this process, if it is known to be dead: its shards are free at once.
	Was string
	// Alone has one replica hold every shard: the one whose ID is the lowest of those that live, until it ends or its lease is
	// over. The others stand by, and accept for it. For channels that keep on one machine what they remember.
	Alone bool
	// Tell, unless nil, makes what this replica tells the others with each heartbeat; see [Engine.Others].
	Tell func() []byte
	// Beat is how often leases are renewed; zero: a tenth of the lease.
	Beat time.Duration
}

// DefaultLease is how long a shard is nobody's after its holder has died.
const DefaultLease = 10 * time.Second

// replica divides the shards with the other processes on the store. Each beat renews what is held, gives back what belongs to
// another, and claims what is free.
type replica struct {
	*Engine
	ReplicaConfig
	leases  bot.Replicas
	wakeups bot.Wakeups // nil: what others accept is found with the next beat
	telling chan wakeup
	unwoken atomic.Bool // that others are not woken has been said
	began   time.Time   // durations are counted from here, by the monotonic clock

	beat    sync.Mutex // one beat at a time: two would take shards from each other
	leaving atomic.Bool
	anew    atomic.Bool                   // all shards are to be claimed anew
	others  atomic.Pointer[[]bot.Replica] // those that live, besides this one
	last    atomic.Int64                  // when the last beat ended well

	mu        sync.Mutex
	releasing map[bot.Shard]struct{} // being drained
}

func newReplica(e *Engine, c ReplicaConfig) (*replica, error) {
	leases, ok := e.store.(bot.Replicas)
	if !ok || c.ID == "" {
		return nil, errors.New("engine: a replica needs an ID and a store that several processes may share")
	}
	if c.Lease <= 0 {
		c.Lease = DefaultLease
	}
	if c.Beat <= 0 {
		c.Beat = c.Lease / 10
	}
	wakeups, _ := e.store.(bot.Wakeups)
	return &replica{Engine: e, ReplicaConfig: c, leases: leases, wakeups: wakeups, telling: make(chan wakeup, tellRoom),
		began: time.Now(), releasing: map[bot.Shard]struct{}{}}, nil
}

// elapsed is the time since the replica began.
func (r *replica) elapsed() time.Duration { return time.Since(r.began) }

// start takes this replica's part for the first time.
func (r *replica) start(ctx context.Context) error {
	if r.Was != "" {
		if err := r.leases.Leave(ctx, r.Was, allShards()); err != nil {
			return err
		}
	}
	return r.round(ctx)
}

// run beats until the engine stops.
func (r *replica) run() {
	tick := time.NewTicker(r.Beat)
	defer tick.Stop()
	for {
		if err := r.round(r.scope.Context()); err != nil && !r.scope.Stopped() {
			r.health.failed(err)
			r.log.Error("replica", "err", err)
		}
		select {
		case <-r.scope.Stopping():
			return
		case <-tick.C:
		}
	}
}

// round is one beat. A beat that takes as long as the lease has failed.
func (r *replica) round(ctx context.Context) error {
	r.beat.Lock()
	defer r.beat.Unlock()
	if r.leaving.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.Lease)
	defer cancel()
	at := r.elapsed()
	me := r.Replica
	if r.Tell != nil {
		me.Note = r.Tell()
	}
	live, err := r.leases.Heartbeat(ctx, me, r.Lease)
	if err != nil {
		return err
	}
	r.others.Store(new(slices.DeleteFunc(slices.Clone(live), func(other bot.Replica) bool { return other.ID == r.ID })))
	if err := r.belongs(ctx, live[0]); err != nil {
		return err
	}
	if err := r.renew(ctx, at); err != nil {
		return err
	}
	if err := r.claimAnew(ctx); err != nil {
		return err
	}
	mine := r.place(live)
	r.giveBack(mine)
	if err := r.claim(ctx, at, mine); err != nil {
		return err
	}
	r.last.Store(int64(at))
	return nil
}

// StrangerError says that a replica does not belong to the one that was there before, and in what they differ.
type StrangerError struct{ Differences []Difference }

// Difference is what two replicas should have in common, and do not.
type Difference struct{ What, Mine, Theirs string }

func (e *StrangerError) Error() string {
	return fmt.Sprintf("engine: another replica is different: %q", e.Differences)
}

// belongs refuses to work beside a replica that was there before and is not of the same kind.
func (r *replica) belongs(ctx context.Context, oldest bot.Replica) error {
	var stranger StrangerError
	for _, what := range slices.Sorted(maps.Keys(r.Same)) {
		if mine, theirs := r.Same[what], oldest.Same[what]; theirs != mine && oldest.ID != r.ID {
			stranger.Differences = append(stranger.Differences, Difference{what, mine, theirs})
		}
	}
	if stranger.Differences == nil {
		return nil
	}
	return errors.Join(&stranger, r.leases.Leave(ctx, r.ID, nil))
}

// place is which shards belong to this replica: each to the living one with the highest hash, so that a replica that comes
// or goes moves only its own. Those of pinned chats belong together to the first one that pins; while none does they are as all others.
func (r *replica) place(live []bot.Replica) (mine [bot.Shards]bool) {
	if r.Alone {
		// Who has them all keeps them: an older replica that was held up, and was replaced, does not take them back.
		all := live[0].ID == r.ID || len(r.held()) == bot.Shards
		for s := range mine {
			mine[s] = all
		}
		return mine
	}
	pins := slices.IndexFunc(live, func(other bot.Replica) bool { return other.Pins })
	for s := range mine {
		if pins >= 0 && bot.Shard(s) >= bot.PinnedShard {
			// An older one that was held up, and was replaced, does not take them back.
			mine[s] = live[pins].ID == r.ID || r.Pins && r.HoldsPinned()
			continue
		}
		best, holder := uint64(0), ""
		for _, other := range live {
			h := fnv.New64a()
			h.Write([]byte{byte(s)})
			h.Write([]byte(other.ID))
			if n := mixed(h.Sum64()); holder == "" || n > best {
				best, holder = n, other.ID
			}
		}
		mine[s] = holder == r.ID
	}
	return mine
}

// mixed spreads the bits of a hash: those of short texts differ little.
func mixed(n uint64) uint64 {
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	n ^= n >> 33
	n *= 0xc4ceb9fe1a85ec53
	return n ^ n>>33
}

// renew prolongs the leases, forgets what was lost, and looks for what others have accepted.
func (r *replica) renew(ctx context.Context, at time.Duration) error {
	held := r.held()
	mine := make([]bot.HeldShard, len(held))
	for i, sh := range held {
		mine[i] = bot.HeldShard{Shard: sh.id, Fence: sh.fence}
	}
	foreign, err := r.leases.RenewShards(ctx, r.Lease, mine)
	if err != nil {
		return err
	}
	for i, sh := range held {
		switch {
		case foreign[i] < 0:
			r.fenced(sh)
		case sh.foreign.Swap(foreign[i]) != foreign[i]:
			sh.renewed(at, r.Lease)
			if err := sh.Start(ctx); err != nil { // schedules what is pending
				sh.foreign.Store(-1)
				return err
			}
		default:
			sh.renewed(at, r.Lease)
		}
	}
	return nil
}

// claim takes those shards that belong to this replica and that nobody holds.
func (r *replica) claim(ctx context.Context, at time.Duration, mine [bot.Shards]bool) error {
	var wanted []bot.Shard
	r.mu.Lock()
	for s, ok := range mine {
		if _, draining := r.releasing[bot.Shard(s)]; ok && !draining && r.shards.get(bot.Shard(s)) == nil {
			wanted = append(wanted, bot.Shard(s))
		}
	}
	r.mu.Unlock()
	if len(wanted) == 0 {
		return nil
	}
	got, failed := r.leases.ClaimShards(ctx, r.ID, r.Lease, wanted)
	for _, h := range got {
		sh := newShard(&r.services, h.Shard, h.Fence)
		sh.foreign.Store(-1) // others may accept until the shard is here: the next beat looks again
		sh.renewed(at, r.Lease)
		r.shards.set(h.Shard, sh)
		r.stats.ShardsClaimed.Add(1)
		r.logs.mark(h.Shard, r.now())
		if err := sh.Start(ctx); err != nil {
			failed = errors.Join(failed, err) // the next beat looks again
		}
	}
	return failed
}

// leave has nobody reckon with this replica any more.
func (r *replica) leave(ctx context.Context) {
	r.leaving.Store(true)
	r.beat.Lock() // a beat under way ends first
	defer r.beat.Unlock()
	if err := r.leases.Leave(ctx, r.ID, nil); err != nil {
		r.log.Warn("replica could not say that it leaves", "err", err)
	}
}

// Holds reports whether this process runs the turns of a chat now.
func (e *Engine) Holds(c bot.ChatID) bool {
	sh := e.shard(e.sealer.ChatKey(c))
	return sh != nil && sh.unsure() == 0
}

// HoldsPinned reports whether this process runs the turns of all pinned chats now: its channel may receive.
func (e *Engine) HoldsPinned() bool {
	for s := int(bot.PinnedShard); s < bot.Shards; s++ {
		if sh := e.shards.get(bot.Shard(s)); sh == nil || sh.unsure() > 0 {
			return false
		}
	}
	return true
}

// Replicas says how many other replicas live, and how many shards this process holds.
func (e *Engine) Replicas() (others, shards int) {
	return len(e.Others()), len(e.held())
}

// Others are the other replicas that lived at the last heartbeat, in the order of their IDs.
func (e *Engine) Others() []bot.Replica {
	if e.replica == nil {
		return nil
	}
	if others := e.replica.others.Load(); others != nil {
		return *others
	}
	return nil
}
