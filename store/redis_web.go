package store

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"

	"github.com/redis/go-redis/v9"

	"llave/bot"
)

// The history of the web chat is an adapter's, which knows no store: what it asks a server for goes through here, in the pipelines of
// the store and with its deadlines.

// Do sends commands together and returns their answers: text, a number, a list, or nil where there is nothing. A script, which is an
// EVAL, goes out by its hash and with its text only to a server that has not seen it. The error is the first one.
func (s *Redis) Do(ctx context.Context, commands ...[]any) ([]any, error) {
	ops := make([]*redisOp, len(commands))
	for i, c := range commands {
		ops[i] = rawOp(c)
	}
	answers, err := s.pipe.all(ctx, ops)
	return answers, redisFailed("command", err)
}

// Keep is Do for one command that writes what must not be lost: where there is a replica, it has it, too. A command that finds its
// work done before has to write something all the same.
func (s *Redis) Keep(ctx context.Context, command []any) (any, error) {
	o := rawOp(command)
	o.replica = true
	v, err := s.pipe.do(ctx, o)
	return v, redisFailed("command", err)
}

// rawOp makes a command of its words.
func rawOp(words []any) *redisOp {
	if text, ok := words[1].(string); ok && words[0] == "eval" {
		sum := sha1.Sum([]byte(text))
		known := &redisScript{text, hex.EncodeToString(sum[:])}
		return &redisOp{cmd: redis.NewCmd(context.Background(), append([]any{"evalsha", known.hash}, words[2:]...)...), script: known, done: make(chan struct{})}
	}
	return plain(words...)
}

// Subscribe gives what is published on a channel to a function, on a connection of its own, which is made again when it breaks, until
// ctx ends. What is published in between is lost. A patient store receives nothing.
func (s *Redis) Subscribe(ctx context.Context, channel string, received func(payload string)) error {
	if s.patient {
		<-ctx.Done()
		return ctx.Err()
	}
	sub := s.client.Subscribe(ctx, channel)
	defer sub.Close()
	messages := sub.Channel() // it pings, and connects again
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.pipe.stop:
			return bot.ErrClosed
		case m, ok := <-messages:
			if !ok {
				return fmt.Errorf("store: subscribe: %w", bot.ErrClosed)
			}
			received(m.Payload)
		}
	}
}

// Full reports whether an error says that the server has no memory left for what is new.
func (s *Redis) Full(err error) bool { return isRedisFull(err) }
