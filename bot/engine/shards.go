package engine

import (
	"sync/atomic"

	"llave/bot"
)

// shardTable has the shards that this process holds.
type shardTable struct {
	at      [bot.Shards]atomic.Pointer[Shard]
	changes atomic.Uint64
	list    atomic.Pointer[shardList] // of after some change; it is asked for every second, and changes seldom
}

type shardList struct {
	changes uint64
	shards  []*Shard
	names   []bot.Shard
}

// set stores a shard, or none, and returns the one before.
func (t *shardTable) set(id bot.Shard, sh *Shard) *Shard {
	defer t.changes.Add(1)
	return t.at[id].Swap(sh)
}

// remove forgets a shard, and reports whether it was held.
func (t *shardTable) remove(sh *Shard) bool {
	defer t.changes.Add(1)
	return t.at[sh.id].CompareAndSwap(sh, nil)
}

// get returns a shard, or nil if it is not held.
func (t *shardTable) get(id bot.Shard) *Shard { return t.at[id].Load() }

// held lists the shards that are held. It belongs to all callers.
func (t *shardTable) held() *shardList {
	changes := t.changes.Load()
	if l := t.list.Load(); l != nil && l.changes == changes {
		return l
	}
	l := &shardList{changes: changes}
	for i := range t.at {
		if sh := t.at[i].Load(); sh != nil {
			l.shards, l.names = append(l.shards, sh), append(l.names, sh.id)
		}
	}
	t.list.Store(l)
	return l
}
