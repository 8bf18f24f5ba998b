package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisReport is what a server says of itself, as far as a store depends on it.
type RedisReport struct {
	RedisFacts
	Policy          string        // maxmemory-policy
	Used, Max       uint64        // bytes of memory; Max is zero where there is no bound
	LastWriteFailed bool          // of the log on disk
	Delayed         uint64        // times that an fsync was slow, so that answers came before what they confirm was written
	Rejected        uint64        // connections that it refused because there were too many
	Ahead           time.Duration // how far its clock is ahead of ours
	RoundTrip       time.Duration // of one call, the fastest of five
	Layout          string        // of what the database holds; empty: nothing yet
	Keys            int64         // in the database, or in one node of a cluster
	Living          []string      // names of the processes that live by its clock
	Refused         []*RedisError // why the store would not use it; none: it would
}

// InspectRedis asks a server for its state, and writes nothing. It reports also a server that [OpenRedis] refuses. Errors are those
// of a server that does not answer.
func InspectRedis(ctx context.Context, c RedisConfig, now func() time.Time) (r RedisReport, err error) {
	options, refused := ParseRedisAddress(c.Address)
	if refused != nil {
		return RedisReport{Refused: []*RedisError{refused}}, nil
	}
	quietClient()
	client := redis.NewUniversalClient(options)
	defer func() { client.Close() }()
	info, err := client.Info(ctx).Result()
	if err != nil {
		return r, r.refusedBy(firstError(ctx, options, err))
	}
	says := readInfoLines(info)
	r.readInfo(says)
	facts, err := readRedisInfo(info, false)
	r.RedisFacts = facts
	if err := r.refusedBy(err); err != nil || len(r.Refused) > 0 {
		return r, err
	}
	if facts.Cluster { // the keys lie on its nodes
		client.Close()
		client = redis.NewClusterClient(options.Cluster())
	}
	return r, r.refusedBy(r.ask(ctx, client, now))
}

// refusedBy keeps the refusals in the report, and returns any other error.
func (r *RedisReport) refusedBy(err error) error {
	if refused := RedisRefusals(err); len(refused) > 0 {
		r.Refused = refused
		return nil
	}
	return err
}

func (r *RedisReport) readInfo(says map[string]string) {
	number := func(name string) uint64 {
		n, _ := strconv.ParseUint(says[name], 10, 64)
		return n
	}
	r.Policy, r.Used, r.Max = says["maxmemory_policy"], number("used_memory"), number("maxmemory")
	r.LastWriteFailed = says["aof_enabled"] == "1" && says["aof_last_write_status"] == "err"
	r.Delayed, r.Rejected = number("aof_delayed_fsync"), number("rejected_connections")
}

// ask makes the calls that a store would make, and that write nothing.
func (r *RedisReport) ask(ctx context.Context, client redis.UniversalClient, now func() time.Time) (err error) {
	for range 5 {
		before := now()
		its, err := client.Time(ctx).Result()
		if err != nil {
			return openRedisError(err)
		}
		if took := now().Sub(before); r.RoundTrip == 0 || took < r.RoundTrip {
			r.RoundTrip, r.Ahead = took, its.Sub(before.Add(took/2))
		}
	}
	if r.Keys, err = client.DBSize(ctx).Result(); err != nil {
		return openRedisError(err)
	}
	if r.Layout, err = client.Get(ctx, layoutKey).Result(); err != nil && !errors.Is(err, redis.Nil) {
		return openRedisError(err)
	}
	if err := refusedLayout(r.Layout, r.Keys); err != nil && (r.Layout != "" || !r.Cluster) {
		return err
	}
	r.Living, err = livingReplicas(ctx, client, now().Add(r.Ahead))
	return err
}

// livingReplicas lists the names of the processes that live at an hour of the server's clock.
func livingReplicas(ctx context.Context, client redis.UniversalClient, at time.Time) ([]string, error) {
	living, err := client.ZRangeArgs(ctx, redis.ZRangeArgs{Key: replicaKeys[0], Start: "(" + strconv.FormatInt(at.UnixMilli(), 10), Stop: "+inf", ByScore: true}).Result()
	if err != nil {
		return nil, openRedisError(err)
	}
	return living, nil
}

// readInfoLines reads what INFO says.
func readInfoLines(info string) map[string]string {
	says := map[string]string{}
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			says[name] = value
		}
	}
	return says
}

// Free is how much of its memory the server has left, in per cent; 100 where there is no bound.
func (r RedisReport) Free() int {
	switch {
	case r.Max == 0:
		return 100
	case r.Used >= r.Max:
		return 0
	}
	return int((r.Max - r.Used) * 100 / r.Max)
}
