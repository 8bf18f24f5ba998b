package engine

import (
	"io"
	"log/slog"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/outbox"
	"llave/bot/workers"
)

// services is what the shards of a process share. None of it belongs to a shard.
type services struct {
	store    bot.Store
	script   bot.Script
	mask     func(text string) bot.Masked // takes out of a text what must not be kept
	runner   bot.EffectRunner
	channels map[string]bot.Channel
	log      *slog.Logger
	clock    func() time.Time
	rand     io.Reader
	timing   Timing
	desk     func() bot.Desk // nil: there is none
	sealer   *keyring.Sealer

	schedule workers.Schedule
	workers  *workers.Workers
	turns    *workers.Pool // of chats' turns
	calls    *effectCalls  // effects: how many at once
	rates    *rates
	lags     lags
	suspects suspects
	sender   *outbox.Sender
	health   health
	numbers  numbers
	logs     logs
	replica  *replica // nil: the store is this process's
	stats    Stats
}

// now is the time in UTC without a monotonic reading, as it will be read back from the store.
func (s *services) now() time.Time { return s.clock().UTC().Round(0) }

// isLocal reports whether an effect reaches no further than this process.
func (s *services) isLocal(op string) bool {
	l, ok := s.runner.(bot.LocalEffects)
	return ok && l.Local(op)
}
