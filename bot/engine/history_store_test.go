package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"llave/bot"
	"llave/bot/enginetest"
	"llave/bot/keyring"
)

// bug is one that is planted.
type bug string

// The bugs of a process on a store that others share.
const (
	ackBeforeKeep     bug = "the channel is told before the update is kept"
	keyPerAttempt     bug = "each attempt at an effect has a key of its own"
	noFenceInCommit   bug = "a commit is not fenced"
	noFenceInResult   bug = "a delivery result is not fenced"
	ownFirst          bug = "an update of one's own runs before those that wait"
	noLookAtLease     bug = "nobody looks at the lease before a send"
	wakeUpsNeverFound bug = "a lost wake-up is never found"
	triesOfGivingBack bug = "giving a shard back counts a try"
	noLeave           bug = "nobody says that they leave"
)

// watchedStore is the store as one process sees it: what changes it is recorded.
type watchedStore struct {
	*through
	w *watch
}

// findShards notes the shards of all chats.
func (w *watch) findShards() {
	ring, err := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	if err != nil {
		w.Fatal(err)
	}
	sealer, err := keyring.Open(ring, func(name string, value []byte) ([]byte, error) {
		return w.store.PutIfAbsent(w.Context(), name, value)
	})
	if err != nil {
		w.Fatal(err)
	}
	w.shards = map[bot.ChatID]string{}
	for n := range w.chats {
		w.shards[numbered(n)] = shardName(sealer.ChatKey(numbered(n)).Shard())
	}
}

func shardName(s bot.Shard) string { return fmt.Sprintf("%02x", byte(s)) }

// writes runs a write under some fences and records what the store made of it. A store without fences takes the latest.
func (s *watchedStore) writes(class string, unfenced bool, held []bot.HeldShard, write func(latest func(bot.Shard, bot.Fence) bot.Fence) error) error {
	s.c.fences.Lock()
	defer s.c.fences.Unlock()
	err := write(func(n bot.Shard, f bot.Fence) bot.Fence {
		if unfenced {
			return s.c.latest[n]
		}
		return f
	})
	var some *bot.FencedError
	errors.As(err, &some)
	for _, h := range held {
		r := enginetest.Record{What: enginetest.Wrote, Class: class, By: s.p.id, Shard: shardName(h.Shard), Fence: uint64(h.Fence)}
		switch {
		case some != nil && slices.Contains(some.Shards, h.Shard), some == nil && errors.Is(err, bot.ErrFenced):
			r.What = enginetest.Refused
		case err != nil && some == nil:
			continue
		}
		s.w.history.Add(r)
	}
	return err
}

// Accept takes a moment, in which a process may be killed.
func (s *watchedStore) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	time.Sleep(s.w.upTo(s.w.keeps))
	r, err := s.through.Accept(ctx, a)
	if s.w.bug == ownFirst {
		r.Before = 0
	}
	return r, err
}

func (s *watchedStore) Commit(ctx context.Context, t bot.Turn) error {
	held := []bot.HeldShard{{Shard: t.Chat.Shard(), Fence: t.Fence}}
	_, err := passed(ctx, s.p, func() (bool, error) {
		return true, s.writes("commit", s.w.bug == noFenceInCommit, held, func(latest func(bot.Shard, bot.Fence) bot.Fence) error {
			t.Fence = latest(t.Chat.Shard(), t.Fence)
			return s.Memory.Commit(ctx, t)
		})
	})
	return err
}

func (s *watchedStore) RecordDelivery(ctx context.Context, list []bot.DeliveryResult) error {
	list = slices.Clone(list)
	held := make([]bot.HeldShard, len(list))
	for i, r := range list {
		held[i] = bot.HeldShard{Shard: r.Chat.Shard(), Fence: r.Fence}
	}
	_, err := passed(ctx, s.p, func() (bool, error) {
		return true, s.writes("result", s.w.bug == noFenceInResult, held, func(latest func(bot.Shard, bot.Fence) bot.Fence) error {
			for i := range list {
				list[i].Fence = latest(held[i].Shard, held[i].Fence)
			}
			return s.Memory.RecordDelivery(ctx, list)
		})
	})
	return err
}

func (s *watchedStore) Heartbeat(ctx context.Context, r bot.Replica, lease time.Duration) ([]bot.Replica, error) {
	return s.through.Heartbeat(ctx, r, min(lease, groupLease))
}

func (s *watchedStore) ClaimShards(ctx context.Context, id string, lease time.Duration, shards []bot.Shard) ([]bot.HeldShard, error) {
	return passed(ctx, s.p, func() (held []bot.HeldShard, err error) {
		s.c.fences.Lock()
		defer s.c.fences.Unlock()
		held, err = s.Memory.ClaimShards(ctx, id, min(lease, groupLease), shards)
		for _, h := range held {
			s.c.latest[h.Shard] = h.Fence
			s.w.history.Add(enginetest.Record{What: enginetest.Given, By: s.p.id, Shard: shardName(h.Shard), Fence: uint64(h.Fence)})
		}
		return held, err
	})
}

func (s *watchedStore) RenewShards(ctx context.Context, lease time.Duration, mine []bot.HeldShard) ([]int64, error) {
	foreign, err := s.through.RenewShards(ctx, min(lease, groupLease), mine)
	if s.w.bug == wakeUpsNeverFound {
		for i := range foreign {
			foreign[i] = min(foreign[i], 0)
		}
	}
	return foreign, err
}

func (s *watchedStore) ReleaseShards(ctx context.Context, mine []bot.HeldShard) error {
	if s.w.bug == triesOfGivingBack {
		if err := s.countTries(ctx, mine); err != nil {
			return err
		}
	}
	return s.through.ReleaseShards(ctx, mine)
}

// countTries counts a try of all that waits in some shards.
func (s *watchedStore) countTries(ctx context.Context, mine []bot.HeldShard) error {
	for _, h := range mine {
		chats, err := s.Memory.PendingChats(ctx, h.Shard, bot.ChatKey{}, bot.PageSize)
		if err != nil {
			return err
		}
		for _, k := range chats {
			c, err := s.Memory.Load(ctx, k)
			for _, u := range c.Waiting {
				err = errors.Join(err, s.Memory.BeginTurn(ctx, h.Fence, k, u.Seq))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *watchedStore) Leave(ctx context.Context, id string, dead []bot.Shard) error {
	if s.w.bug == noLeave {
		return nil
	}
	return s.through.Leave(ctx, id, dead)
}

func (s *watchedStore) Wake(ctx context.Context, kind bot.WakeKind, chats []bot.ChatKey) error {
	if s.w.bug == wakeUpsNeverFound {
		return nil
	}
	return s.through.Wake(ctx, kind, chats)
}
