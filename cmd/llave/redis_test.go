package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"llave/store/redistest"
)

const redisKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestRedisConfig(t *testing.T) {
	for address, want := range map[string]string{
		"redis://llave:s3creto%zz@host": "LLAVE_STORE", "redis://host:1/x": "LLAVE_STORE", "redis://host?max_retries=3": "max_retries",
		"mysql://host": "sqlite", "redis://127.0.0.1:6379": "",
	} {
		_, err := readConfig(map[string]string{"LLAVE_STORE": address, "LLAVE_KEY": redisKey})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3creto")) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
	if _, err := readConfig(map[string]string{"LLAVE_STORE": "redis://host"}); err == nil || !strings.Contains(err.Error(), "LLAVE_KEY") {
		t.Errorf("without a key: %v", err)
	}
}

// The program on Redis: a token is given, the folder is thrown away, and the chat goes on.
func TestTheProgramOnRedis(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_STORE": redistest.New(t).Address(), "LLAVE_KEY": redisKey, "LLAVE_DATA": filepath.Join(t.TempDir(), "d")}
	for range 2 {
		x := start(t, env, "chat", "-linked", "27999990016")
		x.typeLine("token de juana")
		x.out.waitFor(t, `Token de Juana Ruiz\n\d{3} \d{3}`)
		x.waitExit(exitOK)
	}
	if files, _ := filepath.Glob(filepath.Join(env["LLAVE_DATA"], "llave.*")); len(files) > 0 {
		t.Errorf("the folder holds %v", files)
	}
	x := start(t, env, "dead")
	x.waitExit(exitOK)
	env["LLAVE_KEY"], env["LLAVE_DATA"] = strings.Replace(redisKey, "AAEC", "AAED", 1), filepath.Join(t.TempDir(), "another")
	x = start(t, env, "chat")
	x.waitExit(exitUsage)
	x.errs.waitFor(t, "cifradas con otra clave")
}

// A server that is down at the start is waited for, and one that keeps nothing on disk is warned of.
func TestRedisIsDownAtTheStart(t *testing.T) {
	t.Parallel()
	server := redistest.New(t, "--appendonly", "no", "--requirepass", "s3creto")
	server.Kill()
	x := start(t, map[string]string{"LLAVE_STORE": strings.Replace(server.Address(), "redis://", "redis://:s3creto@", 1), "LLAVE_KEY": redisKey}, "chat")
	x.errs.waitFor(t, "waiting for redis")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	x.typeLine("hola")
	x.out.waitFor(t, "token")
	x.errs.waitFor(t, "keeps nothing on disk")
	x.waitExit(exitOK)
	if said := x.out.String() + x.errs.String(); strings.Contains(said, "s3creto") {
		t.Errorf("the password is printed: %s", said)
	}
}

// A server that must not be used is refused in words, all reasons at once, as a configuration that is wrong. Only a demo may lose all.
func TestRedisThatIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.New(t, "--maxmemory-policy", "allkeys-lru", "--appendonly", "no")
	env := map[string]string{"LLAVE_STORE": server.Address(), "LLAVE_KEY": redisKey, "LLAVE_DEMO": "0"}
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer admin.Close()
	refused := func(address string, want ...string) {
		t.Helper()
		x := start(t, withEnv(env, "LLAVE_STORE", address), "chat")
		x.waitExit(exitUsage)
		for _, word := range want {
			x.errs.waitFor(t, word)
		}
		if strings.Contains(x.errs.String(), "s3creto") {
			t.Errorf("the password is printed: %s", x.errs.String())
		}
	}
	do := func(args ...any) {
		t.Helper()
		if err := admin.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(args, err)
		}
	}
	do("set", "theirs", "x")
	refused("redis://"+server.Addr, "noeviction", "appendonly", "de otro programa")
	refused("redis://"+server.Addr+"/1", "noeviction", "appendonly")
	do("config", "set", "maxmemory-policy", "noeviction", "appendonly", "yes")
	refused("redis://"+server.Addr, "de otro programa")
	do("flushdb")
	do("set", "llave:layout", "99")
	refused("redis://"+server.Addr, "más nueva", "99")
	refused("rediss://"+server.Addr, "cifrada")
	refused("redis://"+server.Addr+"/99999", "no tiene la base")
	do("acl", "setuser", "poor", "on", ">s3creto", "~llave:*", "+@all", "-publish", "-@scripting")
	refused("redis://poor:s3creto@"+server.Addr+"/2", "faltan permisos: eval", "faltan permisos: publish")
	refused("redis://poor:s3cretos@"+server.Addr, "usuario o la clave")
	do("config", "set", "requirepass", "another")
	refused("redis://"+server.Addr, "usuario o la clave")
}
