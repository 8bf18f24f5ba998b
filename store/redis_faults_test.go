package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/bot"
	"llave/store/redistest"
	"llave/store/storetest"
)

// arrivalOf is the n-th arrival of a chat.
func arrivalOf(k bot.ChatKey, n uint64) bot.Arrival {
	a := bot.Arrival{Chat: k, At: time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC), Body: fmt.Appendf(nil, "update %d", n)}
	binary.BigEndian.PutUint64(a.ID[8:], n)
	return a
}

// A full Redis refuses what is new and writes nothing of it; what waits is answered and what was sent is noted, and all goes
// on by itself when there is room.
func TestRedisFull(t *testing.T) {
	server := redistest.New(t)
	s := openRedis(t, server.Address())
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer admin.Close()
	ctx, k := t.Context(), benchKey(1)
	fence, err := s.AcquireShards(ctx, []bot.Shard{k.Shard()})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Accept(ctx, arrivalOf(k, 1))
	if err != nil {
		t.Fatal(err)
	}
	admin.ConfigSet(ctx, "maxmemory", "1")
	if _, err := s.Accept(ctx, arrivalOf(k, 2)); !errors.Is(err, ErrFull) {
		t.Errorf("accept on a full server = %v, want ErrFull", err)
	}
	if err := s.BeginTurn(ctx, fence, k, r.Seq); err != nil {
		t.Errorf("begin on a full server: %v", err)
	}
	turn := bot.Turn{Chat: k, Fence: fence, Update: r.Seq, Session: []byte("s"), Replies: [][]byte{[]byte("a")}, Events: [][]byte{[]byte("e")},
		Timers: []bot.TimerSet{{Name: "t", Due: time.Now(), Body: []byte("t")}}}
	if err := s.Commit(ctx, turn); err != nil {
		t.Errorf("commit on a full server: %v", err)
	}
	if err := s.RecordDelivery(ctx, []bot.DeliveryResult{{Chat: k, Fence: fence, State: bot.DeadLettered, Reason: "r", At: time.Now()}}); err != nil {
		t.Errorf("result on a full server: %v", err)
	}
	if _, err := s.AcquireShards(ctx, []bot.Shard{k.Shard()}); err != nil {
		t.Errorf("claim on a full server: %v", err)
	}
	if c, err := s.Load(ctx, k); err != nil || c.Version != 1 || len(c.Waiting) != 0 {
		t.Errorf("chat on a full server: %+v, %v", c, err)
	}
	admin.ConfigSet(ctx, "maxmemory", "0")
	if r, err := s.Accept(ctx, arrivalOf(k, 2)); err != nil || r.Seq == 0 {
		t.Errorf("accept when there is room again: %+v, %v", r, err)
	}
}

// A server that has forgotten the scripts is given them again, also in the middle of a pipeline.
func TestRedisForgetsScripts(t *testing.T) {
	server := redistest.New(t)
	s := openRedis(t, server.Address())
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer admin.Close()
	var all sync.WaitGroup
	for n := range uint64(200) {
		all.Go(func() {
			if n%20 == 0 {
				admin.ScriptFlush(t.Context())
			}
			if r, err := s.Accept(t.Context(), arrivalOf(benchKey(n%7), n)); err != nil || r.Seq == 0 {
				t.Errorf("accept %d: %+v, %v", n, r, err)
			}
		})
	}
	all.Wait()
}

