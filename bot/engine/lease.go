package engine

import (
	"context"
	"time"

	"llave/bot"
)

// sureFor is the part of a lease in which the holder acts without asking.
const sureFor = 0.7

// renewed notes that the shard's lease was prolonged by a call that began at a time.
func (sh *Shard) renewed(at, lease time.Duration) {
	sh.sureUntil.Store(int64(at) + int64(sureFor*float64(lease)))
}

// unsureAgain is after how long a shard whose lease may be over is looked at again.
const unsureAgain = 50 * time.Millisecond

// unsure returns zero if the shard is likely to be held, and otherwise after how long to look again. It is asked before a
// turn, before an attempt at an effect, and before each send.
func (sh *Shard) unsure() time.Duration {
	if sh.replica == nil || int64(sh.replica.elapsed()) < sh.sureUntil.Load() {
		return 0
	}
	return unsureAgain
}

// waitSure waits until the shard is likely to be held.
func (sh *Shard) waitSure(ctx context.Context) error {
	for {
		wait := sh.unsure()
		if wait == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// fenced forgets a shard that another process holds.
func (r *replica) fenced(sh *Shard) {
	if !r.shards.remove(sh) {
		return
	}
	r.stats.ShardsLost.Add(1)
	sh.lose()
	r.housekeeping.Add()
	go func() {
		defer r.housekeeping.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.scope.Context()), drainTime)
		defer cancel()
		_ = sh.end(ctx) // what is cut short is in the store
	}()
}

// drainTime is how long the work under way in a shard may take before it is given back.
const drainTime = 5 * time.Second

// giveBack drains the shards that belong to another replica, one after the other, and gives them back.
func (r *replica) giveBack(mine [bot.Shards]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var theirs []*Shard
	for _, sh := range r.held() {
		if _, already := r.releasing[sh.id]; !mine[sh.id] && !already {
			r.releasing[sh.id] = struct{}{}
			theirs = append(theirs, sh)
		}
	}
	if len(theirs) == 0 {
		return
	}
	r.housekeeping.Add()
	go func() {
		defer r.housekeeping.Done()
		for _, sh := range theirs {
			r.drain(sh)
		}
	}()
}

// drain ends a shard in order and gives it back. One that did not end in time is not given back: its lease runs out.
func (r *replica) drain(sh *Shard) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.releasing, sh.id)
	}()
	if !r.shards.remove(sh) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.scope.Context()), drainTime)
	defer cancel()
	if err := sh.Stop(ctx); err != nil {
		r.log.Warn("shard is not given back in order", "shard", int(sh.id), "err", err)
		return
	}
	if err := r.leases.ReleaseShards(ctx, []bot.HeldShard{{Shard: sh.id, Fence: sh.fence}}); err != nil {
		r.log.Warn("shard is not given back", "shard", int(sh.id), "err", err)
	}
}

// release gives back shards that have ended in order.
func (r *replica) release(ctx context.Context, ended []*Shard) {
	mine := make([]bot.HeldShard, len(ended))
	for i, sh := range ended {
		mine[i] = bot.HeldShard{Shard: sh.id, Fence: sh.fence}
	}
	if err := r.leases.ReleaseShards(ctx, mine); err != nil {
		r.log.Warn("shards are not given back", "err", err)
	}
}

// wentBack notes that the store has lost what it had committed, as after a failover. Numbers of messages are given a second
// time then: all shards are claimed anew, so that results of before are refused.
func (s *services) wentBack(was, is uint64) {
	s.stats.WentBack.Add(1)
	s.log.Error("the store went back: what it had committed is lost, and is done again", "version", was, "now", is)
	if s.replica != nil {
		s.replica.anew.Store(true)
	}
}

// claimAnew gives back what is held, for other fences.
func (r *replica) claimAnew(ctx context.Context) error {
	if !r.anew.Swap(false) {
		return nil
	}
	held := r.held()
	for _, sh := range held {
		r.fenced(sh)
	}
	mine := make([]bot.HeldShard, len(held))
	for i, sh := range held {
		mine[i] = bot.HeldShard{Shard: sh.id, Fence: sh.fence}
	}
	return r.leases.ReleaseShards(ctx, mine)
}
