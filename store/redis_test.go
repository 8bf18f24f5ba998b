package store

import (
	"flag"
	"path/filepath"
	"sync"
	"testing"

	"llave/bot"
	"llave/store/redistest"
	"llave/store/storetest"
)

func openRedis(t *testing.T, address string) *Redis {
	t.Helper()
	s, err := OpenRedis(t.Context(), RedisConfig{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestRedis(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		setFlag(t, f.Name, "50") // ask for more with -rapid.checks
	}
	server := redistest.New(t)
	storetest.Suite(t, func(t *testing.T) bot.Store { return openRedis(t, server.Address()) })
}

func TestRedisDurable(t *testing.T) {
	server := redistest.New(t)
	var mu sync.Mutex
	addresses := map[string]string{}
	storetest.SuiteDurable(t, func(t *testing.T, dir string) storetest.Store {
		mu.Lock()
		defer mu.Unlock()
		if addresses[filepath.Clean(dir)] == "" {
			addresses[filepath.Clean(dir)] = server.Address()
		}
		return openRedis(t, addresses[filepath.Clean(dir)])
	})
}

func TestRedisReplicas(t *testing.T) {
	server := redistest.New(t)
	storetest.SuiteReplicas(t, func(t *testing.T) storetest.ReplicaStore { return openRedis(t, server.Address()) })
}
