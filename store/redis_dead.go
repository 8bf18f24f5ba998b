package store

import (
	"cmp"
	"context"
	"slices"

	"llave/bot"
)

// Dead lists what was given up. See [bot.DeadLetters].
func (s *Redis) Dead(ctx context.Context, limit int) (dead []bot.DeadLetter, err error) {
	if err := s.ready(ctx, "dead"); err != nil || limit < 1 {
		return nil, err
	}
	ops := make([]*redisOp, bot.Shards)
	for i := range ops {
		ops[i] = plain("zrange", shardRedisKey(bot.Shard(i), "D"), 0, limit-1, "rev")
	}
	pages, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, redisFailed("dead", err)
	}
	ops = ops[:0]
	var ids []deadMember
	for i, page := range pages {
		for _, m := range list(page) {
			d, ok := decodeDeadMember(bot.Shard(i), text(m))
			if !ok {
				continue
			}
			ids = append(ids, d)
			ops = append(ops, plain("hmget", redisKeysOf(d.chat).of("d"), "m"+d.field, "b"+d.field))
		}
	}
	records, err := s.pipe.all(ctx, ops)
	if err != nil {
		return nil, redisFailed("dead", err)
	}
	for i, v := range records {
		if r := list(v); len(r) == 2 {
			if d, ok := decodeDead(ids[i].id, ids[i].chat, text(r[0]), text(r[1])); ok {
				dead = append(dead, d)
			}
		}
	}
	slices.SortFunc(dead, func(a, b bot.DeadLetter) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return dead[:min(len(dead), limit)], nil
}

// deadMember is a member of a shard's index of dead letters: the number of one, and its chat.
type deadMember struct {
	id    uint64
	field string
	chat  bot.ChatKey
}

func decodeDeadMember(s bot.Shard, member string) (d deadMember, ok bool) {
	if len(member) != 8+len(d.chat) {
		return d, false
	}
	return deadMember{deadID(s, be8Of(member)), member[:8], chatKeyOf([]byte(member[8:]))}, true
}

// Retry puts a dead letter back. See [bot.DeadLetters].
func (s *Redis) Retry(ctx context.Context, id uint64, as bot.DeadKind) error {
	shard := bot.Shard(id)
	v, err := s.pipe.do(ctx, plain("zrange", shardRedisKey(shard, "D"), 0, -1))
	if err != nil {
		return redisFailed("retry", err)
	}
	for _, m := range list(v) {
		d, ok := decodeDeadMember(shard, text(m))
		if !ok || d.id != id {
			continue
		}
		k := redisKeysOf(d.chat)
		err := s.refused(ctx, "retry", retryScript.call([]string{
			k.shard("h"), k.of("c"), k.of("w"), k.of("l"), k.shard("o"), k.shard("t"), k.of("b"), k.shard("D"), k.of("d"), k.shard("f"), k.shard("r"),
		}, d.field, d.chat[:], int(as)))
		s.timers.forget([]bot.Shard{shard})
		return err
	}
	return bot.ErrConflict
}
