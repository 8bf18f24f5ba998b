package store

import (
	"context"
	"fmt"
	"strconv"

	"llave/bot"
)

var (
	_ bot.Wakeups = (*Redis)(nil)
	_ bot.LogEnds = (*Redis)(nil)
)

// wakeChannel is where the chats of one kind are published: llave:wake:c, llave:wake:l. The store's number in a server of many
// databases is part of the name, since what is published is received in all of them.
func (s *Redis) wakeChannel(kind bot.WakeKind) string {
	return redisPrefix + "wake:" + string(rune(kind)) + strconv.Itoa(s.database)
}

// Wake publishes the keys of chats, one behind the other. See [bot.Wakeups].
func (s *Redis) Wake(ctx context.Context, kind bot.WakeKind, chats []bot.ChatKey) error {
	if s.patient || len(chats) == 0 {
		return nil
	}
	payload := make([]byte, 0, len(chats)*len(bot.ChatKey{}))
	for _, k := range chats {
		payload = append(payload, k[:]...)
	}
	_, err := s.pipe.do(ctx, plain("publish", s.wakeChannel(kind), payload))
	return redisFailed("wake", err)
}

// Listen subscribes on a connection of its own, which is made again when it breaks. See [bot.Wakeups]. A patient store says
// and receives nothing.
func (s *Redis) Listen(ctx context.Context, kind bot.WakeKind, woken func(bot.ChatKey)) error {
	return s.Subscribe(ctx, s.wakeChannel(kind), func(keys string) {
		for ; len(keys) >= len(bot.ChatKey{}); keys = keys[len(bot.ChatKey{}):] {
			woken(chatKeyOf([]byte(keys[:len(bot.ChatKey{})])))
		}
	})
}

// LastEvents are the ends of all logs. See [bot.LogEnds].
func (s *Redis) LastEvents(ctx context.Context) (last [bot.Shards]uint64, err error) {
	ops := make([]*redisOp, bot.Shards)
	for i := range ops {
		ops[i] = plain("hget", shardRedisKey(bot.Shard(i), "h"), "event")
	}
	answers, err := s.pipe.all(ctx, ops)
	if err != nil {
		return last, redisFailed("events", err)
	}
	for i, v := range answers {
		if t := text(v); t != "" {
			if last[i], err = strconv.ParseUint(t, 10, 64); err != nil {
				return last, fmt.Errorf("store: events: %w", errStrange)
			}
		}
	}
	return last, nil
}