// What was acknowledged is there again after the server was killed, and the store works again without being opened anew.
func TestRedisKilled(t *testing.T) {
	server := redistest.New(t, "--appendfsync", "always") // with everysec it may answer before it writes: docs/redis.md
	s := openRedis(t, server.Address())
	var n uint64
	for range 5 {
		var mu sync.Mutex
		var kept []bot.Arrival
		var all sync.WaitGroup
		enough := make(chan struct{})
		for range 8 {
			all.Go(func() {
				for {
					mu.Lock()
					n++
					a := arrivalOf(benchKey(n%50), n)
					mu.Unlock()
					if _, err := s.Accept(t.Context(), a); err != nil {
						return
					}
					mu.Lock()
					if kept = append(kept, a); len(kept) == 200 {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		<-enough
		server.Kill()
		all.Wait()
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		for _, a := range kept {
			r, err := s.Accept(t.Context(), a)
			for err != nil { // connections of before the kill
				r, err = s.Accept(t.Context(), a)
			}
			if r.Seq != 0 {
				t.Fatal("an arrival that was acknowledged is not known any more")
			}
		}
	}
}

// With a replica, nothing is acknowledged that it does not have: not when it is repeated, either.
func TestRedisWaitsForItsReplica(t *testing.T) {
	server := redistest.New(t)
	replica := redistest.New(t, "--replicaof", "127.0.0.1 "+server.Port())
	s := openRedis(t, server.Address())
	for s.pipe.confirmations.of(t.Context(), s.client) == 0 { // until the replica has come
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	k := benchKey(1)
	first, second := arrivalOf(k, 1), arrivalOf(k, 2)
	for { // it is still being filled
		if _, err := s.Accept(t.Context(), first); err == nil {
			break
		}
	}
	version := uint64(0)
	replica.Stop()
	defer replica.Continue()
	for range 2 {
		if _, err := s.Accept(t.Context(), second); !errors.Is(err, errNotReplicated) {
			t.Errorf("accept without the replica = %v, want that it is not confirmed", err)
		}
	}
	if _, err := s.Load(t.Context(), k); err != nil {
		t.Errorf("what need not be confirmed: %v", err)
	}
	once := bot.DeliveryResult{Chat: k, State: bot.Attempting, Once: true, Tries: 1}
	for _, confirmed := range []bool{false, true} {
		once.Once = confirmed
		if err := s.RecordDelivery(t.Context(), []bot.DeliveryResult{once}); errors.Is(err, errNotReplicated) != confirmed {
			t.Errorf("a result that is to be confirmed: %t; without the replica: %v", confirmed, err)
		}
		turn := bot.Turn{Chat: benchKey(2), Base: version, Session: []byte("s"), Effect: []byte("e"), Once: confirmed}
		if err := s.Commit(t.Context(), turn); errors.Is(err, errNotReplicated) != confirmed {
			t.Errorf("a turn that is to be confirmed: %t; without the replica: %v", confirmed, err)
		}
		version++
	}
	replica.Continue()
	for {
		r, err := s.Accept(t.Context(), second)
		if err == nil {
			if r.Seq != 0 {
				t.Error("it was kept twice")
			}
			break
		}
	}
}

func TestRedisCluster(t *testing.T) {
	setFlag(t, "rapid.checks", "10")
	servers := redistest.Cluster(t, 3)
	flush := func() {
		for _, server := range servers {
			c := redis.NewClient(&redis.Options{Addr: server.Addr})
			if err := c.FlushAll(context.Background()).Err(); err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
	}
	storetest.Suite(t, func(t *testing.T) bot.Store {
		flush()
		return openRedis(t, "redis://"+servers[0].Addr)
	})
	flush()
	testCopy(t, "redis://"+servers[0].Addr)
}

// A failover that has lost the last claim gives no fence a second time: those of two holders differ.
func TestRedisLosesAClaim(t *testing.T) {
	s := openRedis(t, redistest.New(t).Address())
	claim := func(id string) bot.Fence {
		t.Helper()
		held, err := s.ClaimShards(t.Context(), id, time.Hour, []bot.Shard{7})
		if err != nil || len(held) != 1 {
			t.Fatalf("claim: %v, %v", held, err)
		}
		return held[0].Fence
	}
	first := claim("a")
	if err := s.client.Del(t.Context(), shardRedisKey(7, "h")).Err(); err != nil {
		t.Fatal(err)
	}
	if second := claim("b"); second <= first {
		t.Errorf("fence %d after %d", second, first)
	}
}
