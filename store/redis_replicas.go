package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"llave/bot"
)

var _ bot.Replicas = (*Redis)(nil)

// Heartbeat says that a replica lives. See [bot.Replicas].
func (s *Redis) Heartbeat(ctx context.Context, r bot.Replica, lease time.Duration) (live []bot.Replica, err error) {
	body, err := json.Marshal(livingRecord(r))
	if err != nil {
		return nil, fmt.Errorf("store: heartbeat: %w", err)
	}
	v, err := s.pipe.do(ctx, heartbeatScript.call(replicaKeys, r.ID, lease.Milliseconds(), body))
	if err != nil {
		return nil, redisFailed("heartbeat", err)
	}
	answer := list(v)
	for i := 0; i+1 < len(answer); i += 2 {
		other, err := livingReplicaOf(text(answer[i]), text(answer[i+1]))
		if err != nil {
			return nil, fmt.Errorf("store: heartbeat: %w", errStrange)
		}
		live = append(live, other)
	}
	slices.SortFunc(live, func(a, b bot.Replica) int { return cmp.Compare(a.ID, b.ID) })
	return live, nil
}

// Where the record of a replica has its note, and that it pins, beside what replicas have in common.
const noteField, pinsField = "note", "pins"

// livingRecord is what the store keeps of a replica: one table of texts, which earlier versions read, too.
func livingRecord(r bot.Replica) map[string]string {
	record := map[string]string{}
	maps.Copy(record, r.Same)
	if len(r.Note) > 0 {
		record[noteField] = base64.StdEncoding.EncodeToString(r.Note)
	}
	if r.Pins {
		record[pinsField] = "1"
	}
	return record
}

// livingReplicaOf reads what livingRecord wrote.
func livingReplicaOf(id, record string) (bot.Replica, error) {
	r := bot.Replica{ID: id}
	err := json.Unmarshal([]byte(record), &r.Same)
	_, r.Pins = r.Same[pinsField]
	delete(r.Same, pinsField)
	if note, ok := r.Same[noteField]; ok && err == nil {
		delete(r.Same, noteField)
		r.Note, err = base64.StdEncoding.DecodeString(note)
	}
	return r, err
}

// replicaKeys are in one slot.
var replicaKeys = []string{redisPrefix + "{replicas}", redisPrefix + "{replicas}same"}

// Leave is the opposite of Heartbeat. See [bot.Replicas].
func (s *Redis) Leave(ctx context.Context, id string, dead []bot.Shard) error {
	ops := []*redisOp{leaveScript.call(replicaKeys, id)}
	for _, n := range dead {
		ops = append(ops, freeScript.call([]string{shardRedisKey(n, "h")}, id))
	}
	_, err := s.pipe.all(ctx, ops)
	return redisFailed("leave", err)
}

// ClaimShards takes shards that nobody holds. See [bot.Replicas].
func (s *Redis) ClaimShards(ctx context.Context, id string, lease time.Duration, shards []bot.Shard) (held []bot.HeldShard, err error) {
	ops := make([]*redisOp, len(shards))
	for i, n := range shards {
		ops[i] = claimScript.call([]string{shardRedisKey(n, "h")}, id, lease.Milliseconds())
		ops[i].replica = true
	}
	answers, err := s.pipe.all(ctx, ops)
	for i, v := range answers { // what was claimed is held, whatever became of the others
		if fence := text(v); len(fence) == 8 {
			held = append(held, bot.HeldShard{Shard: shards[i], Fence: bot.Fence(be8Of(fence))})
		}
	}
	s.timers.forget(shards) // others may have set some
	return held, redisFailed("claim", err)
}

// RenewShards prolongs leases. See [bot.Replicas].
func (s *Redis) RenewShards(ctx context.Context, lease time.Duration, mine []bot.HeldShard) ([]int64, error) {
	answers, err := s.pipe.all(ctx, s.ofHeld(renewScript, mine, lease.Milliseconds()))
	if err != nil {
		return nil, redisFailed("renew", err)
	}
	foreign := make([]int64, len(mine))
	for i, v := range answers {
		foreign[i], _ = v.(int64)
	}
	return foreign, nil
}

// ReleaseShards gives shards back. See [bot.Replicas].
func (s *Redis) ReleaseShards(ctx context.Context, mine []bot.HeldShard) error {
	_, err := s.pipe.all(ctx, s.ofHeld(releaseScript, mine))
	return redisFailed("release", err)
}

// ofHeld makes a command for each shard that is held.
func (s *Redis) ofHeld(script *redisScript, mine []bot.HeldShard, args ...any) []*redisOp {
	ops := make([]*redisOp, len(mine))
	for i, h := range mine {
		ops[i] = script.call([]string{shardRedisKey(h.Shard, "h")}, append([]any{be8(uint64(h.Fence))}, args...)...)
	}
	return ops
}
