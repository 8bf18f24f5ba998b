package store

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// RedisRefusal is why a Redis is not used. It never holds a password.
type RedisRefusal string

// The reasons.
const (
	RedisAddress    RedisRefusal = "address"    // not redis://[user:password@]host:port[/database]
	RedisOption     RedisRefusal = "option"     // a parameter that is not known, or would undo what the store needs
	RedisDatabase   RedisRefusal = "database"   // not a number, or in a cluster, which has none
	RedisAuth       RedisRefusal = "auth"       // user name or password
	RedisPermission RedisRefusal = "permission" // the user may not do what is needed
	RedisTLS        RedisRefusal = "tls"        // encryption: missing, not wanted, or a certificate that is not trusted
	RedisVersion    RedisRefusal = "version"    // older than 7.0
	RedisPolicy     RedisRefusal = "policy"     // maxmemory-policy is not noeviction: it would forget on its own
	RedisVolatile   RedisRefusal = "volatile"   // it keeps nothing on disk
	RedisReadOnly   RedisRefusal = "readonly"   // a replica
	RedisForeign    RedisRefusal = "foreign"    // the database holds something that is not ours
	RedisNewer      RedisRefusal = "newer"      // the layout is a later version's
	RedisUnfinished RedisRefusal = "unfinished" // a copy into it was begun, and has not ended
)

// RedisError is a Redis that is not used, and what exactly was found.
type RedisError struct {
	Refusal RedisRefusal
	Detail  string
}

func (e *RedisError) Error() string { return "store: redis: " + string(e.Refusal) + ": " + e.Detail }

// RedisRefusals lists all refusals in an error.
func RedisRefusals(err error) (all []*RedisError) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			all = append(all, RedisRefusals(one)...)
		}
		return all
	}
	var refused *RedisError
	if errors.As(err, &refused) {
		all = append(all, refused)
	}
	return all
}

func refuseRedis(r RedisRefusal, detail string) *RedisError { return &RedisError{r, detail} }

// redisParams are the parameters that an address may have. Those of the client's own that change timeouts, retries or routing
// are not among them: they would undo what the store relies on.
var redisParams = []string{"addr", "master_name", "username", "password"}

// ParseRedisAddress reads the address of a Redis: redis:// or rediss:// with TLS, one host or several, separated by commas
// or as addr parameters. With master_name they are Sentinels, to which the user name of the address belongs; Redis' own are
// the parameters username and password.
func ParseRedisAddress(address string) (*redis.UniversalOptions, *RedisError) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, refuseRedis(RedisAddress, "it cannot be read") // the cause would quote the password
	}
	if u.Scheme != "redis" && u.Scheme != "rediss" || u.Opaque != "" || u.Fragment != "" {
		return nil, refuseRedis(RedisAddress, "it begins with neither redis:// nor rediss://")
	}
	o := &redis.UniversalOptions{}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, refuseRedis(RedisAddress, "its parameters cannot be read")
	}
	for name, values := range q {
		if !slices.Contains(redisParams, name) || name != "addr" && len(values) > 1 {
			return nil, refuseRedis(RedisOption, name)
		}
	}
	if o.MasterName = q.Get("master_name"); o.MasterName == "" && (q.Has("username") || q.Has("password")) {
		return nil, refuseRedis(RedisOption, "username and password belong to an address with master_name")
	}
	for _, addr := range append(strings.Split(u.Host, ","), q["addr"]...) {
		whole, ok := hostAndPort(addr)
		if !ok {
			return nil, refuseRedis(RedisAddress, "host or port")
		}
		o.Addrs = append(o.Addrs, whole)
	}
	if db := strings.Trim(u.Path, "/"); db != "" {
		if o.DB, err = strconv.Atoi(db); err != nil || o.DB < 0 {
			return nil, refuseRedis(RedisDatabase, "the database is not a number")
		}
	}
	o.Username = u.User.Username()
	o.Password, _ = u.User.Password()
	if o.MasterName != "" {
		o.SentinelUsername, o.SentinelPassword = o.Username, o.Password
		o.Username, o.Password = q.Get("username"), q.Get("password")
	}
	if u.Scheme == "rediss" {
		host, _, _ := net.SplitHostPort(o.Addrs[0])
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	}
	safeOptions(o)
	return o, nil
}

// hostAndPort adds the usual port to a host that has none.
func hostAndPort(addr string) (string, bool) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		host, port = strings.Trim(addr, "[]"), "6379"
		if addr == host && strings.Contains(host, ":") {
			return "", false // too many colons
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return net.JoinHostPort(host, port), err == nil && n > 0 && host != "" && !strings.ContainsAny(host, "/@ ")
}

// safeOptions sets what the store relies on.
func safeOptions(o *redis.UniversalOptions) {
	o.Protocol = 2
	o.MaxRetries = -1 // a command that fails may have been carried out: who asked decides
	o.ContextTimeoutEnabled = true
	o.DialerRetries = 1
	o.DialTimeout = redisTime / 2
	o.ReadTimeout, o.WriteTimeout = redisTime, redisTime
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.DisableIdentity = true
	o.PipelinePoolSize = -1
	// After as many failed dials as the pool is large the client tries once a second only: a server that is back would wait for it.
	// We use few connections, since commands share pipelines.
	o.PoolSize = 1000
}
