package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"llave/bot"
)

// Events lists the log of a shard. See [bot.Log].
func (s *Redis) Events(ctx context.Context, shard bot.Shard, after uint64, limit int) (events []bot.Event, err error) {
	if err := s.ready(ctx, "events"); err != nil || limit < 1 {
		return nil, err
	}
	const last = 1 << 52
	v, err := s.pipe.do(ctx, eventsScript.call([]string{shardRedisKey(shard, "h"), shardRedisKey(shard, "e")}, min(after, last), limit))
	if err != nil {
		return nil, redisFailed("events", err)
	}
	answer := list(v)
	if len(answer) == 0 {
		return nil, fmt.Errorf("store: events: %w", errStrange)
	}
	first, err := strconv.ParseUint(text(answer[0]), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("store: events: %w", errStrange)
	}
	for i, item := range answer[1:] {
		record := text(item)
		e := bot.Event{Seq: first + uint64(i), Chat: chatKeyOf([]byte(record))}
		if len(record) > len(e.Chat) {
			e.Body = []byte(record[len(e.Chat):])
		}
		events = append(events, e)
	}
	return events, nil
}

// Trim forgets the log up to a number. See [bot.Log].
func (s *Redis) Trim(ctx context.Context, shard bot.Shard, upto uint64) error {
	return s.refused(ctx, "trim", trimScript.call([]string{shardRedisKey(shard, "h"), shardRedisKey(shard, "e")}, min(upto, 1<<52)))
}

// AcquireShards takes shards. See [bot.Leases].
func (s *Redis) AcquireShards(ctx context.Context, shards []bot.Shard) (bot.Fence, error) {
	v, err := s.pipe.do(ctx, fenceScript.call([]string{redisPrefix + "fence"}))
	if err != nil {
		return 0, redisFailed("claim", err)
	}
	fence, err := strconv.ParseUint(text(v), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("store: claim: %w", errStrange)
	}
	var ops []*redisOp
	for i, n := range shards {
		if slices.Index(shards[:i], n) < 0 { // one that is named twice is taken once
			ops = append(ops, acquireScript.call([]string{shardRedisKey(n, "h")}, be8(fence)))
		}
	}
	s.timers.forget(shards) // others may have set some
	if _, err := s.pipe.all(ctx, ops); err != nil {
		return 0, redisFailed("claim", err)
	}
	return bot.Fence(fence), nil
}

// PutIfAbsent keeps the first value given under a name. See [bot.Maintenance].
func (s *Redis) PutIfAbsent(ctx context.Context, name string, value []byte) ([]byte, error) {
	key := redisPrefix + "once:" + name
	o := plain("get", key)
	if value != nil {
		o = plain("set", key, value, "nx", "get")
		o.replica = true
	}
	v, err := s.pipe.do(ctx, o)
	switch kept, ok := v.(string); {
	case err != nil:
		return nil, redisFailed("once", err)
	case ok:
		return []byte(kept), nil
	case value == nil:
		return nil, nil
	}
	return slices.Clone(blob(value)), nil
}

// TakeNumbers takes numbers of a sequence. See [bot.Sequences].
func (s *Redis) TakeNumbers(ctx context.Context, name string, n int) (first uint64, err error) {
	if err := s.ready(ctx, "numbers"); err != nil {
		return 0, err
	}
	if err := checkNumbers(name, n); err != nil {
		return 0, err
	}
	o := plain("incrby", redisPrefix+"number:"+name, n)
	o.replica = true
	v, err := s.pipe.do(ctx, o)
	if err != nil {
		return 0, redisFailed("numbers", err)
	}
	last, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("store: numbers: %w", errStrange)
	}
	return uint64(last) - uint64(n) + 1, nil
}

// Ping writes something and reads it back. It also asks how many replicas there are now: with one, what must not be lost is
// waited for. See [bot.Maintenance].
func (s *Redis) Ping(ctx context.Context) error {
	wrote := strconv.FormatUint(s.pings.Add(1), 10)
	for _, o := range []*redisOp{plain("set", redisPrefix+"ping", wrote), plain("get", redisPrefix+"ping")} {
		if _, err := s.pipe.do(ctx, o); err != nil {
			return redisFailed("ping", err)
		}
	}
	if err := s.askReplicas(ctx); err != nil {
		return redisFailed("ping", err)
	}
	return nil
}
