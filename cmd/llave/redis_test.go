package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
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
	env["LLAVE_KEY"] = strings.Replace(redisKey, "AAEC", "AAED", 1)
	x = start(t, env, "chat")
	x.waitExit(exitError)
}

// A server that must not be used is refused in words.
func TestRedisThatIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.New(t, "--maxmemory-policy", "allkeys-lru")
	x := start(t, map[string]string{"LLAVE_STORE": server.Address(), "LLAVE_KEY": redisKey}, "chat")
	x.waitExit(exitError)
	x.errs.waitFor(t, "noeviction")
}

// Two processes on one Redis: one works, the other stands by, takes updates in for it, and takes over when it stops. What was
// said before is known, and nothing is answered twice.
func TestAProcessStandsBy(t *testing.T) {
	t.Parallel()
	back := start(t, map[string]string{"LLAVE_AUTOGESTION_KEY": botKey}, "autogestion")
	at := back.out.waitFor(t, `(http://127\.0\.0\.1:\d+)`)[1]
	srv, err := telegramtest.New(telegramtest.Options{Seed: 7, Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	env := map[string]string{
		"LLAVE_STORE": redistest.New(t).Address(), "LLAVE_KEY": redisKey, "LLAVE_AUTOGESTION_URL": at + "/autogestion/", "LLAVE_AUTOGESTION_KEY": botKey,
		"LLAVE_TELEGRAM_TOKEN": srv.Token(), "LLAVE_TELEGRAM_API": srv.URL, "LLAVE_TELEGRAM_RATE": "0",
	}
	first := start(t, env)
	first.errs.waitFor(t, "this process holds the chats")
	second := start(t, env)
	web := second.out.waitFor(t, `(http://127\.0\.0\.1:\d+)`)[1]
	second.errs.waitFor(t, "standing by")
	if res, err := http.Get(web + "/readyz"); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz of the one that stands by: %v, %v", res, err)
	}
	x := start(t, env, "chat")
	x.waitExit(exitError)
	x.errs.waitFor(t, "la está usando otro proceso")
	start(t, env, "dead").waitExit(exitError)
	stranger := map[string]string{}
	for k, v := range env {
		stranger[k] = v
	}
	stranger["LLAVE_TELEGRAM_WEBHOOK"], stranger["LLAVE_PUBLIC_URL"] = "1", "https://llave.example"
	x = start(t, stranger)
	x.waitExit(exitError)
	x.errs.waitFor(t, "LLAVE_TELEGRAM_WEBHOOK")

	page := first.out.waitFor(t, `(http://127\.0\.0\.1:\d+)`)[1]
	for at, want := range map[string]string{page: "llave_shards_held 256\n", web: "llave_shards_held 0\n"} {
		shown := func() bool {
			text := newBrowser(t).open(at + "/metrics")
			return strings.Contains(text, want) && strings.Contains(text, "llave_replicas 2\n")
		}
		for end := time.Now().Add(patience); !shown(); time.Sleep(100 * time.Millisecond) { // who lives is counted with each heartbeat
			if time.Now().After(end) {
				t.Fatalf("metrics of %s lack %q", at, want)
			}
		}
	}

	r := &telegramHarness{t: t, srv: srv}
	jorge := r.person(5, "Jorge")
	token := r.linkAccount(jorge)
	first.cancel()
	first.waitExit(exitOK)
	second.errs.waitFor(t, "this process holds the chats")
	jorge.Says("token")
	if again := jorge.expect(`Token de Jorge Acosta\n(\d{3} \d{3})`)[1]; again != token {
		t.Errorf("after the change the token is %q, it was %q", again, token)
	}
	second.cancel()
	second.waitExit(exitOK)
}
