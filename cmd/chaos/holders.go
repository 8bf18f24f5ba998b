package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"llave/bot"
	"llave/bot/enginetest"
	"llave/bot/keyring"
	"llave/store"
)

// holders looks up in the Redis which process holds the shard of a chat. It writes nothing.
type holders struct {
	client  *redis.Client
	sealer  *keyring.Sealer
	both    [2]*service
	history *enginetest.History

	mu   sync.Mutex
	last map[bot.Shard]uint64 // the fence that was recorded last
}

// openHolders reads what names chats in the store, with the key that the program has.
func openHolders(ctx context.Context, h *enginetest.History, both [2]*service) (*holders, error) {
	options, err := redis.ParseURL(conversationsIn.address("replicas"))
	if err != nil {
		return nil, err
	}
	s, err := store.OpenRedis(ctx, store.RedisConfig{Address: conversationsIn.address("replicas")})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	ring, err := keyring.Parse(storeKey)
	if err != nil {
		return nil, err
	}
	sealer, err := keyring.Open(ring, func(name string, _ []byte) ([]byte, error) { return s.PutIfAbsent(ctx, name, nil) })
	if err != nil {
		return nil, err
	}
	return &holders{client: redis.NewClient(options), sealer: sealer, both: both, history: h, last: map[bot.Shard]uint64{}}, nil
}

func (o *holders) close() {
	if o != nil {
		o.client.Close()
	}
}

// look records who holds the shard of a chat now, if that has changed, and returns the shard.
func (o *holders) look(ctx context.Context, chat bot.ChatID) (shard string, err error) {
	n := o.sealer.ChatKey(chat).Shard()
	shard = fmt.Sprintf("%02x", uint8(n))
	o.mu.Lock()
	defer o.mu.Unlock()
	found, err := o.client.HMGet(ctx, "llave:{s"+shard+"}h", "fence", "holder").Result()
	if err != nil {
		return "", err
	}
	raw, _ := found[0].(string)
	holder, _ := found[1].(string)
	if len(raw) != 8 || holder == "" {
		return shard, nil
	}
	fence := binary.BigEndian.Uint64([]byte(raw))
	if o.last[n] == fence {
		return shard, nil
	}
	if name := o.name(holder); name != "" {
		o.last[n] = fence
		o.history.Add(enginetest.Record{What: enginetest.Given, By: name, Shard: shard, Fence: fence})
	}
	return shard, nil
}

// name is the process that calls itself so in the store: it keeps that in its folder. Empty: one that was killed.
func (o *holders) name(id string) string {
	for _, p := range o.both {
		text, _ := os.ReadFile(filepath.Join(p.data, "replica"))
		if own, _, _ := strings.Cut(string(text), " "); own == id {
			return p.name
		}
	}
	return ""
}
