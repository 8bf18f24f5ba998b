package store

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// confirmations is how many replicas of each server have to confirm what must not be lost: those that it had when it was asked last.
type confirmations struct {
	mu      sync.Mutex
	servers map[redis.Cmdable]confirming
	usual   int64 // of a server that was not asked yet
}

// confirming is what a server said of its replicas.
type confirming struct {
	run      string // names the server's process: with Sentinels one client may reach another server
	replicas int64
	bereft   bool // it has no replica any more, or not yet: it was promoted
	asked    time.Time
}

// bereftAgain is how often a server without its replica is asked whether it has one.
const bereftAgain = time.Second

// says keeps what a server says of itself.
func (c *confirmations) says(server redis.Cmdable, f RedisFacts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.servers[server]
	c.keep(server, confirming{run: f.run, replicas: int64(min(f.Replicas, replicaMax)), asked: time.Now(),
		bereft: f.Replicas == 0 && (before.bereft || before.replicas > 0)})
}

// keep notes it. The lock is held.
func (c *confirmations) keep(server redis.Cmdable, s confirming) {
	if c.servers == nil {
		c.servers = map[redis.Cmdable]confirming{}
	}
	c.servers[server] = s
}

// of is how many replicas of a server have to confirm. A server without its replica is asked again, before anything is written.
func (c *confirmations) of(ctx context.Context, server redis.Cmdable) int64 {
	c.mu.Lock()
	s, ok := c.servers[server]
	usual := c.usual
	c.mu.Unlock()
	switch {
	case !ok:
		return usual
	case s.bereft && time.Since(s.asked) > bereftAgain:
		return c.ask(ctx, server, s)
	}
	return s.replicas
}

// ask asks a server without its replica.
func (c *confirmations) ask(ctx context.Context, server redis.Cmdable, before confirming) int64 {
	f, err := askRedis(ctx, server)
	if err != nil || f.run != before.run {
		return replicaMax // nothing is taken for safe
	}
	s := confirming{run: f.run, replicas: int64(min(f.Replicas, replicaMax)), bereft: f.Replicas == 0, asked: time.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(server, s)
	return s.replicas
}

// missed learns from a server whose replica has not confirmed. One that has just been promoted has none, and is used without: the
// server whose place it has is dead. One that had a replica is not: that may have its place by now. Ping decides later.
func (c *confirmations) missed(ctx context.Context, server redis.Cmdable) {
	c.mu.Lock()
	before := c.servers[server]
	c.mu.Unlock()
	f, err := askRedis(ctx, server)
	if err != nil || f.run == before.run || f.Replicas > 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(server, confirming{run: f.run, bereft: true, asked: time.Now()})
}

// askRedis asks a server what it is.
func askRedis(ctx context.Context, server redis.Cmdable) (RedisFacts, error) {
	info, err := server.Info(ctx).Result()
	if err != nil {
		return RedisFacts{}, openRedisError(err)
	}
	return readRedisInfo(info, false)
}

// askReplicas asks every master how many replicas it has. It fails if one of them must not be used.
func (s *Redis) askReplicas(ctx context.Context) error {
	ask := func(ctx context.Context, server redis.Cmdable) error {
		f, err := askRedis(ctx, server)
		if err == nil {
			s.pipe.confirmations.says(server, f)
		}
		return err
	}
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error { return ask(ctx, master) })
	}
	return ask(ctx, s.client)
}
