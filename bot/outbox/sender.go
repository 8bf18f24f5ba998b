package outbox

import (
	"log/slog"
	"sync/atomic"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// Config is what the dispatchers of a process share.
type Config struct {
	Store    bot.Outbox
	Channels map[string]bot.Channel // by the channel part of a ChatID
	Renderer bot.Renderer           // of the files that replies carry; without it they go without
	Log      *slog.Logger
	Now      func() time.Time
	Attempt  time.Duration // how long one send or one write of results may take
	GiveUp   time.Duration // how long a message is tried before it is a dead letter
	Sends    int           // messages being sent at once, in each channel
	Workers  *workers.Workers
	Reads    *workers.Pool // in which the store is read
	Schedule *workers.Schedule
	// StoreFailed is told of every error of the store.
	StoreFailed func(error)
	// Logged is told of the chats for which events were written; nil: not.
	Logged func(bot.ChatKey)
}

// Stats counts messages since the process began.
type Stats struct {
	Sent, Resent, Dropped, DeadLetters atomic.Int64
	Fenced                             atomic.Int64 // writes of results that were refused because another process holds the shard
}

// Sender is what the dispatchers of a process share: the channels with their bounds and paces, and the writer of delivery
// results.
type Sender struct {
	Config
	stats   *Stats
	pools   map[string]*workers.Pool // by channel: one that is stuck holds up no other
	others  *workers.Pool            // of channels that are not turned on
	pacers  map[string]*pacer        // by channel, of those that must not be hurried
	results chan result
	stopped chan struct{} // closed when no results are written any more
}

// NewSender builds a sender that counts in stats. It starts nothing.
func NewSender(c Config, stats *Stats) *Sender {
	s := &Sender{
		Config: c, stats: stats, pools: map[string]*workers.Pool{}, others: workers.NewPool(c.Workers, c.Sends),
		pacers: map[string]*pacer{}, results: make(chan result, 256), stopped: make(chan struct{}),
	}
	for name, ch := range c.Channels {
		s.pools[name] = workers.NewPool(c.Workers, c.Sends)
		if p, ok := ch.(bot.Paced); ok {
			s.pacers[name] = newPacer(p, c.Schedule)
		}
	}
	return s
}

// pool is where the messages of a channel are sent.
func (s *Sender) pool(channel string) *workers.Pool {
	if p := s.pools[channel]; p != nil {
		return p
	}
	return s.others
}
