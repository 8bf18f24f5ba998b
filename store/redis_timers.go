package store

import (
	"context"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"llave/bot"
)

// nextTimers knows of each shard until when no timer of it is due, so that not all are asked at each tick. Only the holder
// of a shard sets timers in it, by commits of this process.
type nextTimers struct {
	mu     sync.Mutex
	shards [bot.Shards]nextTimer
}

type nextTimer struct {
	changes uint64
	asked   time.Time // zero: it is not known
	due     int64     // no timer is due before
	lost    time.Time // when the answer of a commit that sets timers was last lost
}

// How long it is believed that no timer is due.
const (
	trustNext = 10 * time.Minute // what a shard's holder has not set is rare
	lateWrite = time.Minute      // a commit whose answer was lost may be written that much later
)

// set notes timers that a turn has set or, after an error, may have set.
func (n *nextTimers) set(s bot.Shard, sets []bot.TimerSet, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := &n.shards[s]
	t.changes++
	if err != nil {
		t.lost = time.Now()
	}
	for _, set := range sets {
		if !set.Due.IsZero() {
			t.due = min(t.due, micros(set.Due))
		}
	}
}

// forget has shards asked next time.
func (n *nextTimers) forget(shards []bot.Shard) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range shards {
		n.shards[s].changes++
		n.shards[s].asked = time.Time{}
	}
}

// asking lists those of the shards in which timers may be due, and how often each has changed.
func (n *nextTimers) asking(held []bot.Shard, now int64) (shards []bot.Shard, changes []uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range held {
		if t := &n.shards[s]; t.asked.IsZero() || time.Since(t.asked) > trustNext || t.due <= now {
			shards, changes = append(shards, s), append(changes, t.changes)
		}
	}
	return shards, changes
}

// answer notes that the next timer of a shard that has not changed since is due at an hour. It counts for nothing while a
// commit may still be written.
func (n *nextTimers) answer(s bot.Shard, changes uint64, due int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t := &n.shards[s]; t.changes == changes && (t.lost.IsZero() || time.Since(t.lost) > lateWrite) {
		t.asked, t.due = time.Now(), due
	}
}

// Due lists what is due. See [bot.Timers].
func (s *Redis) Due(ctx context.Context, held []bot.Shard, now time.Time, after bot.TimerDue, limit int) (due []bot.TimerDue, err error) {
	if err := s.ready(ctx, "due"); err != nil || limit < 1 {
		return nil, err
	}
	shards, changes := s.timers.asking(held, micros(now))
	listed := make([][]bot.TimerDue, len(shards))
	for at, open := 0, indexes(len(shards)); len(open) > 0; at += limit {
		if open, err = s.duePage(ctx, now, after, limit, at, shards, open, listed); err != nil {
			return nil, redisFailed("due", err)
		}
	}
	if after.Due.IsZero() {
		if err := s.askNext(ctx, now, shards, changes, listed); err != nil {
			return nil, redisFailed("due", err)
		}
	}
	due = slices.Concat(listed...)
	slices.SortFunc(due, compareDue)
	due, err = s.dueBodies(ctx, due[:min(len(due), limit)], now)
	return due, redisFailed("due", err)
}

// indexes counts from zero up to n.
func indexes(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// duePage reads the next page of timers of the open shards, and returns those of which another one has to be read.
func (s *Redis) duePage(ctx context.Context, now time.Time, after bot.TimerDue, limit, at int, shards []bot.Shard, open []int, listed [][]bot.TimerDue) (more []int, err error) {
	from := any("-inf")
	if !after.Due.IsZero() {
		from = micros(after.Due)
	}
	ops := make([]*redisOp, len(open))
	for i, n := range open {
		ops[i] = plain("zrangebyscore", shardRedisKey(shards[n], "t"), from, micros(now), "withscores", "limit", at, limit)
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, err
	}
	for i, n := range open {
		page := list(answers[i])
		for j := 0; j+1 < len(page); j += 2 {
			t, ok := decodeDue(text(page[j]), text(page[j+1]))
			if ok && (after.Due.IsZero() || compareDue(t, after) > 0) {
				listed[n] = append(listed[n], t)
			}
		}
		if len(page) == 2*limit && len(listed[n]) < limit {
			more = append(more, n)
		}
	}
	return more, nil
}

// decodeDue reads a member of the set of timers and its score. Scores are exact for hours of this age of the world.
func decodeDue(member, score string) (t bot.TimerDue, ok bool) {
	at, err := strconv.ParseFloat(score, 64)
	if err != nil || len(member) < len(t.Chat) {
		return t, false
	}
	t.Chat = chatKeyOf([]byte(member))
	t.Name, t.Due = member[len(t.Chat):], timeOf(int64(at))
	return t, true
}

// askNext finds out of the shards in which nothing is due when something will be.
func (s *Redis) askNext(ctx context.Context, now time.Time, shards []bot.Shard, changes []uint64, listed [][]bot.TimerDue) error {
	var ops []*redisOp
	var of []int
	for i, shard := range shards {
		if len(listed[i]) == 0 {
			ops = append(ops, plain("zrange", shardRedisKey(shard, "t"), 0, 0, "withscores"))
			of = append(of, i)
		}
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return err
	}
	for i, v := range answers {
		next := int64(math.MaxInt64)
		if first := list(v); len(first) == 2 {
			if t, ok := decodeDue(text(first[0]), text(first[1])); ok {
				next = micros(t.Due)
			}
		}
		s.timers.answer(shards[of[i]], changes[of[i]], next)
	}
	return nil
}

// dueBodies adds the bodies of timers. One that was changed meanwhile is left out.
func (s *Redis) dueBodies(ctx context.Context, due []bot.TimerDue, now time.Time) (whole []bot.TimerDue, err error) {
	ops := make([]*redisOp, len(due))
	for i, t := range due {
		ops[i] = plain("hget", redisKeysOf(t.Chat).of("b"), t.Name)
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, err
	}
	for i, t := range due {
		record := text(answers[i])
		if len(record) < 8 {
			continue
		}
		if t.Due, t.Body = hourOf(record), []byte(record[8:]); !t.Due.After(now) {
			whole = append(whole, t)
		}
	}
	return whole, nil
}
