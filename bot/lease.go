package bot

import (
	"context"
	"time"
)

// Replica is one process beside others on one store.
type Replica struct {
	ID string // of this run of the process; another run has another one
	// Same is what replicas have in common. One that differs in it does not belong to the others.
	Same map[string]string
	// Pins says that it has a channel that only one process can serve: the pinned shards are its, unless one that pins came before.
	Pins bool
	// Note is what it tells the others with each heartbeat.
	Note []byte
}

// HeldShard is a shard and the fence under which it is held.
type HeldShard struct {
	Shard Shard
	Fence Fence
}

// Replicas divides the shards of one store between processes. It is optional: a store that is one process's does not have
// it. A lease says who is likely to live; the fence decides.
type Replicas interface {
	// Heartbeat says that a replica lives for as long as the lease, and lists those that do, itself included, in the order of
	// their IDs.
	Heartbeat(ctx context.Context, r Replica, lease time.Duration) ([]Replica, error)
	// ClaimShards takes those of the shards that nobody holds: never held, given back, or held under a lease that is over. Each
	// gets a fence above every earlier one. A shard that the caller holds keeps its fence.
	ClaimShards(ctx context.Context, id string, lease time.Duration, shards []Shard) ([]HeldShard, error)
	// RenewShards prolongs leases. Of each shard it returns how many arrivals others have accepted so far, or -1: another
	// fence holds it.
	RenewShards(ctx context.Context, lease time.Duration, mine []HeldShard) ([]int64, error)
	// ReleaseShards gives shards back: whoever claims one need not wait. A shard that another fence holds is left alone.
	ReleaseShards(ctx context.Context, mine []HeldShard) error
	// Leave is the opposite of Heartbeat: nobody reckons with the replica any more. It comes before its shards are released.
	// Those of dead that it still holds are given back, too: only for a replica that is known to be dead.
	Leave(ctx context.Context, id string, dead []Shard) error
}

// WakeKind is what a wake-up says of a chat.
type WakeKind byte

// The kinds of wake-up.
const (
	WakeChat WakeKind = 'c' // an update of the chat was kept by a process that does not hold its shard
	WakeLog  WakeKind = 'l' // the log of the chat's shard has grown
)

// Wakeups tells other processes on the store that something waits. It is optional, and nothing rests on it: what is lost on
// the way is found within a beat.
type Wakeups interface {
	// Wake tells those that listen to the kind of some chats, the caller included. It waits for none of them.
	Wake(ctx context.Context, kind WakeKind, chats []ChatKey) error
	// Listen gives the chats of one kind to woken, one after the other, until ctx ends. It returns earlier when the store cannot
	// be listened to, and may be called again.
	Listen(ctx context.Context, kind WakeKind, woken func(ChatKey)) error
}

// LogEnds is an optional, cheap look at the logs of all shards at once.
type LogEnds interface {
	// LastEvents are the numbers of the last event of each shard, trimmed or not; 0: none.
	LastEvents(ctx context.Context) ([Shards]uint64, error)
}
