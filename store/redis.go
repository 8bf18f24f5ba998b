package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/bot"
)

// Redis is a store on a Redis or Valkey server, for several processes. A turn is one script on keys of one slot. What it
// acknowledged outlives the process; whether it outlives the server is the server's configuration: see docs/redis.md.
//
// The server holds what a SQLite file holds: keyed hashes, numbers, times, the names of timers, the reasons of dead letters,
// and bodies that were sealed before they came here.
type Redis struct {
	client   redis.UniversalClient
	pipe     *redisPipeline
	timers   nextTimers
	swept    sweptCounters
	pings    atomic.Uint64
	facts    RedisFacts
	database int
	patient  bool // nothing is published, and nobody listens
}

var _ bot.Store = (*Redis)(nil)

// RedisConfig says where a Redis is.
type RedisConfig struct {
	Address string
	// Durable refuses a server that keeps nothing on disk.
	Durable bool
	// Patient has no deadlines on the network: for tests whose clock is not the network's.
	Patient bool
}

// RedisFacts is what a server said of itself when it was opened.
type RedisFacts struct {
	Version  string
	Cluster  bool
	AOF      bool // it keeps a log on disk: without one a restart loses what was acknowledged
	Replicas int  // that what must not be lost is waited for
	run      string
}

const (
	layoutKey = redisPrefix + "layout"
	// The layout of the keys (redis_keys.go). With the second one there may be shards for pinned chats, of which an earlier program does not know.
	firstLayout   = "1"
	redisLayout   = "2"
	clusterReload = time.Second
	replicaMax    = 1 // how many replicas have to confirm
)

// OpenRedis opens the store on a server. A server that must not be used is refused with a [*RedisError], and nothing is
// written to it; other errors may pass: it does not answer, or is still loading.
func OpenRedis(ctx context.Context, c RedisConfig) (*Redis, error) {
	return connectRedis(ctx, c, (*Redis).checkLayout)
}

// connectRedis opens a server. The check of what its database holds is the last thing before the store is used.
func connectRedis(ctx context.Context, c RedisConfig, check func(*Redis, context.Context) error) (*Redis, error) {
	options, refused := ParseRedisAddress(c.Address)
	if refused != nil {
		return nil, refused
	}
	quietClient()
	timeout := redisTime
	if c.Patient {
		options.ReadTimeout, options.WriteTimeout, options.ContextTimeoutEnabled, timeout = -2, -2, false, 0
		options.Dialer = func(_ context.Context, network, addr string) (net.Conn, error) { return net.Dial(network, addr) }
	}
	s := &Redis{database: options.DB, patient: c.Patient}
	if err := s.connect(ctx, options, c.Durable); err != nil {
		return nil, err
	}
	if err := check(s, ctx); err != nil {
		s.client.Close()
		return nil, err
	}
	s.pipe = newRedisPipeline(s.client, timeout)
	s.pipe.confirmations.usual = int64(min(s.facts.Replicas, replicaMax))
	if s.facts.Cluster {
		_ = s.askReplicas(ctx) // a master that does not answer is asked again
	} else {
		s.pipe.confirmations.says(s.client, s.facts)
	}
	return s, nil
}

// quietClient keeps the client from writing to standard error: every failure is an error of a call.
var quietClient = sync.OnceFunc(func() { redis.SetLogger(noLog{}) })

type noLog struct{}

// Printf is for the client.
func (noLog) Printf(context.Context, string, ...any) {}

// connect finds out what the server is, and whether it may be used: all reasons why not at once.
func (s *Redis) connect(ctx context.Context, o *redis.UniversalOptions, durable bool) (err error) {
	s.client = redis.NewUniversalClient(o)
	defer func() {
		if err != nil {
			s.client.Close()
		}
	}()
	info, err := s.client.Info(ctx).Result()
	if err != nil {
		return firstError(ctx, o, err)
	}
	if s.facts, err = readRedisInfo(info, durable); err != nil {
		if layout, keys, failed := s.layout(ctx); len(RedisRefusals(err)) > 0 && failed == nil {
			err = errors.Join(err, refusedLayout(layout, keys))
		}
		return err
	}
	if s.facts.Cluster {
		if o.DB != 0 {
			return refuseRedis(RedisDatabase, "a cluster has no databases")
		}
		cluster := o.Cluster()
		cluster.ClusterStateReloadInterval = clusterReload // a master that is gone refuses connections, and that reloads nothing
		s.client.Close()
		s.client = redis.NewClusterClient(cluster)
	}
	return nil
}

