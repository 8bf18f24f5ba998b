package webchat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// sweep forgets what is old. Every process does, and one of them is first.
func (h *redisHistory) sweep(ctx context.Context) (gone []name, err error) {
	now := h.now()
	gone, err = h.expireChats(ctx, now)
	if err := errors.Join(err, h.redactExpired(ctx, now), h.sweepUploads(ctx, now)); err != nil {
		return gone, fmt.Errorf("forget: %w", err)
	}
	return gone, nil
}

// due lists what is due in each shard, up to an hour.
func (h *redisHistory) due(ctx context.Context, kind byte, at time.Time) ([]any, error) {
	var ask [][]any
	for s := range 256 {
		ask = append(ask, []any{"zrangebyscore", shardKey(byte(s), kind), "-inf", hour(at), "limit", 0, sweepBatch})
	}
	shards, err := h.db.Do(ctx, ask...)
	var all []any
	for _, v := range shards {
		list, _ := v.([]any)
		all = append(all, list...)
	}
	return all, err
}

// untilNone repeats a step until nothing is due. A step that fails, or changes nothing, is the last one.
func (h *redisHistory) untilNone(ctx context.Context, kind byte, at time.Time, step func(due []any) error) error {
	for before := []any(nil); ; {
		due, err := h.due(ctx, kind, at)
		switch {
		case err != nil || len(due) == 0:
			return err
		case slices.Equal(due, before):
			return fmt.Errorf("%d of kind %c stay: %w", len(due), kind, errStrange)
		}
		if err := step(due); err != nil {
			return err
		}
		before = due
	}
}

// expireChats forgets the chats without a new entry for keepChat.
func (h *redisHistory) expireChats(ctx context.Context, now time.Time) (gone []name, err error) {
	before := now.Add(-keepChat)
	err = h.untilNone(ctx, 'd', before, func(due []any) error {
		steps := make([][]any, len(due))
		for i, v := range due {
			k := chatKeys(markOf([]byte(text(v))))
			steps[i] = eval(expireScript, []string{k.of('c'), k.of('e'), k.of('f'), k.of('d'), k.of('n')}, k[:], hour(before), h.channel, h.origin)
		}
		answers, err := h.db.Do(ctx, steps...)
		for i, v := range answers {
			if v == int64(1) {
				gone = append(gone, markOf([]byte(text(due[i]))))
			}
		}
		return err
	})
	return gone, err
}

// redactExpired removes tokens, links and pictures of tokens from entries that stay.
func (h *redisHistory) redactExpired(ctx context.Context, now time.Time) error {
	return h.untilNone(ctx, 'x', now, func(due []any) error {
		ask := make([][]any, len(due))
		for i, v := range due {
			chat, mark := expiringOf(text(v))
			k := chatKeys(chat)
			ask[i] = eval(entryScript, []string{k.of('c'), k.of('e')}, mark[:])
		}
		found, err := h.db.Do(ctx, ask...)
		if err != nil {
			return err
		}
		steps := make([][]any, len(due))
		for i, v := range due {
			chat, mark := expiringOf(text(v))
			k := chatKeys(chat)
			body, err := h.redactedBody(chat, found[i])
			if err != nil {
				return err
			}
			steps[i] = eval(redactScript, []string{k.of('e'), k.of('f'), k.of('x')}, chat[:], mark[:], body)
		}
		_, err = h.db.Do(ctx, steps...)
		return err
	})
}

// expiringOf is whose entry is to be redacted.
func expiringOf(member string) (chat name, mark [16]byte) {
	at := min(len(chat), len(member))
	return markOf([]byte(member[:at])), markOf([]byte(member[at:]))
}

// redactedBody is what stays of an entry; nothing of an unreadable one, whose time is over.
func (h *redisHistory) redactedBody(chat name, found any) ([]byte, error) {
	list, _ := found.([]any)
	if len(list) < 2 {
		return nil, nil // it was erased
	}
	seq, _ := strconv.ParseUint(text(list[1]), 10, 64)
	e, ok := h.entryOf(chat, seq, text(list[0]))
	if !ok {
		return nil, nil
	}
	return h.seal(chat, e.mark, e.redacted())
}
