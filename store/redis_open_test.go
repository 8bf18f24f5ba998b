package store

import (
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"llave/store/redistest"
)

func TestRedisAddresses(t *testing.T) {
	const secret = "s3cr%zzet"
	for address, want := range map[string]RedisRefusal{
		"redis://127.0.0.1:6379":                                   "",
		"redis://127.0.0.1":                                        "",
		"redis://[::1]:6379/3":                                     "",
		"rediss://llave:pass@redis.example:6380/0":                 "",
		"redis://a:1,b:2,c:3":                                      "",
		"redis://a:1?addr=b:2&addr=c:3":                            "",
		"redis://:sentinel@a:26379?master_name=m&password=p":       "",
		"redis://llave:" + secret + "@host:1":                      RedisAddress, // net/url's error quotes it
		"redis://llave:p@host:99999":                               RedisAddress,
		"redis://llave:p@host:0":                                   RedisAddress,
		"redis://llave:p@host:1:2/0":                               RedisAddress,
		"redis://":                                                 RedisAddress,
		"redis:host":                                               RedisAddress,
		"http://host:6379":                                         RedisAddress,
		"redis://host:1/x":                                         RedisDatabase,
		"redis://host:1/-1":                                        RedisDatabase,
		"redis://host:1?max_retries=3":                             RedisOption,
		"redis://host:1?read_timeout=0":                            RedisOption,
		"redis://host:1?protocol=3":                                RedisOption,
		"redis://host:1?password=" + secret:                        RedisAddress,
		"redis://host:1?master_name=a&master_name=b":               RedisOption,
		"redis://host:1?password=p":                                RedisOption,
		"redis://host:1?master_name=m&route_by_latency=true":       RedisOption,
		"redis://llave:" + secret[:4] + "@host:1?skip_verify=true": RedisOption,
	} {
		o, err := ParseRedisAddress(address)
		switch {
		case err == nil && want != "":
			t.Errorf("%s is taken", address)
		case err != nil && err.Refusal != want:
			t.Errorf("%s: %v, want %q", address, err, want)
		case err != nil && strings.Contains(err.Error(), secret[:4]):
			t.Errorf("the error holds the password: %v", err)
		case err == nil && (o.MaxRetries != -1 || !o.ContextTimeoutEnabled || o.DialerRetries != 1 || o.ReadOnly):
			t.Errorf("%s: options that the store cannot rely on: %+v", address, o)
		}
	}
	o, _ := ParseRedisAddress("redis://su:sp@a:1,b:2?master_name=m&username=ru&password=rp")
	if o.Username != "ru" || o.Password != "rp" || o.SentinelUsername != "su" || o.SentinelPassword != "sp" || len(o.Addrs) != 2 || o.MasterName != "m" {
		t.Errorf("Sentinel: %+v", o)
	}
}

// reasons are the refusals in an error.
func reasons(err error) (all []RedisRefusal) {
	for _, e := range RedisRefusals(err) {
		all = append(all, e.Refusal)
	}
	return all
}

// refusedServer opens a server that must be refused, and wants it untouched.
func refusedServer(t *testing.T, address string, want RedisRefusal) {
	t.Helper()
	s, err := OpenRedis(t.Context(), RedisConfig{Address: address})
	if err == nil {
		s.Close()
	}
	var e *RedisError
	if !errors.As(err, &e) || e.Refusal != want {
		t.Errorf("open = %v, want %q", err, want)
	}
}

