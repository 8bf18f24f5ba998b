package store

import (
	"context"
	"slices"

	"llave/bot"
)

// Messages lists unsent messages of a chat. See [bot.Outbox].
func (s *Redis) Messages(ctx context.Context, chat bot.ChatKey, from uint64, limit int) (page []bot.OutboxMessage, err error) {
	const last = 1 << 53 // above that a script's numbers are not exact
	v, err := s.pipe.do(ctx, messagesScript.call([]string{redisKeysOf(chat).of("l")}, min(from, last), max(limit, 0)))
	if err != nil {
		return nil, redisFailed("messages", err)
	}
	for _, record := range list(v) {
		if m, ok := decodeMessage(chat, text(record)); ok {
			page = append(page, m)
		}
	}
	return page, nil
}

// RecordDelivery notes what became of messages. See [bot.Outbox]. One script notes those of a shard, in order.
func (s *Redis) RecordDelivery(ctx context.Context, marks []bot.DeliveryResult) error {
	if err := s.ready(ctx, "mark"); err != nil {
		return err
	}
	if err := validMarks(marks); err != nil || len(marks) == 0 {
		return err
	}
	groups := byShard(marks)
	ops := make([]*redisOp, len(groups))
	for i, g := range groups {
		ops[i] = recordOp(g)
	}
	answers, err := s.pipe.all(ctx, ops)
	var fenced fencedShards
	for i, v := range answers {
		if text(v) == "fenced" {
			fenced.add(groups[i][0].Chat.Shard())
		}
	}
	if err == nil {
		return fenced.err()
	}
	left := &bot.UnrecordedError{Err: redisFailed("mark", err)}
	for i, o := range ops {
		if failedOp(o) {
			left.Results = append(left.Results, groups[i]...)
		}
	}
	if len(left.Results) == len(marks) {
		return left.Err // of all of them: no fault of a row
	}
	return joined(fenced, left)
}

// failedOp says that a command was not carried out, as far as is known.
func failedOp(o *redisOp) bool {
	select {
	case <-o.done:
		_, err := o.result()
		return err != nil
	default:
		return true // it did not go out
	}
}

// byShard groups results by shard and fence, each group in the order in which they came.
func byShard(marks []bot.DeliveryResult) (groups [][]bot.DeliveryResult) {
	if len(marks) == 1 {
		return [][]bot.DeliveryResult{marks}
	}
	type holder struct {
		shard bot.Shard
		fence bot.Fence
	}
	place := map[holder]int{}
	for _, k := range marks {
		of := holder{k.Chat.Shard(), k.Fence}
		at, ok := place[of]
		if !ok {
			at = len(groups)
			place[of] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], k)
	}
	return groups
}

// recordOp is the command that notes results of one shard.
func recordOp(marks []bot.DeliveryResult) *redisOp {
	shard := marks[0].Chat.Shard()
	keys := []string{shardRedisKey(shard, "h"), shardRedisKey(shard, "o"), shardRedisKey(shard, "e"), shardRedisKey(shard, "D")}
	var chats []bot.ChatKey
	args := make([]any, 0, 1+10*len(marks))
	args = append(args, be8(uint64(marks[0].Fence)))
	for _, k := range marks {
		at := slices.Index(chats, k.Chat)
		if at < 0 {
			at = len(chats)
			chats = append(chats, k.Chat)
			of := redisKeysOf(k.Chat)
			keys = append(keys, of.of("c"), of.of("w"), of.of("l"), of.of("d"))
		}
		args = append(args, 5+4*at, k.Chat[:], be8(k.N), int(k.State), be4(k.Tries), hour8(k.Due), hour8(k.At), k.Reason, k.Event != nil, blob(k.Event))
	}
	o := recordScript.call(keys, args...)
	o.replica = slices.ContainsFunc(marks, func(k bot.DeliveryResult) bool { return k.Once })
	return o
}
