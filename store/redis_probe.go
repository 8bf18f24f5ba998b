package store

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// probeScript does a little of what scripts do: it writes, and takes it back.
const probeScript = `#!lua flags=allow-oom
redis.call('HSET', KEYS[1], 'probe', 1)
redis.call('HDEL', KEYS[1], 'probe')
return redis.call('TIME')[1]`

// deniedTexts are in the errors of a right that is missing: of a command, and of one inside a script in versions 7.0 and later ones.
var deniedTexts = []string{"NOPERM", "can't run this command", "ACL failure in script"}

// checkRights tries once what the store will do. Otherwise a right that the user lacks would show only while people write, and that
// of a channel not at all.
func (s *Redis) checkRights(ctx context.Context) error {
	pipe := s.client.Pipeline()
	commands := []redis.Cmder{
		pipe.Eval(ctx, probeScript, []string{shardRedisKey(0, "probe")}),
		pipe.Publish(ctx, s.wakeChannel('p'), ""),
	}
	if !s.facts.Cluster {
		commands = append(commands, pipe.Do(ctx, "wait", 0, 0))
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	var missing error
	for _, c := range commands {
		err := c.Err()
		if err == nil || isRedisFull(err) { // a full server still answers what waits
			continue
		}
		if !slices.ContainsFunc(deniedTexts, func(denied string) bool { return strings.Contains(err.Error(), denied) }) {
			return openRedisError(err)
		}
		missing = errors.Join(missing, refuseRedis(RedisPermission, c.Name()+": "+err.Error()))
	}
	return missing
}

// probeTime is how long a look at a server that did not answer may take.
const probeTime = time.Second

// encryptionError says that a server that did not answer is encrypted and the address is not, or the other way round. Otherwise the
// client only sees a connection that ends, or nothing at all, and would wait for ever.
func encryptionError(o *redis.UniversalOptions) *RedisError {
	if len(o.Addrs) != 1 || o.MasterName != "" {
		return nil
	}
	conn, err := net.DialTimeout("tcp", o.Addrs[0], probeTime)
	if err != nil {
		return nil
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(probeTime))
	if o.TLSConfig == nil {
		// Nothing is said on this connection, so it does not matter who is at its other end.
		if tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake() == nil {
			return refuseRedis(RedisTLS, "the server is encrypted: the address begins with rediss://")
		}
		return nil
	}
	answer := make([]byte, 1)
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return nil
	}
	if _, err := conn.Read(answer); err == nil && (answer[0] == '+' || answer[0] == '-') {
		return refuseRedis(RedisTLS, "the server is not encrypted: the address begins with redis://")
	}
	return nil
}

// firstError explains why a server did not answer the first question.
func firstError(ctx context.Context, o *redis.UniversalOptions, err error) error {
	explained := openRedisError(err)
	var refused *RedisError
	if errors.As(explained, &refused) || ctx.Err() != nil {
		return explained
	}
	if refused := encryptionError(o); refused != nil {
		return refused
	}
	return explained
}
