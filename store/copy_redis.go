package store

import (
	"context"
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/bot"
)

// redisSource reads a server whole. It keeps services away by a lease of its own.
type redisSource struct {
	*Redis
	hold *redisHold
	keys int64 // in the database
}

func openRedisSource(ctx context.Context, cancel context.CancelCauseFunc, c RedisConfig) (copySource, error) {
	source := &redisSource{}
	s, err := connectRedis(ctx, c, func(s *Redis, ctx context.Context) error {
		layout, keys, err := s.layout(ctx)
		source.keys = keys
		if err == nil {
			err = refusedLayout(layout, keys)
		}
		if err == nil && keys < 2 { // the layout alone is no store
			err = &CopyError{CopyNoSource}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	source.Redis = s
	if source.hold, err = s.keepAway(ctx, cancel, CopySource); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return source, nil
}

func (s *redisSource) release() error { return errors.Join(s.hold.release(), s.Close()) }

func (s *redisSource) counters(ctx context.Context) (c copyCounters, err error) {
	ops := make([]*redisOp, bot.Shards, bot.Shards+1)
	for i := range ops {
		ops[i] = plain("hmget", shardRedisKey(bot.Shard(i), "h"), "fence", "event", "seq", "dead")
	}
	answers, err := s.pipe.all(ctx, append(ops, plain("get", redisPrefix+"fence")))
	if err != nil {
		return c, errCopying(err)
	}
	number := func(v any) uint64 {
		n, _ := strconv.ParseUint(text(v), 10, 64)
		return n
	}
	c.fence = number(answers[bot.Shards])
	for i, v := range answers[:bot.Shards] {
		h := list(v)
		if len(h) != 4 {
			return c, errCopying(errStrange)
		}
		of := &c.shards[i]
		of.fence, of.event = be8Of(text(h[0])), number(h[1])
		c.fence = max(c.fence, of.fence)
		c.updates = max(c.updates, deadID(bot.Shard(i), number(h[2])))
		c.dead = max(c.dead, deadID(bot.Shard(i), number(h[3])))
	}
	return c, nil
}

// scanPage is how many keys are looked at at a time. What is found in them is one transaction of a file.
const scanPage = 1024

// scan goes through all keys of ours, page by page. A key may come twice.
func (s *redisSource) scan(ctx context.Context, look func(keys []string) error) error {
	nodes := []redis.Cmdable{s.client}
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		var mu sync.Mutex
		nodes = nil
		err := cluster.ForEachMaster(ctx, func(_ context.Context, c *redis.Client) error {
			mu.Lock()
			defer mu.Unlock()
			nodes = append(nodes, c)
			return nil
		})
		if err != nil {
			return errCopying(err)
		}
	}
	for _, node := range nodes {
		for cursor := uint64(0); ; {
			page, next, err := node.Scan(ctx, cursor, redisPrefix+"*", scanPage).Result()
			if err != nil {
				return errCopying(err)
			}
			if err := look(page); err != nil {
				return err
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	return nil
}

const (
	onceKey   = redisPrefix + "once:"
	numberKey = redisPrefix + "number:"
)

func (s *redisSource) values(ctx context.Context, put func([]copyValue) error) error {
	return s.scan(ctx, func(keys []string) error {
		var page []copyValue
		var ops []*redisOp
		for _, k := range keys {
			name, once := strings.CutPrefix(k, onceKey)
			if !once && !strings.HasPrefix(k, numberKey) {
				continue
			}
			page = append(page, copyValue{name: strings.TrimPrefix(name, numberKey), sequence: !once})
			ops = append(ops, plain("get", k))
		}
		answers, err := s.pipe.all(ctx, ops)
		if err != nil {
			return errCopying(err)
		}
		for i, v := range answers {
			if !page[i].sequence {
				page[i].value = []byte(text(v))
			} else if page[i].last, err = strconv.ParseUint(text(v), 10, 64); err != nil {
				return errCopying(errStrange)
			}
		}
		if len(page) == 0 {
			return nil
		}
		return put(page)
	})
}

// chatKinds are the kinds of keys of a chat. A chat is read where the first kind that it has is found.
var chatKinds = []string{"c", "w", "l", "b", "d", "i"}

// chatOfKey returns the chat that a key belongs to, and the kind of the key.
func chatOfKey(key string) (k bot.ChatKey, kind string, ok bool) {
	const tag, name = len(redisPrefix + "{s00}"), 22
	if len(key) != tag+1+name {
		return k, "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(key[tag+1:])
	if err != nil || len(raw) != len(k) {
		return k, "", false
	}
	k, kind = chatKeyOf(raw), key[tag:tag+1]
	return k, kind, redisKeysOf(k).of(kind) == key && slices.Contains(chatKinds, kind)
}

func (s *redisSource) chats(ctx context.Context, put func([]copyChat, int) error) error {
	var seen int64
	return s.scan(ctx, func(keys []string) error {
		chats, err := s.firstKeys(ctx, keys)
		if err != nil {
			return err
		}
		page, err := s.readChats(ctx, chats)
		if err != nil {
			return err
		}
		seen += int64(len(keys))
		return put(page, int(min(100, seen*100/max(s.keys, 1))))
	})
}

// firstKeys returns the chats of which no key of an earlier kind exists than the one that was found.
func (s *redisSource) firstKeys(ctx context.Context, keys []string) (chats []bot.ChatKey, err error) {
	var ops []*redisOp
	var found []bot.ChatKey
	for _, key := range keys {
		k, kind, ok := chatOfKey(key)
		if !ok {
			continue
		}
		if kind == chatKinds[0] {
			chats = append(chats, k)
			continue
		}
		args := []any{"exists"}
		for _, earlier := range chatKinds[:slices.Index(chatKinds, kind)] {
			args = append(args, redisKeysOf(k).of(earlier))
		}
		ops, found = append(ops, plain(args...)), append(found, k)
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, errCopying(err)
	}
	for i, v := range answers {
		if n, _ := v.(int64); n == 0 {
			chats = append(chats, found[i])
		}
	}
	return chats, nil
}

// readChats reads chats whole.
func (s *redisSource) readChats(ctx context.Context, keys []bot.ChatKey) (page []copyChat, err error) {
	var ops []*redisOp
	for _, k := range keys {
		of := redisKeysOf(k)
		ops = append(ops, plain("get", of.of("c")), plain("lrange", of.of("w"), 0, -1), plain("lrange", of.of("l"), 0, -1),
			plain("hgetall", of.of("b")), plain("hgetall", of.of("d")), plain("hgetall", of.of("i")))
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, errCopying(err)
	}
	for i, k := range keys {
		of := answers[i*len(chatKinds):]
		c := copyChat{key: k}
		c.readRecord(text(of[0]))
		c.readWaiting(list(of[1]))
		c.readMessages(list(of[2]))
		c.readTimers(list(of[3]))
		c.readDead(list(of[4]))
		c.readIDs(list(of[5]))
		page = append(page, c)
	}
	return page, nil
}

func (c *copyChat) readRecord(record string) {
	switch {
	case record == "":
	case len(record) < chatHeader:
		c.damaged++
	default:
		r := decodeChat(record)
		r.forget, r.review = dateOf8(record[8:]), dateOf8(record[16:])
		c.record = &r
	}
}

// dateOf8 reads what date8 wrote.
func dateOf8(b string) time.Time {
	n := be8Of(b)
	if n == 1<<63 {
		return time.Time{}
	}
	return timeOf(int64(n))
}

func (c *copyChat) readWaiting(records []any) {
	for _, v := range records {
		record := text(v)
		w, ok := decodeWaiting(record)
		if !ok {
			c.damaged++
			continue
		}
		c.waiting = append(c.waiting, copyUpdate{deadID(c.key.Shard(), w.Seq), int64(be8Of(record[8:])), w.Tries, w.Body})
	}
}

func (c *copyChat) readMessages(records []any) {
	for _, v := range records {
		record := text(v)
		m, ok := decodeMessage(c.key, record)
		if !ok {
			c.damaged++
			continue
		}
		c.messages = append(c.messages, copyMessage{m.N, m.Tries, micros(m.Due), record[messageHeader-1] == 1, m.Body})
	}
}

func (c *copyChat) readTimers(fields []any) {
	for i := 0; i+1 < len(fields); i += 2 {
		record := text(fields[i+1])
		if len(record) < 8 {
			c.damaged++
			continue
		}
		c.timers = append(c.timers, copyTimer{text(fields[i]), int64(be8Of(record)), []byte(record[8:])})
	}
}

func (c *copyChat) readDead(fields []any) {
	bodies := map[string]string{}
	for i := 0; i+1 < len(fields); i += 2 {
		if f := text(fields[i]); strings.HasPrefix(f, "b") {
			bodies[f[1:]] = text(fields[i+1])
		}
	}
	for i := 0; i+1 < len(fields); i += 2 {
		f := text(fields[i])
		if !strings.HasPrefix(f, "m") {
			continue
		}
		d, ok := decodeDead(deadID(c.key.Shard(), be8Of(f[1:])), c.key, text(fields[i+1]), bodies[f[1:]])
		if !ok || len(f) != 9 {
			c.damaged++
			continue
		}
		c.dead = append(c.dead, copyDead{d.ID, d.Kind, d.Name, d.N, d.Reason, micros(d.At), d.Body})
	}
}

func (c *copyChat) readIDs(fields []any) {
	for i := 0; i+1 < len(fields); i += 2 {
		id := text(fields[i])
		if id == "" { // the oldest hour
			continue
		}
		at, err := strconv.ParseFloat(text(fields[i+1]), 64)
		if err != nil || math.Abs(at) > 1<<60 {
			c.damaged++
			continue
		}
		c.ids = append(c.ids, copyID{[]byte(id), int64(at)})
	}
}
