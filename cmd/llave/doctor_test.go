package main

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llave/store"
	"llave/store/redistest"
)

// examined runs llave doctor, and returns what it says and whether it found anything bad.
func examined(t *testing.T, env map[string]string) (string, bool) {
	t.Helper()
	var out bytes.Buffer
	p := program{getenv: env, stdout: &out, stderr: &out, now: time.Now}
	err := p.doctor(t.Context(), nil)
	return out.String(), err != nil
}

// The folder and its keys: what is right, what hurts later, and what is wrong; and nothing is changed.
func TestDoctorLooksAtTheFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "d")
	env := map[string]string{"LLAVE_DATA": folder, "LLAVE_ADDR": "127.0.0.1:1"}
	want := func(bad bool, sentences ...string) {
		t.Helper()
		got, failed := examined(t, env)
		if failed != bad {
			t.Errorf("bad: %v, want %v:\n%s", failed, bad, got)
		}
		for _, s := range sentences {
			if !strings.Contains(got, s) {
				t.Errorf("no %q in:\n%s", s, got)
			}
		}
	}
	want(false, "ojo   Carpeta de datos", "todavía no existe", "no responde en 127.0.0.1:1")
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder was made")
	}
	os.Mkdir(folder, 0o755)
	want(false, "la pueden leer otros", "MiB en el disco", "al lado de lo que abren", "todavía no hay llave.db")
	os.Chmod(folder, 0o700)
	env["LLAVE_KEY"] = redisKey
	want(false, "bien  Claves: las abre LLAVE_KEY")
	c, err := readConfig(env)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loadOrMakeKey(nil, c.path("webchat.key"), "none"); err != nil {
		t.Fatal(err)
	}
	want(false, "1 sin sellar", "llave rekey")
	if err := sealKeyFile(c.outerRing(), c.path("webchat.key")); err != nil {
		t.Fatal(err)
	}
	want(false, "bien  Claves: las abre LLAVE_KEY")
	env["LLAVE_KEY"] = strings.Replace(redisKey, "AAEC", "AAED", 1)
	want(true, "MAL   La clave webchat.key está sellada con otra")
	env["LLAVE_KEY"] = redisKey
	os.WriteFile(c.path("llave.db"), []byte("a letter to my aunt"), 0o600)
	want(true, "MAL   Conversaciones", "no es un archivo de SQLite")
	os.WriteFile(c.path("llave.db"), []byte("SQLite format 3\x00 and no more"), 0o600)
	want(true, "MAL   Conversaciones", "está cortado")
	os.Remove(c.path("llave.db"))
	s, err := store.OpenSQLite(c.path("llave.db"))
	if err != nil {
		t.Fatal(err)
	}
	want(false, "bien  Conversaciones") // beside the service
	s.Close()
	db, err := sql.Open("sqlite", c.path("llave.db"))
	if err == nil {
		_, err = db.Exec("CREATE TABLE unfinished (id INTEGER PRIMARY KEY)") // as a copy leaves it that is cut short
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(c.path("llave.db"))
	want(true, "MAL   Conversaciones", "una copia que no terminó", "llave store copy")
	if after, _ := os.ReadFile(c.path("llave.db")); !bytes.Equal(before, after) {
		t.Error("the doctor changed the file")
	}
	os.WriteFile(c.path("mesa.key"), []byte("torn"), 0o600)
	want(true, "La clave mesa.key está dañada")
}

// A server that is as it should be but alone, one that loses all, one that the store refuses, and one that is not there. Nothing is
// written to any.
func TestDoctorLooksAtRedis(t *testing.T) {
	t.Parallel()
	if !redistest.Here(t) {
		t.Skip("no redis-server on this machine")
	}
	for name, c := range map[string]struct {
		args []string
		bad  bool
		want []string
	}{
		"alone":    {[]string{"--maxmemory", "100mb"}, false, []string{"0 claves, réplicas: 0", "no tiene réplica", "Ningún proceso"}},
		"no bound": {nil, false, []string{"no tiene límite de memoria"}},
		"no log":   {[]string{"--appendonly", "no"}, true, []string{"MAL   Redis no guarda nada en el disco"}},
		"forgets":  {[]string{"--maxmemory-policy", "allkeys-lru"}, true, []string{"MAL   Llave no lo usa", "noeviction"}},
		"secret":   {[]string{"--requirepass", "s3creto"}, true, []string{"no acepta el usuario o la clave"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.New(t, c.args...)
			env := map[string]string{"LLAVE_STORE": server.Address(), "LLAVE_KEY": redisKey, "LLAVE_DATA": t.TempDir(), "LLAVE_ADDR": "127.0.0.1:1"}
			for range 2 { // the second time it is as the first time left it
				got, bad := examined(t, env)
				if bad != c.bad {
					t.Errorf("bad: %v:\n%s", bad, got)
				}
				for _, s := range c.want {
					if !strings.Contains(got, s) {
						t.Errorf("no %q in:\n%s", s, got)
					}
				}
			}
		})
	}
	got, bad := examined(t, map[string]string{"LLAVE_STORE": "redis://llave:s3creto@127.0.0.1:1", "LLAVE_KEY": redisKey, "LLAVE_DATA": t.TempDir()})
	if !bad || !strings.Contains(got, "MAL   Redis no responde") || strings.Contains(got, "s3creto") {
		t.Errorf("nobody there: %v:\n%s", bad, got)
	}
}

// What a server may be found in, each with how bad it is.
func TestDoctorJudgesRedis(t *testing.T) {
	good := store.RedisReport{RedisFacts: store.RedisFacts{Version: "7.2.4", AOF: true, Replicas: 1}, Max: 1000, Used: 10, Living: []string{"a", "b"}}
	for _, f := range examineRedis(good) {
		if f.how != findingGood {
			t.Errorf("a good server: %s %s", f.how, f.key)
		}
	}
	for key, c := range map[string]struct {
		how  string
		harm func(*store.RedisReport)
	}{
		"doctor.redis.aof":          {findingBad, func(r *store.RedisReport) { r.AOF = false }},
		"doctor.redis.write_failed": {findingBad, func(r *store.RedisReport) { r.LastWriteFailed = true }},
		"doctor.redis.delayed":      {findingWarn, func(r *store.RedisReport) { r.Delayed = 1 }},
		"doctor.redis.unbounded":    {findingWarn, func(r *store.RedisReport) { r.Max = 0 }},
		"doctor.redis.memory":       {findingWarn, func(r *store.RedisReport) { r.Used = 810 }},
		"doctor.redis.full":         {findingBad, func(r *store.RedisReport) { r.Used = 1001 }},
		"doctor.redis.alone":        {findingWarn, func(r *store.RedisReport) { r.Replicas = 0 }},
		"doctor.redis.clock":        {findingBad, func(r *store.RedisReport) { r.Ahead = -3 * time.Second }},
		"doctor.redis.slow":         {findingWarn, func(r *store.RedisReport) { r.RoundTrip = 20 * time.Millisecond }},
		"doctor.redis.nobody":       {findingWarn, func(r *store.RedisReport) { r.Living = nil }},
		"doctor.redis.one":          {findingWarn, func(r *store.RedisReport) { r.Living = r.Living[:1] }},
	} {
		r := good
		c.harm(&r)
		var found bool
		for _, f := range examineRedis(r) {
			if f.key == key {
				found = f.how == c.how && f.Line() != "" && f.Mark() != ""
			}
		}
		if !found {
			t.Errorf("%s is not found, or not %s", key, c.how)
		}
	}
}
