package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/store/redistest"
)

// replicaEnv is what processes on one Redis have in common, with a back end and a Telegram beside them.
func replicaEnv(t *testing.T) (map[string]string, *telegramHarness) {
	t.Helper()
	srv, err := telegramtest.New(telegramtest.Options{Seed: 7, Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	back := start(t, map[string]string{"LLAVE_AUTOGESTION_KEY": botKey}, "autogestion")
	at := back.out.waitFor(t, `(http://127\.0\.0\.1:\d+)`)[1]
	return map[string]string{
		"LLAVE_STORE": redistest.New(t).Address(), "LLAVE_KEY": redisKey, "LLAVE_AUTOGESTION_URL": at + "/autogestion/", "LLAVE_AUTOGESTION_KEY": botKey,
		"LLAVE_TELEGRAM_TOKEN": srv.Token(), "LLAVE_TELEGRAM_API": srv.URL, "LLAVE_TELEGRAM_RATE": "0",
	}, &telegramHarness{t: t, srv: srv}
}

// withEnv is an environment with more in it: pairs of name and value.
func withEnv(env map[string]string, more ...string) map[string]string {
	env = maps.Clone(env)
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return env
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// shardsHeld reads how many shards a process holds, and how many processes it knows of.
func shardsHeld(t *testing.T, base string) (held, live int) {
	t.Helper()
	text := newBrowser(t).open(base + "/metrics")
	for name, n := range map[string]*int{"llave_shards_held": &held, "llave_replicas": &live} {
		m := regexp.MustCompile("(?m)^" + name + ` (\d+)$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the metrics lack %s", name)
		}
		*n, _ = strconv.Atoi(m[1])
	}
	return held, live
}

func pageOf(t *testing.T, x *process) string {
	t.Helper()
	return x.out.waitFor(t, `(http://127\.0\.0\.1:\d+)`)[1]
}

// Two processes on one Redis divide the chats, both are ready, and whichever stops, the other goes on with all of them: what was
// said before is known, and nothing is answered twice.
func TestProcessesDivideTheChats(t *testing.T) {
	t.Parallel()
	env, r := replicaEnv(t)
	first := start(t, env)
	one := pageOf(t, first)
	second := start(t, env)
	two := pageOf(t, second)
	eventually(t, "each holds some of the chats", func() bool {
		a, live := shardsHeld(t, one)
		b, _ := shardsHeld(t, two)
		return live == 2 && a > 0 && b > 0 && a+b == 256
	})
	for _, base := range []string{one, two} {
		for path, want := range map[string]int{"/readyz": http.StatusOK, "/": http.StatusOK} {
			if res, err := http.Get(base + path); err != nil || res.StatusCode != want {
				t.Errorf("%s: %v, %v", path, res, err)
			}
		}
	}
	x := start(t, env, "chat")
	x.waitExit(exitError)
	x.errs.waitFor(t, "la está usando otro proceso")
	start(t, env, "dead").waitExit(exitError)
	x = start(t, withEnv(env, "LLAVE_WEBCHAT", "0", "LLAVE_PUBLIC_URL", "https://otro.example"))
	x.waitExit(exitUsage)
	for _, what := range []string{"https://otro.example", "LLAVE_WEBCHAT"} { // both at once
		x.errs.waitFor(t, what)
	}

	jorge := r.person(5, "Jorge")
	token := r.linkAccount(jorge)
	var all []telegramUser
	for i := range 12 { // in shards of both, all but surely; if not, the test sees less
		all = append(all, r.person(int64(100+i), fmt.Sprint("P", i)))
	}
	ask := func() {
		for _, p := range all {
			p.Says("hola")
		}
		for _, p := range all {
			p.expect(`token`)
		}
	}
	ask()
	third := start(t, env) // the poll goes to another process and back, or not
	pageOf(t, third)
	eventually(t, "three divide the chats", func() bool { _, live := shardsHeld(t, one); return live == 3 })
	ask()
	third.cancel()
	third.waitExit(exitOK)
	ask()
	first.cancel()
	first.waitExit(exitOK)
	eventually(t, "the one that is left holds all", func() bool { held, _ := shardsHeld(t, two); return held == 256 })
	ask()
	jorge.Says("token")
	if again := jorge.expect(`Token de Jorge Acosta\n(\d{3} \d{3})`)[1]; again != token {
		t.Errorf("after the change the token is %q, it was %q", again, token)
	}
	second.cancel()
	second.waitExit(exitOK)
}

// seedAgents makes a desk's database with the agents of the demo.
func seedAgents(t *testing.T, env map[string]string) {
	t.Helper()
	c, err := readConfig(env)
	if err != nil {
		t.Fatal(err)
	}
	p := program{getenv: env, now: time.Now, stderr: io.Discard}
	a := p.newApp(c)
	err = os.MkdirAll(c.Data, 0o700)
	if err == nil {
		err = a.openArchive(t.Context())
	}
	if err == nil {
		err = a.desk.archive.SeedDemo(t.Context())
	}
	if err := errors.Join(err, a.stop()); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the desk's address at one process says that the desk is at another one.
func shows(t *testing.T, at, desk string) {
	t.Helper()
	eventually(t, "it says where the desk is", func() bool {
		res, err := http.Get(at + "/mesa/")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return err == nil && res.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(text), desk+"/mesa/")
	})
}

// Mesa de Ayuda is in one of two processes and serves the chats of both; the other one says where it is.
func TestTheDeskOfTwoProcesses(t *testing.T) {
	t.Parallel()
	env, r := replicaEnv(t)
	folder := filepath.Join(t.TempDir(), "data")
	seedAgents(t, withEnv(env, "LLAVE_DATA", folder))
	first := start(t, withEnv(env, "LLAVE_DATA", folder))
	one := pageOf(t, first)
	first.errs.waitFor(t, "mesa de ayuda is in this process")
	second := start(t, env)
	two := pageOf(t, second)
	shows(t, two, one)
	eventually(t, "each holds some of the chats", func() bool {
		a, _ := shardsHeld(t, one)
		b, _ := shardsHeld(t, two)
		return a > 0 && b > 0 && a+b == 256
	})
	ana := signInAtDesk(t, one, "ana")
	for i := range 5 { // in shards of both, all but surely
		p := r.person(int64(200+i), "Paula")
		p.Says("persona")
		number := p.expect(`tu caso es el \D*(\d+)`)[1]
		id, _ := strconv.ParseUint(number, 10, 64)
		eventually(t, "the case is at the desk", func() bool {
			req, _ := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/mesa/casos/%d", one, id), nil)
			res, err := ana.Do(req)
			return err == nil && res.StatusCode == http.StatusOK
		})
		c := ana.sees(id, "told", 1)
		ana.acts(http.StatusOK, c, "tomar", url.Values{})
		p.expect(`Te atiende \D*Ana`)
		ana.acts(http.StatusOK, ana.sees(id, "told", 2), "mensajes", url.Values{"text": {"probá ahora"}})
		p.expect("probá ahora")
	}
}

// The desk goes to another folder when an operator says so, and not while the one that has it lives.
func TestTheDeskMoves(t *testing.T) {
	t.Parallel()
	env, _ := replicaEnv(t)
	lost, other := withEnv(env, "LLAVE_DATA", filepath.Join(t.TempDir(), "lost")), withEnv(env, "LLAVE_DATA", filepath.Join(t.TempDir(), "other"))
	first := start(t, lost)
	one := pageOf(t, first)
	first.errs.waitFor(t, "mesa de ayuda is in this process")
	watcher := start(t, other)
	shows(t, pageOf(t, watcher), one)
	watcher.cancel()
	watcher.waitExit(exitOK)
	if said := runCommand(t, other, exitError, "mesa", "here"); !strings.Contains(said, "está funcionando en "+one+"/mesa/") {
		t.Errorf("while it lives: %s", said)
	}
	first.cancel()
	first.waitExit(exitOK)
	second := start(t, other)
	second.errs.waitFor(t, "processes divide the chats")
	if text := second.errs.String(); strings.Contains(text, "mesa de ayuda is in") {
		t.Error("the desk has moved by itself")
	}
	second.cancel()
	second.waitExit(exitOK)
	for range 2 { // the second time it is there already
		if said := runCommand(t, other, exitOK, "mesa", "here"); !strings.Contains(said, "La Mesa de Ayuda es ahora la de") {
			t.Errorf("moved: %s", said)
		}
	}
	desk := start(t, other)
	desk.errs.waitFor(t, "mesa de ayuda is in this process")
	shows(t, pageOf(t, start(t, lost)), pageOf(t, desk))
	if said := runCommand(t, map[string]string{"LLAVE_DATA": t.TempDir()}, exitUsage, "mesa", "here"); !strings.Contains(said, "varios procesos") {
		t.Errorf("with a file: %s", said)
	}
}
