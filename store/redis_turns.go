package store

import (
	"context"
	"fmt"
	"time"

	"llave/bot"
)

// Accept keeps an arrival once. See [bot.Inbox].
func (s *Redis) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	k := redisKeysOf(a.Chat)
	o := acceptScript.call([]string{k.shard("h"), k.of("i"), k.of("c"), k.of("w"), k.shard("o"), k.shard("j")},
		a.ID[:], hour8(a.At), micros(a.At), a.Chat[:], blob(a.Body), be8(uint64(a.Fence)))
	o.replica = true
	v, err := s.pipe.do(ctx, o)
	if err != nil {
		return bot.Receipt{}, redisFailed("accept", err)
	}
	answer, ok := v.([]any)
	if !ok || len(answer) < 3 {
		return bot.Receipt{}, fmt.Errorf("store: accept: %w", errStrange)
	}
	seq, _ := answer[0].(int64)
	r := bot.Receipt{Seq: uint64(seq), Fence: bot.Fence(be8Of(text(answer[1]))), Before: be8Of(text(answer[2]))}
	if len(answer) > 3 {
		c := decodeChat(text(answer[3]))
		r.Version, r.Session = c.version, c.session
	}
	return r, nil
}

// text is a string that the server answered; empty for nothing.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// list is a list that the server answered.
func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// Load returns what is kept of a chat. See [bot.Inbox].
func (s *Redis) Load(ctx context.Context, chat bot.ChatKey) (c bot.Chat, err error) {
	k := redisKeysOf(chat)
	v, err := s.pipe.do(ctx, loadScript.call([]string{k.of("c"), k.of("w")}, bot.PageSize))
	if err != nil {
		return c, redisFailed("load", err)
	}
	answer := list(v)
	if len(answer) != 2 {
		return c, fmt.Errorf("store: load: %w", errStrange)
	}
	record := decodeChat(text(answer[0]))
	c = bot.Chat{Version: record.version, Session: record.session, Effect: record.effect}
	for _, item := range list(answer[1]) {
		if w, ok := decodeWaiting(text(item)); ok {
			c.Waiting = append(c.Waiting, w)
		}
	}
	return c, nil
}

// refusals are what scripts answer instead of an error.
var refusals = map[string]error{"ok": nil, "conflict": bot.ErrConflict, "fenced": bot.ErrFenced}

// refused runs a script that answers with one of the refusals.
func (s *Redis) refused(ctx context.Context, what string, o *redisOp) error {
	v, err := s.pipe.do(ctx, o)
	if err != nil {
		return redisFailed(what, err)
	}
	err, ok := refusals[text(v)]
	if !ok {
		return fmt.Errorf("store: %s: %w", what, errStrange)
	}
	return err
}

// BeginTurn notes a try. See [bot.Inbox].
func (s *Redis) BeginTurn(ctx context.Context, fence bot.Fence, chat bot.ChatKey, update uint64) error {
	k := redisKeysOf(chat)
	return s.refused(ctx, "begin", beginScript.call([]string{k.shard("h"), k.of("w")}, be8(uint64(fence)), be8(update)))
}

// Commit writes a turn. See [bot.Inbox]; a turn of more than [MaxReplies] replies is refused.
func (s *Redis) Commit(ctx context.Context, t bot.Turn) error {
	if err := s.ready(ctx, "commit"); err != nil {
		return err
	}
	if err := checkLimits(&t); err != nil {
		return err
	}
	k := redisKeysOf(t.Chat)
	o := commitScript.call([]string{
		k.shard("h"), k.of("c"), k.of("w"), k.of("l"), k.shard("o"), k.shard("t"), k.of("b"), k.shard("e"), k.shard("D"), k.of("d"),
		k.shard("f"), k.shard("r"),
	}, commitArgs(&t)...)
	o.replica = t.Once
	err := s.refused(ctx, "commit", o)
	if len(t.Timers) > 0 {
		s.timers.set(t.Chat.Shard(), t.Timers, err)
	}
	return err
}

// commitArgs are the arguments of the script that commits, in its order.
func commitArgs(t *bot.Turn) []any {
	dead := quarantined(t, time.Time{})
	record := chatRecord{version: t.Base + 1, session: t.Session, effect: t.Effect, forget: t.Forget, review: t.Review}
	args := make([]any, 0, 16+len(t.Replies)+len(t.Events)+3*len(t.Timers)+4*len(dead))
	args = append(args, be8(uint64(t.Fence)), be8(t.Base), "", t.Chat[:], record.encode(), score(t.Forget), score(t.Review), t.Purge,
		hour8(time.Now()), len(t.Replies), len(t.Events), len(t.Timers), len(dead))
	if t.Update != 0 {
		args[2] = be8(t.Update)
	}
	for i, body := range t.Replies {
		args = append(args, encodeMessage(messageNumber(t.Base, i), keeps(t, i), body))
	}
	for _, body := range t.Events {
		args = append(args, blob(body))
	}
	for _, set := range t.Timers {
		args = append(args, set.Name, score(set.Due), append([]byte(hour8(set.Due)), set.Body...))
	}
	for i, d := range dead {
		hour := hour8(d.At)
		if i == 0 && t.Quarantine != "" {
			hour = "" // of the update, which the store knows
		}
		args = append(args, string([]byte{byte(d.Kind)}), hour, deadRest(d.N, d.Name, d.Reason), blob(d.Body))
	}
	return args
}

// score is a date as the score of a set; nothing for no date.
func score(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return micros(t)
}

// PendingChats lists the chats in which something is owed. See [bot.Inbox].
func (s *Redis) PendingChats(ctx context.Context, shard bot.Shard, after bot.ChatKey, limit int) (keys []bot.ChatKey, err error) {
	v, err := s.pipe.do(ctx, plain("zrangebylex", shardRedisKey(shard, "o"), "("+string(after[:]), "+", "limit", 0, max(limit, 0)))
	if err != nil {
		return nil, redisFailed("pending", err)
	}
	for _, k := range list(v) {
		keys = append(keys, chatKeyOf([]byte(text(k))))
	}
	return keys, nil
}
