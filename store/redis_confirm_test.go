package store

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/store/redistest"
)

// A server that was promoted has no replica, and is used at once; it is asked again. One that loses its replica is not: that may have
// its place.
func TestPromotedServerNeedsNoReplica(t *testing.T) {
	server := redistest.New(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	own, err := askRedis(t.Context(), client)
	if err != nil || own.run == "" {
		t.Fatalf("it is %+v, %v", own, err)
	}
	for _, c := range []struct {
		run  string // of the server that had a replica
		want int64
	}{{own.run, 1}, {"the master that died", 0}} {
		var known confirmations
		known.says(client, RedisFacts{run: c.run, Replicas: 1})
		known.missed(t.Context(), client)
		if n := known.of(t.Context(), client); n != c.want {
			t.Errorf("after %q: %d have to confirm, want %d", c.run, n, c.want)
		}
	}
}

// As soon as a server that was promoted has a replica again, it is waited for; that it had none when it was asked in between changes
// nothing.
func TestPromotedServerHasAReplicaAgain(t *testing.T) {
	server := redistest.New(t, "--repl-diskless-sync-delay", "0")
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	var known confirmations
	known.says(client, RedisFacts{run: "the master that died", Replicas: 1})
	known.missed(t.Context(), client)
	own, err := askRedis(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	known.says(client, own)
	redistest.New(t, "--replicaof", "127.0.0.1 "+server.Port())
	for n, tries := int64(0), 0; n == 0; time.Sleep(5 * time.Millisecond) {
		if tries++; tries > 2000 {
			t.Fatal("the replica is not waited for")
		}
		s := known.servers[client]
		s.asked = s.asked.Add(-2 * bereftAgain)
		known.keep(client, s)
		if n = known.of(t.Context(), client); n > 1 {
			t.Fatalf("%d have to confirm", n)
		}
	}
}

// A command without a key may be in a batch for several masters.
func TestCommandWithoutAKey(t *testing.T) {
	if k := plain("info").key(); k != "" {
		t.Errorf("its key is %q", k)
	}
}