func TestRedisServersThatAreRefused(t *testing.T) {
	server := redistest.New(t)
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer admin.Close()
	set := func(name, value string) {
		t.Helper()
		if err := admin.ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	size := func() int64 { return admin.DBSize(t.Context()).Val() }
	address := "redis://" + server.Addr

	set("maxmemory-policy", "allkeys-lru")
	refusedServer(t, address, RedisPolicy)
	admin.Set(t.Context(), "theirs", "x", 0)
	if _, err := OpenRedis(t.Context(), RedisConfig{Address: address}); !slices.Equal(reasons(err), []RedisRefusal{RedisPolicy, RedisForeign}) {
		t.Errorf("open = %v, want both reasons", err)
	}
	admin.FlushDB(t.Context())
	set("maxmemory-policy", "noeviction")
	if size() != 0 {
		t.Error("a server that was refused has been written to")
	}
	admin.Set(t.Context(), "theirs", "x", 0)
	refusedServer(t, address, RedisForeign)
	if size() != 1 {
		t.Error("somebody else's database has been written to")
	}
	admin.FlushDB(t.Context())
	admin.Set(t.Context(), redisPrefix+"layout", "3", 0)
	refusedServer(t, address, RedisNewer)
	refusedServer(t, address+"/99999", RedisDatabase)
	admin.FlushDB(t.Context())
	set("requirepass", "right")
	refusedServer(t, address, RedisAuth)
	refusedServer(t, "redis://:wrong@"+server.Addr, RedisAuth)
	admin.Do(t.Context(), "auth", "right")
	admin.Do(t.Context(), "acl", "setuser", "poor", "on", ">p", "~llave:*", "+get", "+set")
	refusedServer(t, "redis://poor:p@"+server.Addr, RedisPermission)
	for _, lacking := range []string{"-@scripting", "-publish", "-set", "-hset", "resetchannels"} {
		admin.Do(t.Context(), "acl", "setuser", "poor", "reset", "on", ">p", "~llave:*", "&llave:*", "+@all", "-@admin", "-@dangerous", "+info", lacking)
		refusedServer(t, "redis://poor:p@"+server.Addr, RedisPermission)
		if size() > 1 {
			t.Errorf("without %s the server holds more than its layout", lacking)
		}
	}
	admin.Do(t.Context(), "acl", "setuser", "poor", "reset", "on", ">p", "~llave:*", "&llave:*", "+@all", "-@admin", "-@dangerous", "+info", "-publish", "-@scripting")
	if _, err := OpenRedis(t.Context(), RedisConfig{Address: "redis://poor:p@" + server.Addr}); !slices.Equal(reasons(err), []RedisRefusal{RedisPermission, RedisPermission}) {
		t.Errorf("open = %v, want both missing rights", err)
	}
	admin.Do(t.Context(), "acl", "setuser", "poor", "reset", "on", ">p", "~llave:*", "&llave:*", "+@all", "-@admin", "-@dangerous", "+info")
	openRedis(t, "redis://poor:p@"+server.Addr)
	openRedis(t, "redis://:right@"+server.Addr)
	refusedServer(t, "rediss://:right@"+server.Addr, RedisTLS)

	replica := redistest.New(t, "--replicaof", "127.0.0.1 "+strings.TrimPrefix(server.Addr, "127.0.0.1:"))
	refusedServer(t, "redis://"+replica.Addr, RedisReadOnly)
	server.Kill()
	var e *RedisError
	if _, err := OpenRedis(t.Context(), RedisConfig{Address: address}); err == nil || errors.As(err, &e) {
		t.Errorf("a server that is down: %v, want an error that may pass", err)
	}
}

// What is encrypted is told from what is not, and a certificate that nobody vouches for is not taken.
func TestRedisEncryption(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	addr := server.Listener.Addr().String()
	refusedServer(t, "redis://"+addr, RedisTLS)
	refusedServer(t, "rediss://"+addr, RedisTLS)
}

// What a server says of itself decides whether it is used, waited for or refused.
func TestRedisInfo(t *testing.T) {
	const good = "redis_version:7.0.15\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nloading:0\r\n"
	for _, c := range []struct {
		name, was, is string
		want          RedisRefusal
	}{
		{"it is old", "7.0.15", "6.2.14", RedisVersion},
		{"it does not say its version", "redis_version:7.0.15", "", RedisVersion},
		{"it forgets", "noeviction", "volatile-ttl", RedisPolicy},
		{"it is a replica", "master", "slave", RedisReadOnly},
	} {
		_, err := readRedisInfo(strings.Replace(good, c.was, c.is, 1), false)
		var e *RedisError
		if !errors.As(err, &e) || e.Refusal != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	var e *RedisError
	if _, err := readRedisInfo(strings.Replace(good, "loading:0", "loading:1", 1), false); err == nil || errors.As(err, &e) {
		t.Errorf("it is loading: %v, want an error that passes", err)
	}
	if f, err := readRedisInfo(strings.Replace(good, "aof_enabled:1", "aof_enabled:0", 1), false); err != nil || f.AOF {
		t.Errorf("it keeps nothing on disk: %+v, %v", f, err)
	}
	if _, err := readRedisInfo(strings.Replace(good, "aof_enabled:1", "aof_enabled:0", 1), true); !slices.Equal(reasons(err), []RedisRefusal{RedisVolatile}) {
		t.Errorf("it keeps nothing on disk, and must: %v", err)
	}
	all, err := readRedisInfo("redis_version:6.2.14\r\nrole:slave\r\nmaxmemory_policy:allkeys-lru\r\nloading:1\r\n", true)
	if want := []RedisRefusal{RedisVersion, RedisReadOnly, RedisPolicy, RedisVolatile}; !slices.Equal(reasons(err), want) {
		t.Errorf("all is wrong: %v, want %v; %+v", err, want, all)
	}
	if f, err := readRedisInfo(good, true); err != nil || !f.AOF || f.Version != "7.0.15" {
		t.Errorf("a good one: %+v, %v", f, err)
	}
}
