package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/bot"
	"llave/bot/enginetest"
	"llave/store/redistest"
)

// failover is a master whose replica has not got the second of two updates, and takes its place.
type failover struct {
	*testing.T
	server, replica *redistest.Server
	address         string
	kept            map[bool]*enginetest.History // by whether the bug is planted
}

func (f *failover) both(r enginetest.Record) {
	for _, h := range f.kept {
		h.Add(r)
	}
}

// Only one of two processes knows that an update was not confirmed by the replica; the channel repeats it to the other one. That
// one asks again. If it did not, the failover that follows would lose what was acknowledged, and the judge would say so.
func TestTheJudgeFindsADuplicateThatIsNotWaitedFor(t *testing.T) {
	f := &failover{T: t, kept: map[bool]*enginetest.History{false: {}, true: {}}}
	f.server = redistest.New(t, "--repl-diskless-sync-delay", "0")
	f.replica = redistest.New(t, "--replicaof", "127.0.0.1 "+f.server.Port())
	f.address = f.server.Address()
	first, second := openRedis(t, f.address), openRedis(t, f.address)
	f.untilFollowed(first)
	f.untilFollowed(second)
	f.both(enginetest.Record{What: enginetest.Begun})
	f.both(enginetest.Record{What: enginetest.Fault, Class: enginetest.Stop, By: "the replica"})
	f.replica.Stop()
	update := arrivalOf(benchKey(1), 1)
	f.both(enginetest.Record{What: enginetest.Said, Chat: "a", ID: "1"})
	if _, err := first.Accept(t.Context(), update); !errors.Is(err, errNotReplicated) {
		t.Fatalf("accept without the replica: %v", err)
	}
	f.repeat(second, update, true)
	f.repeat(second, update, false)
	f.server.Kill()
	f.replica.Kill()
	if err := f.replica.Start(); err != nil {
		t.Fatal(err)
	}
	f.after(update)
	for planted, h := range f.kept {
		h.Add(enginetest.Record{What: enginetest.Done})
		found := enginetest.Judge(h.Records())
		gone := slices.ContainsFunc(found, func(v enginetest.Violation) bool { return v.Law == enginetest.Gone })
		if gone != planted || len(found) > 1 {
			t.Errorf("planted %t: %v", planted, found)
		}
	}
}

// untilFollowed waits until a store knows of the replica, and the replica confirms.
func (f *failover) untilFollowed(s *Redis) {
	for n := uint64(100); ; n++ {
		if err := s.Ping(f.Context()); err != nil {
			f.Fatal(err)
		}
		if s.pipe.confirmations.of(f.Context(), s.client) > 0 {
			if _, err := s.Accept(f.Context(), arrivalOf(benchKey(9), n)); err == nil {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// repeat gives the update to the second process, and notes whether the channel is told that it is kept.
func (f *failover) repeat(s *Redis, update bot.Arrival, planted bool) {
	accept := s.Accept
	if planted {
		accept = s.acceptUnconfirmed
	}
	if r, err := accept(f.Context(), update); err == nil && r.Seq == 0 {
		f.kept[planted].Add(enginetest.Record{What: enginetest.Acknowledged, Chat: "a", ID: "1"})
	} else if !errors.Is(err, errNotReplicated) {
		f.Errorf("repeated: %+v, %v", r, err)
	}
}

// acceptUnconfirmed is Accept of a store that takes a duplicate for safe.
func (s *Redis) acceptUnconfirmed(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	k := redisKeysOf(a.Chat)
	v, err := s.pipe.do(ctx, acceptScript.call([]string{k.shard("h"), k.of("i"), k.of("c"), k.of("w"), k.shard("o"), k.shard("j")},
		a.ID[:], hour8(a.At), micros(a.At), a.Chat[:], blob(a.Body), be8(uint64(a.Fence))))
	seq, _ := list(v)[0].(int64)
	return bot.Receipt{Seq: uint64(seq)}, err
}

// after promotes the replica. A channel that was told nothing repeats the update there; what waits there is answered.
func (f *failover) after(update bot.Arrival) {
	admin := redis.NewClient(&redis.Options{Addr: f.replica.Addr})
	defer admin.Close()
	if err := admin.ReplicaOf(f.Context(), "NO", "ONE").Err(); err != nil {
		f.Fatal(err)
	}
	s := openRedis(f.T, strings.Replace(f.address, f.server.Addr, f.replica.Addr, 1))
	for _, planted := range []bool{true, false} {
		if h := f.kept[planted]; h.Records()[len(h.Records())-1].What != enginetest.Acknowledged {
			if _, err := s.Accept(f.Context(), update); err != nil {
				f.Fatal(err)
			}
		}
		c, err := s.Load(f.Context(), update.Chat)
		if err != nil {
			f.Fatal(err)
		}
		for range c.Waiting {
			f.kept[planted].Add(enginetest.Record{What: enginetest.Received, Chat: "a", To: "1", Class: enginetest.Answer, Text: "x"})
		}
	}
}
