package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"llave/bot"
)

// redisTarget fills a database. Its layout says that it is not whole.
type redisTarget struct {
	*Redis
	hold          *redisHold
	last          copyCounters
	updates, dead [bot.Shards]uint64 // the numbers given last in each shard
}

// unfinishedLayout is that of a database into which a copy was begun, and did not end. Earlier versions refuse it, too.
const unfinishedLayout = "unfinished copy"

// openRedisTarget makes a database the target of a copy. It must hold nothing, or the beginning of a copy, which is removed.
func openRedisTarget(ctx context.Context, cancel context.CancelCauseFunc, c RedisConfig) (copyTarget, error) {
	begun := false
	s, err := connectRedis(ctx, c, func(s *Redis, ctx context.Context) error {
		layout, keys, err := s.layout(ctx)
		begun = layout == unfinishedLayout
		switch refused := refusedLayout(layout, keys); {
		case err != nil || begun:
			return err
		case refused != nil:
			return refused
		case layout != "" && keys > 1:
			return &CopyError{CopyHolds}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t := &redisTarget{Redis: s}
	if t.hold, err = s.keepAway(ctx, cancel, CopyTarget); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	_, err = s.pipe.do(ctx, plain("set", layoutKey, unfinishedLayout))
	if err == nil && begun {
		err = t.clear(ctx)
	}
	if err != nil {
		return nil, errors.Join(errCopying(err), t.release())
	}
	return t, nil
}

// clear removes what a copy that did not end has left.
func (t *redisTarget) clear(ctx context.Context) error {
	return (&redisSource{Redis: t.Redis}).scan(ctx, func(keys []string) error {
		var ops []*redisOp
		for _, k := range keys {
			if k != layoutKey && !slices.Contains(replicaKeys, k) {
				ops = append(ops, plain("unlink", k))
			}
		}
		_, err := t.pipe.all(ctx, ops)
		return err
	})
}

func (t *redisTarget) release() error { return errors.Join(t.hold.release(), t.Close()) }

func (t *redisTarget) begin(_ context.Context, c copyCounters) error {
	t.last = c
	for i := range t.updates { // all that come are above every one that was given
		t.updates[i], t.dead[i] = c.updates>>8, c.dead>>8
	}
	return nil
}

// all carries out commands, in no order.
func (t *redisTarget) all(ctx context.Context, ops []*redisOp) error {
	_, err := t.pipe.all(ctx, ops)
	return redisFailed("copy", err)
}

func (t *redisTarget) putValues(ctx context.Context, values []copyValue) error {
	var ops []*redisOp
	for _, v := range values {
		if v.sequence {
			ops = append(ops, plain("set", numberKey+v.name, v.last))
		} else {
			ops = append(ops, plain("set", onceKey+v.name, blob(v.value)))
		}
	}
	return t.all(ctx, ops)
}

func (t *redisTarget) putEvents(ctx context.Context, s bot.Shard, events []bot.Event) error {
	if len(events) == 0 {
		return nil
	}
	args := []any{"rpush", shardRedisKey(s, "e")}
	for _, e := range events {
		args = append(args, append(e.Chat[:], e.Body...))
	}
	return t.all(ctx, []*redisOp{plain(args...)})
}

func (t *redisTarget) putChats(ctx context.Context, chats []copyChat) (put Copied, err error) {
	var ops []*redisOp
	for i := range chats {
		c := &chats[i]
		if c.record != nil {
			put.Chats++
		}
		put.add(Copied{
			IDs: int64(len(c.ids)), Updates: int64(len(c.waiting)), Messages: int64(len(c.messages)), Timers: int64(len(c.timers)),
			DeadLetters: int64(len(c.dead)), Damaged: c.damaged,
		})
		ops = t.opsOf(ops, c)
	}
	return put, t.all(ctx, ops)
}

// opsOf adds the commands that write a chat.
func (t *redisTarget) opsOf(ops []*redisOp, c *copyChat) []*redisOp {
	k, s := redisKeysOf(c.key), c.key.Shard()
	add := func(args ...any) { ops = append(ops, plain(args...)) }
	if r := c.record; r != nil {
		add("set", k.of("c"), r.encode())
		for index, at := range map[string]time.Time{"f": r.forget, "r": r.review} {
			if !at.IsZero() {
				add("zadd", k.shard(index), micros(at), c.key[:])
			}
		}
	}
	if len(c.waiting) > 0 || len(c.messages) > 0 || c.record != nil && c.record.effect != nil {
		add("zadd", k.shard("o"), 0, c.key[:])
	}
	for part := range slices.Chunk(c.ids, chunk) {
		args := []any{"hset", k.of("i")}
		for _, v := range part {
			args = append(args, v.id, v.at)
		}
		add(args...)
	}
	if len(c.ids) > 0 {
		oldest := slices.MinFunc(c.ids, func(a, b copyID) int { return int(min(max(a.at-b.at, -1), 1)) }).at
		add("hset", k.of("i"), "", oldest)
		add("zadd", k.shard("j"), oldest, c.key[:])
	}
	waiting, messages := []any{"rpush", k.of("w")}, []any{"rpush", k.of("l")}
	for _, v := range c.waiting {
		t.updates[s]++
		waiting = append(waiting, be8(t.updates[s])+be8(uint64(v.at))+be4(v.tries)+string(v.body))
	}
	for _, v := range c.messages {
		m := encodeMessage(v.n, v.keep, v.body)
		copy(m[8:], be4(v.tries)+be8(uint64(v.due)))
		messages = append(messages, m)
	}
	for _, args := range [][]any{waiting, messages} { // one command: a list keeps its order
		if len(args) > 2 {
			add(args...)
		}
	}
	for _, v := range c.timers {
		add("hset", k.of("b"), v.name, be8(uint64(v.due))+string(v.body))
		add("zadd", k.shard("t"), v.due, string(c.key[:])+v.name)
	}
	for _, v := range c.dead {
		t.dead[s]++
		id := be8(t.dead[s])
		add("hset", k.of("d"), "m"+id, string([]byte{byte(v.kind)})+be8(uint64(v.at))+deadRest(v.n, v.name, v.reason), "b"+id, blob(v.body))
		add("zadd", k.shard("D"), v.at, id+string(c.key[:]))
	}
	return ops
}

// finish writes the numbers that were given last, and then the layout, for which a replica is waited.
func (t *redisTarget) finish(ctx context.Context) error {
	ops := []*redisOp{plain("set", redisPrefix+"fence", t.last.fence)}
	for i, of := range t.last.shards {
		ops = append(ops, plain("hset", shardRedisKey(bot.Shard(i), "h"),
			"fence", be8(of.fence), "event", of.event, "seq", t.updates[i], "dead", t.dead[i]))
		ops[i+1].replica = true
	}
	if err := t.all(ctx, ops); err != nil {
		return err
	}
	whole := plain("set", layoutKey, redisLayout)
	whole.replica = true
	return t.all(ctx, []*redisOp{whole})
}

// redisHold keeps services away from a server while it is copied: it lives there as a process with which no other one agrees.
type redisHold struct {
	store *Redis
	id    string
	stop  chan struct{}
	ended sync.WaitGroup
}

// Copying is what the copy of a store has in common with no replica, under LLAVE_AUTOGESTION_URL.
const Copying = "llave store copy"

const (
	holdLease = 10 * time.Second
	holdEvery = 2 * time.Second
)

// keepAway refuses a server that a service uses. It cancels the copy if it can no longer keep services away.
func (s *Redis) keepAway(ctx context.Context, cancel context.CancelCauseFunc, used CopyRefusal) (*redisHold, error) {
	now, err := s.client.Time(ctx).Result()
	if err != nil {
		return nil, openRedisError(err)
	}
	// A service must not see this one, unless it has just begun: it would end.
	if living, err := livingReplicas(ctx, s.client, now); err != nil {
		return nil, err
	} else if len(living) > 0 {
		return nil, &CopyError{used}
	}
	h := &redisHold{store: s, id: "!" + rand.Text(), stop: make(chan struct{})} // before all names of replicas: they compare themselves with it
	live, err := h.beat(ctx)
	if err != nil {
		return nil, errCopying(err)
	}
	if len(live) > 1 {
		return nil, errors.Join(&CopyError{used}, s.Leave(ctx, h.id, nil))
	}
	h.ended.Go(func() { h.keep(ctx, cancel) })
	return h, nil
}

func (h *redisHold) beat(ctx context.Context) ([]bot.Replica, error) {
	return h.store.Heartbeat(ctx, bot.Replica{ID: h.id, Same: map[string]string{"LLAVE_AUTOGESTION_URL": Copying}}, holdLease)
}

func (h *redisHold) keep(ctx context.Context, cancel context.CancelCauseFunc) {
	for last := time.Now(); ; {
		select {
		case <-h.stop:
			return
		case <-time.After(holdEvery):
		}
		at := time.Now()
		if _, err := h.beat(ctx); err == nil {
			last = at
		}
		if time.Since(last) > holdLease-holdEvery {
			cancel(&CopyError{CopyFenced})
			return
		}
	}
}

// release lets services in again.
func (h *redisHold) release() error {
	close(h.stop)
	h.ended.Wait()
	return h.store.Leave(context.Background(), h.id, nil)
}
