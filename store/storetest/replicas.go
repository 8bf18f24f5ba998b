package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"llave/bot"
)

// ReplicaStore is a store that several processes may share.
type ReplicaStore interface {
	bot.Store
	bot.Replicas
}

// ReplicaCheck is one promise about the leases of shards.
type ReplicaCheck struct {
	Name string
	Run  func(t TB, open func() ReplicaStore)
}

// SuiteReplicas runs every check about leases as a subtest.
func SuiteReplicas(t *testing.T, open func(t *testing.T) ReplicaStore) {
	t.Helper()
	for _, c := range ReplicaChecks() {
		t.Run(c.Name, func(t *testing.T) { c.Run(t, func() ReplicaStore { return open(t) }) })
	}
}

// ReplicaChecks lists the promises of stores that several processes may share.
func ReplicaChecks() []ReplicaCheck {
	return []ReplicaCheck{
		{"Replicas/who lives is listed, until it leaves or its lease is over", replicasLive},
		{"Replicas/a shard is held by one, and by another when it was given back", shardsGivenBack},
		{"Replicas/a shard whose lease is over is taken, and its earlier holder is fenced off", leaseOver},
		{"Replicas/who holds a shard keeps its fence, and a renewed lease is not over", leaseRenewed},
		{"Replicas/of many at once one gets a shard", claimedOnce},
		{"Replicas/what others accept is counted for the holder", foreignCounted},
		{"Replicas/a receipt says what waits before, and whose the shard is", receiptBefore},
		{"Replicas/the shards of a replica that is known to be dead are free at once, and no others", deadLeaves},
		{"Replicas/a change of hands counts no try of what waits", changesCountNoTry},
	}
}

// long is a lease that no test outlives, brief one that a test waits for.
const (
	long  = time.Hour
	brief = 50 * time.Millisecond
)

// replicas is a world whose store several processes share.
type replicas struct {
	*world
	leases bot.Replicas
}

func enterReplicas(t TB, s ReplicaStore) *replicas { return &replicas{enter(t, s), s} }

func (w *replicas) beats(id string, lease time.Duration, want ...string) {
	w.Helper()
	live, err := w.leases.Heartbeat(w.Context(), bot.Replica{ID: id, Same: map[string]string{"of": id}, Note: []byte("says " + id), Pins: id == "b"}, lease)
	w.must(err, "heartbeat")
	var got []string
	for _, r := range live {
		got = append(got, r.ID)
		w.equal(r.Same, map[string]string{"of": r.ID}, "what "+r.ID+" has in common")
		w.equal(r.Pins, r.ID == "b", r.ID+" pins")
		w.equal(string(r.Note), "says "+r.ID, "what "+r.ID+" tells")
	}
	w.equal(got, want, "who lives")
}

// takes claims shards and wants to get some of them.
func (w *replicas) takes(id string, lease time.Duration, shards []bot.Shard, want ...bot.Shard) []bot.HeldShard {
	w.Helper()
	held, err := w.leases.ClaimShards(w.Context(), id, lease, shards)
	w.must(err, "claim")
	var got []bot.Shard
	for _, h := range held {
		got = append(got, h.Shard)
	}
	w.equal(got, want, "shards that "+id+" got")
	return held
}

func (w *replicas) renews(lease time.Duration, mine []bot.HeldShard, want ...int64) {
	w.Helper()
	got, err := w.leases.RenewShards(w.Context(), lease, mine)
	w.must(err, "renew")
	w.equal(got, want, "arrivals of others")
}

func replicasLive(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	w.beats("b", long, "b")
	w.beats("a", long, "a", "b")
	w.beats("c", brief, "a", "b", "c")
	time.Sleep(2 * brief)
	w.beats("a", long, "a", "b")
	w.must(w.leases.Leave(t.Context(), "b", nil), "leave")
	w.must(w.leases.Leave(t.Context(), "never was", nil), "leave")
	w.beats("a", long, "a")
}

func shardsGivenBack(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	mine := w.takes("a", long, []bot.Shard{3, 200}, 3, 200)
	w.takes("b", long, []bot.Shard{3, 4, 200}, 4)
	w.must(w.leases.ReleaseShards(t.Context(), mine[:1]), "release")
	theirs := w.takes("b", long, []bot.Shard{3, 200}, 3)
	if theirs[0].Fence <= mine[0].Fence {
		t.Errorf("fence %d after %d", theirs[0].Fence, mine[0].Fence)
	}
	w.must(w.leases.ReleaseShards(t.Context(), mine[:1]), "release of what another holds")
	w.takes("c", long, []bot.Shard{3})
	w.refused(bot.Turn{Chat: key(3, 1), Fence: mine[0].Fence}, bot.ErrFenced, "a turn of who gave the shard back")
	w.commit(bot.Turn{Chat: key(3, 1), Fence: theirs[0].Fence})
}

