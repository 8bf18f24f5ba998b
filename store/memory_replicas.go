package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"llave/bot"
)

var _ bot.Replicas = (*Memory)(nil)

// memLease is the lease of a shard.
type memLease struct {
	holder  string
	until   time.Time
	foreign int64 // arrivals that were accepted under another fence than the shard's
}

// livingReplica is a replica and until when it lives.
type livingReplica struct {
	bot.Replica
	until time.Time
}

// Heartbeat says that a replica lives. See [bot.Replicas].
func (m *Memory) Heartbeat(ctx context.Context, r bot.Replica, lease time.Duration) (live []bot.Replica, err error) {
	if err := m.ready(ctx, "heartbeat"); err != nil {
		return nil, err
	}
	m.rest.mu.Lock()
	defer m.rest.mu.Unlock()
	now := time.Now()
	m.rest.replicas[r.ID] = livingReplica{r, now.Add(lease)}
	for id, other := range m.rest.replicas {
		if !other.until.After(now) {
			delete(m.rest.replicas, id)
			continue
		}
		live = append(live, other.Replica)
	}
	slices.SortFunc(live, func(a, b bot.Replica) int { return cmp.Compare(a.ID, b.ID) })
	return live, nil
}

// Leave is the opposite of Heartbeat. See [bot.Replicas].
func (m *Memory) Leave(ctx context.Context, id string, dead []bot.Shard) error {
	if err := m.ready(ctx, "leave"); err != nil {
		return err
	}
	m.rest.mu.Lock()
	delete(m.rest.replicas, id)
	m.rest.mu.Unlock()
	for _, n := range dead {
		s := &m.shards[n]
		s.mu.Lock()
		if s.lease.holder == id {
			s.lease.holder, s.lease.until = "", time.Time{}
		}
		s.mu.Unlock()
	}
	return nil
}

// ClaimShards takes shards that nobody holds. See [bot.Replicas].
func (m *Memory) ClaimShards(ctx context.Context, id string, lease time.Duration, shards []bot.Shard) (held []bot.HeldShard, err error) {
	if err := m.ready(ctx, "claim"); err != nil {
		return nil, err
	}
	m.claims.Lock()
	defer m.claims.Unlock()
	now := time.Now()
	for _, n := range shards {
		s := &m.shards[n]
		s.mu.Lock()
		switch lives := s.lease.until.After(now); {
		case lives && s.lease.holder != id:
			s.mu.Unlock()
			continue
		case !lives:
			m.fence++
			s.fence, s.lease.holder = m.fence, id
		}
		s.lease.until = now.Add(lease)
		held = append(held, bot.HeldShard{Shard: n, Fence: s.fence})
		s.mu.Unlock()
	}
	return held, nil
}

// inHeld runs f on each of the shards that are held under these fences, and on the others with false.
func (m *Memory) inHeld(mine []bot.HeldShard, f func(s *memShard, held bool)) {
	for _, h := range mine {
		s := &m.shards[h.Shard]
		s.mu.Lock()
		f(s, s.fence == h.Fence)
		s.mu.Unlock()
	}
}

// RenewShards prolongs leases. See [bot.Replicas].
func (m *Memory) RenewShards(ctx context.Context, lease time.Duration, mine []bot.HeldShard) (foreign []int64, err error) {
	if err := m.ready(ctx, "renew"); err != nil {
		return nil, err
	}
	now := time.Now()
	m.inHeld(mine, func(s *memShard, held bool) {
		if !held {
			foreign = append(foreign, -1)
			return
		}
		s.lease.until = now.Add(lease)
		foreign = append(foreign, s.lease.foreign)
	})
	return foreign, nil
}

// ReleaseShards gives shards back. See [bot.Replicas].
func (m *Memory) ReleaseShards(ctx context.Context, mine []bot.HeldShard) error {
	if err := m.ready(ctx, "release"); err != nil {
		return err
	}
	m.inHeld(mine, func(s *memShard, held bool) {
		if held {
			s.lease.holder, s.lease.until = "", time.Time{}
		}
	})
	return nil
}
