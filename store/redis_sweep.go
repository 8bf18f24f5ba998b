package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"llave/bot"
)

// Swept counts what was forgotten. See [bot.Maintenance].
func (s *Redis) Swept() bot.Swept { return s.swept.Swept() }

// Sweep forgets what is old. See [bot.Maintenance]. A script forgets what is old of one chat, so that nobody waits long.
func (s *Redis) Sweep(ctx context.Context, shards []bot.Shard, now time.Time) error {
	if err := s.ready(ctx, "sweep"); err != nil {
		return err
	}
	ids, dead := micros(now.Add(-bot.DedupWindow)), micros(now.Add(-bot.DeadLetterRetention))
	return redisFailed("sweep", errors.Join(
		s.sweepIndex(ctx, shards, "j", "("+strconv.FormatInt(ids, 10), &s.swept.ids, func(k bot.ChatKey, _ []string) *redisOp {
			of := redisKeysOf(k)
			return sweepIDsScript.call([]string{of.of("i"), of.shard("j")}, ids, k[:])
		}),
		s.sweepIndex(ctx, shards, "D", "("+strconv.FormatInt(dead, 10), &s.swept.dead, func(k bot.ChatKey, ids []string) *redisOp {
			of := redisKeysOf(k)
			args := []any{k[:]}
			for _, id := range ids {
				args = append(args, id)
			}
			return sweepDeadScript.call([]string{of.shard("D"), of.of("d")}, args...)
		}),
		s.sweepIndex(ctx, shards, "f", strconv.FormatInt(micros(now), 10), &s.swept.chats, func(k bot.ChatKey, _ []string) *redisOp {
			return forgetOp(k, now)
		}),
	))
}

func forgetOp(k bot.ChatKey, now time.Time) *redisOp {
	of := redisKeysOf(k)
	return forgetScript.call([]string{
		of.of("c"), of.of("w"), of.of("l"), of.of("b"), of.of("i"), of.of("d"), of.shard("j"), of.shard("D"), of.shard("e"), of.shard("f"), of.shard("r"),
	}, k[:], micros(now))
}

// sweepIndex goes through the members of an index in each of the shards whose score is at most upto, a page at a time, and has
// each chat of them swept. What stays is left out from then on.
func (s *Redis) sweepIndex(ctx context.Context, shards []bot.Shard, index, upto string, count *atomic.Int64, sweep func(k bot.ChatKey, ids []string) *redisOp) error {
	var skip [bot.Shards]int
	for open := shards; len(open) > 0; {
		ops := make([]*redisOp, len(open))
		for i, n := range open {
			ops[i] = plain("zrangebyscore", shardRedisKey(n, index), "-inf", upto, "limit", skip[n], chunk)
		}
		pages, err := s.pipe.all(ctx, ops)
		if err != nil {
			return err
		}
		var more []bot.Shard
		for i, n := range open {
			members := list(pages[i])
			gone, err := s.sweepMembers(ctx, members, count, sweep)
			if err != nil {
				return err
			}
			skip[n] += len(members) - gone
			if len(members) == chunk {
				more = append(more, n)
			}
		}
		open = more
	}
	return nil
}

// sweepMembers sweeps the chats of a page of an index, and returns how many of its members are gone. A member is the key of
// a chat, perhaps behind a dead letter's id.
func (s *Redis) sweepMembers(ctx context.Context, members []any, count *atomic.Int64, sweep func(k bot.ChatKey, ids []string) *redisOp) (gone int, err error) {
	ids := map[bot.ChatKey][]string{}
	var chats []bot.ChatKey
	for _, m := range members {
		member := text(m)
		at := max(0, len(member)-len(bot.ChatKey{}))
		k := chatKeyOf([]byte(member[at:]))
		if _, ok := ids[k]; !ok {
			chats = append(chats, k)
		}
		ids[k] = append(ids[k], member[:at])
	}
	ops := make([]*redisOp, len(chats))
	for i, k := range chats {
		ops[i] = sweep(k, ids[k])
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		s.swept.failed.Add(1)
		return 0, err
	}
	for i, v := range answers {
		n, _ := v.(int64)
		count.Add(n)
		if n > 0 {
			gone += len(ids[chats[i]])
		}
	}
	return gone, nil
}

// Idle lists chats to be reviewed. See [bot.Maintenance].
func (s *Redis) Idle(ctx context.Context, now time.Time, skip, limit int) (keys []bot.ChatKey, err error) {
	if err := s.ready(ctx, "idle"); err != nil || limit < 1 {
		return nil, err
	}
	skip = max(skip, 0)
	var all []datedChat
	at, open := 0, indexes(bot.Shards)
	for found := map[int]int{}; len(open) > 0; at += chunk {
		ops := make([]*redisOp, len(open))
		for i, n := range open {
			ops[i] = plain("zrangebyscore", shardRedisKey(bot.Shard(n), "r"), "-inf", micros(now), "withscores", "limit", at, chunk)
		}
		pages, err := s.pipe.all(ctx, ops)
		if err != nil {
			return nil, redisFailed("idle", err)
		}
		var more []int
		for i, n := range open {
			idle, err := s.idleOf(ctx, list(pages[i]))
			if err != nil {
				return nil, redisFailed("idle", err)
			}
			all = append(all, idle...)
			found[n] += len(idle)
			if len(list(pages[i])) == 2*chunk && found[n] < skip+limit {
				more = append(more, n)
			}
		}
		open = more
	}
	slices.SortFunc(all, func(a, b datedChat) int { return cmp.Or(cmp.Compare(a.at, b.at), bytes.Compare(a.key[:], b.key[:])) })
	all = all[min(skip, len(all)):]
	for _, d := range all[:min(len(all), limit)] {
		keys = append(keys, d.key)
	}
	return keys, nil
}

type datedChat struct {
	key bot.ChatKey
	at  float64
}

// idleOf returns those chats of a page in which nothing is pending and no timer is set.
func (s *Redis) idleOf(ctx context.Context, page []any) (idle []datedChat, err error) {
	var ops []*redisOp
	for i := 0; i+1 < len(page); i += 2 {
		k := chatKeyOf([]byte(text(page[i])))
		of := redisKeysOf(k)
		ops = append(ops, plain("exists", of.of("w"), of.of("l"), of.of("b")), plain("getrange", of.of("c"), 24, 27))
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(answers); i += 2 {
		owed, _ := answers[i].(int64)
		if effect := text(answers[i+1]); owed > 0 || effect != "" && be4Of(effect) != noEffect {
			continue
		}
		at, _ := strconv.ParseFloat(text(page[i+1]), 64)
		idle = append(idle, datedChat{chatKeyOf([]byte(text(page[i]))), at})
	}
	return idle, nil
}