func leaseOver(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	mine := w.takes("a", brief, []bot.Shard{3}, 3)
	w.commit(bot.Turn{Chat: key(3, 1), Fence: mine[0].Fence})
	time.Sleep(2 * brief)
	w.commit(bot.Turn{Chat: key(3, 1), Base: 1, Fence: mine[0].Fence}) // nobody else has taken it: the fence decides
	theirs := w.takes("b", long, []bot.Shard{3}, 3)
	w.refused(bot.Turn{Chat: key(3, 1), Base: 2, Fence: mine[0].Fence}, bot.ErrFenced, "a turn of who held the shard")
	w.renews(long, mine, -1)
	w.takes("a", long, []bot.Shard{3})
	w.commit(bot.Turn{Chat: key(3, 1), Base: 2, Fence: theirs[0].Fence})
	if forced := w.claim(3); forced <= theirs[0].Fence {
		t.Errorf("fence %d after %d", forced, theirs[0].Fence)
	}
	w.renews(long, theirs, -1)
}

func leaseRenewed(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	mine := w.takes("a", 20*brief, []bot.Shard{3}, 3)
	w.renews(long, mine, 0)
	time.Sleep(25 * brief)
	w.takes("b", long, []bot.Shard{3})
	w.equal(w.takes("a", long, []bot.Shard{3}, 3), mine, "what is held already")
}

func claimedOnce(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	var mu sync.Mutex
	var all []bot.HeldShard
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			held, err := w.leases.ClaimShards(t.Context(), string(rune('a'+i)), long, []bot.Shard{1, 2, 3})
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			mu.Lock()
			all = append(all, held...)
			mu.Unlock()
		})
	}
	wg.Wait()
	slices.SortFunc(all, func(a, b bot.HeldShard) int { return int(a.Shard) - int(b.Shard) })
	var got []bot.Shard
	for _, h := range all {
		got = append(got, h.Shard)
	}
	w.equal(got, []bot.Shard{1, 2, 3}, "shards that anybody got")
}

func foreignCounted(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	mine := w.takes("a", long, []bot.Shard{3, 4}, 3, 4)
	accept := func(n uint64, f bot.Fence) {
		t.Helper()
		_, err := w.store.Accept(t.Context(), bot.Arrival{Chat: key(3, 1), ID: id(n), At: hour(0), Body: bytesOf("x"), Fence: f})
		w.must(err, "accept")
	}
	accept(1, mine[0].Fence)
	w.renews(long, mine, 0, 0)
	accept(2, 0)
	accept(2, 0) // a duplicate is nothing new
	accept(3, mine[1].Fence)
	accept(4, mine[0].Fence)
	w.renews(long, mine, 2, 0)
}

func receiptBefore(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	w.takes("a", long, []bot.Shard{9}, 9) // fences differ
	mine := w.takes("a", long, []bot.Shard{3}, 3)
	w.held[3] = mine[0].Fence
	k := key(3, 1)
	var last uint64
	for n := range uint64(3) {
		r := w.accept(k, n)
		w.accept(key(3, 2), n)
		w.equal([]any{r.Before, r.Fence}, []any{last, mine[0].Fence}, "what waits before, and the fence")
		last = r.Seq
	}
	w.equal(w.accept(k, 1).Before, uint64(0), "what waits before a duplicate")
	for range 3 {
		turn := w.turn(k)
		turn.Update = w.load(k).Waiting[0].Seq
		w.commit(turn)
	}
	w.equal(w.accept(k, 9).Before, uint64(0), "what waits before when all is answered")
}

func changesCountNoTry(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	k := key(3, 1)
	w.accept(k, 1)
	first := w.takes("a", brief, []bot.Shard{3}, 3)
	w.must(w.leases.ReleaseShards(t.Context(), first), "release")
	w.takes("b", brief, []bot.Shard{3}, 3)
	time.Sleep(2 * brief)
	last := w.takes("c", long, []bot.Shard{3}, 3)
	w.equal(w.load(k).Waiting[0].Tries, 0, "tries of an update that no turn began with")
	w.must(w.store.BeginTurn(t.Context(), last[0].Fence, k, w.load(k).Waiting[0].Seq), "begin")
	w.must(w.leases.ReleaseShards(t.Context(), last), "release")
	w.takes("a", long, []bot.Shard{3}, 3)
	w.equal(w.load(k).Waiting[0].Tries, 1, "tries of an update that one turn began with")
}

func deadLeaves(t TB, open func() ReplicaStore) {
	w := enterReplicas(t, open())
	w.beats("a", long, "a")
	w.beats("b", long, "a", "b")
	dead := w.takes("a", long, []bot.Shard{3, 4}, 3, 4)
	w.takes("b", long, []bot.Shard{5}, 5)
	w.must(w.leases.Leave(t.Context(), "a", nil), "leave")
	w.takes("b", long, []bot.Shard{3})
	w.must(w.leases.Leave(t.Context(), "a", []bot.Shard{3, 4, 5}), "leave of a replica that is dead")
	w.beats("c", long, "b", "c")
	held := w.takes("c", long, []bot.Shard{3, 5}, 3)
	w.refused(bot.Turn{Chat: key(3, 1), Fence: dead[0].Fence}, bot.ErrFenced, "a turn of who was thought to be dead")
	w.commit(bot.Turn{Chat: key(3, 1), Fence: held[0].Fence})
}