// checkLayout refuses a database that holds something else, before anything is written.
func (s *Redis) checkLayout(ctx context.Context) error {
	layout, size, err := s.layout(ctx)
	if err == nil {
		err = refusedLayout(layout, size)
	}
	if err != nil {
		return err
	}
	if err := s.client.SetNX(ctx, layoutKey, redisLayout, 0).Err(); err != nil && (layout == "" || !isRedisFull(err)) {
		return openRedisError(err)
	}
	return s.checkRights(ctx)
}

// layout is the layout of what the database holds, and how many keys there are; "" if it is not said.
func (s *Redis) layout(ctx context.Context) (layout string, keys int64, err error) {
	if layout, err = s.client.Get(ctx, layoutKey).Result(); err != nil && !errors.Is(err, redis.Nil) {
		return "", 0, openRedisError(err)
	}
	if keys, err = s.client.DBSize(ctx).Result(); err != nil {
		return "", 0, openRedisError(err)
	}
	return layout, keys, nil
}

// refusedLayout says why a database with so many keys is not used.
func refusedLayout(layout string, keys int64) error {
	switch {
	case layout == "" && keys > 0:
		return refuseRedis(RedisForeign, strconv.FormatInt(keys, 10)+" keys and no layout of ours")
	case layout == unfinishedLayout:
		return refuseRedis(RedisUnfinished, "a copy into it has not ended")
	case layout != "" && layout != firstLayout && layout != redisLayout:
		return refuseRedis(RedisNewer, "layout "+layout)
	}
	return nil
}

// readRedisInfo reads what INFO says. Managed servers refuse CONFIG, but not this. Its error has all refusals.
func readRedisInfo(info string, durable bool) (f RedisFacts, err error) {
	says := readInfoLines(info)
	f = RedisFacts{Version: says["redis_version"], run: says["run_id"], Cluster: says["cluster_enabled"] == "1", AOF: says["aof_enabled"] == "1"}
	f.Replicas, _ = strconv.Atoi(says["connected_slaves"])
	replica := says["role"] == "slave"
	if replica && f.Cluster { // its master has at least this one
		f.Replicas, replica = 1, false
	}
	major, _, _ := strings.Cut(f.Version, ".")
	n, _ := strconv.Atoi(major)
	for _, c := range []struct {
		wrong   bool
		refusal RedisRefusal
		detail  string
	}{
		{n < 7, RedisVersion, f.Version},
		{replica, RedisReadOnly, "it is a replica"},
		{says["maxmemory_policy"] != "noeviction", RedisPolicy, says["maxmemory_policy"]},
		{durable && !f.AOF, RedisVolatile, "appendonly is off"},
	} {
		if c.wrong {
			err = errors.Join(err, refuseRedis(c.refusal, c.detail))
		}
	}
	if err == nil && says["loading"] == "1" {
		err = errors.New("store: redis: it is loading its data")
	}
	return f, err
}

// openRedisError tells what an operator has to mend from what may pass.
func openRedisError(err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	text := err.Error()
	switch {
	case strings.HasPrefix(text, "NOAUTH"), strings.HasPrefix(text, "WRONGPASS"), strings.Contains(text, "without any password configured"):
		return refuseRedis(RedisAuth, "user name or password")
	case strings.HasPrefix(text, "NOPERM"):
		return refuseRedis(RedisPermission, text)
	case strings.Contains(text, "DB index is out of range"):
		return refuseRedis(RedisDatabase, "there is no such database")
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &record):
		return refuseRedis(RedisTLS, text)
	}
	return fmt.Errorf("store: redis: %w", err)
}

// Facts is what the server said of itself.
func (s *Redis) Facts() RedisFacts { return s.facts }

// Close answers the calls that were taken in. Later calls fail with [bot.ErrClosed]. It may be called more than once.
func (s *Redis) Close() error {
	s.pipe.close()
	if err := s.client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// ready refuses a call on a closed store or under a context that is over.
func (s *Redis) ready(ctx context.Context, what string) error {
	return redisFailed(what, s.pipe.ready(ctx))
}

// errStrange says that the server answered what none of our scripts answers.
var errStrange = errors.New("an answer that cannot be read")
