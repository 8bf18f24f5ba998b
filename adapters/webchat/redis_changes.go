package webchat

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// redisChanges is what a process knows of the changes of others. A script that changes a chat counts the change in its shard and
// publishes it with its number. Where a number is missing, something was lost on the way: then all pages of the shard look.
type redisChanges struct {
	channel string
	origin  string // of this process
	mu      sync.Mutex
	latest  map[byte]uint64 // the last change by shard, of those that have an open page
}

// watchEvery is how often it is looked whether a change was lost.
const watchEvery = time.Second

// originSize is how many characters name a process.
const originSize = 8

func newRedisChanges(k keys) redisChanges {
	channel := hash(k.lookup, "channel") // what is published is received in all databases of a server
	return redisChanges{channel: redisPrefix + "changes:" + hex.EncodeToString(channel[:]), origin: rand.Text()[:originSize], latest: map[byte]uint64{}}
}

func (h *redisHistory) typing(ctx context.Context, chat name) error {
	_, err := h.one(ctx, "publish", h.channel, "t"+h.origin+string(chat[:]))
	return err
}

func (h *redisHistory) watch(ctx context.Context, pages *hub) {
	var all sync.WaitGroup
	all.Go(func() {
		for ctx.Err() == nil {
			_ = h.db.Subscribe(ctx, h.channel, func(payload string) { h.received(payload, pages) })
			_ = pause(ctx, watchEvery)
		}
	})
	for pause(ctx, watchEvery) == nil {
		h.look(ctx, pages)
	}
	all.Wait()
}

// received takes what a process has published: "m", the process, the chat and the number of the change, or "t" without a number.
func (h *redisHistory) received(payload string, pages *hub) {
	const head = 1 + originSize
	var chat name
	if len(payload) < head+len(chat) {
		return
	}
	copy(chat[:], payload[head:])
	own := payload[1:head] == h.origin
	if payload[0] == 't' {
		if !own {
			pages.types(chat)
		}
		return
	}
	if n, err := strconv.ParseUint(payload[head+len(chat):], 10, 64); err == nil {
		h.note(chat[0], n)
	}
	if !own {
		pages.wake(chat)
	}
}

// note notes a change if none is missing before it.
func (c *redisChanges) note(shard byte, n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.latest[shard]; ok && n == last+1 {
		c.latest[shard] = n
	}
}

// missed notes the number of a shard, and reports whether a change of it is missing.
func (c *redisChanges) missed(shard byte, n uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok := c.latest[shard]
	c.latest[shard] = n
	return !ok || last != n
}

// keep forgets the shards that have no open page any more.
func (c *redisChanges) keep(shards map[byte][]name) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s := range c.latest {
		if _, ok := shards[s]; !ok {
			delete(c.latest, s)
		}
	}
}

// look asks for the numbers of the shards that have an open page, and wakes the pages of those of which a change is missing.
func (h *redisHistory) look(ctx context.Context, pages *hub) {
	chats := map[byte][]name{}
	for _, chat := range pages.waiting() {
		chats[chat[0]] = append(chats[chat[0]], chat)
	}
	h.keep(chats)
	if len(chats) == 0 {
		return
	}
	var shards []byte
	var ask [][]any
	for s := range chats {
		shards, ask = append(shards, s), append(ask, []any{"get", shardKey(s, 'n')})
	}
	answers, err := h.db.Do(ctx, ask...)
	if err != nil {
		return // the next look
	}
	for i, s := range shards {
		n, _ := strconv.ParseUint(text(answers[i]), 10, 64)
		if h.missed(s, n) {
			for _, chat := range chats[s] {
				pages.wake(chat)
			}
		}
	}
}
