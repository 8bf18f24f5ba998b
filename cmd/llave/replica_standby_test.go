//go:build !nowhatsapp

package main

import (
	"net/http"
	"strings"
	"testing"

	"llave/adapters/whatsapp/pgtest"
	"llave/bot/keyring"
	"llave/store"
)

// isReady wants that a process says whether it is ready.
func isReady(t *testing.T, base string, want int) {
	t.Helper()
	eventually(t, "readyz says "+http.StatusText(want), func() bool {
		res, err := http.Get(base + "/readyz")
		return err == nil && res.StatusCode == want
	})
}

// WhatsApp is in one process, with its chats; all others are divided, also with processes in which it is off. The second one with
// WhatsApp takes over when the first one stops.
func TestWhatsAppIsInOneOfTheProcesses(t *testing.T) {
	t.Parallel()
	env, _ := replicaEnv(t)
	env["LLAVE_WHATSAPP"] = "1"
	first := start(t, env)
	one := pageOf(t, first)
	first.errs.waitFor(t, "its chats are in this process")
	second := start(t, env)
	two := pageOf(t, second)
	without := start(t, withEnv(env, "LLAVE_WHATSAPP", ""))
	three := pageOf(t, without)
	eventually(t, "three divide the chats", func() bool {
		a, live := shardsHeld(t, one)
		b, _ := shardsHeld(t, two)
		c, _ := shardsHeld(t, three)
		return live == 3 && a >= 16 && b > 0 && c > 0 && a+b+c == 256
	})
	for _, base := range []string{one, two, three} {
		isReady(t, base, http.StatusOK)
	}
	if strings.Contains(second.errs.String()+without.errs.String(), "its chats are in this process") {
		t.Error("WhatsApp is in another process, too")
	}
	first.cancel()
	first.waitExit(exitOK)
	second.errs.waitFor(t, "its chats are in this process")
	for _, x := range []*process{second, without} {
		x.cancel()
		x.waitExit(exitOK)
	}
}

// A device that is in a Postgres has one process: the second one waits, with the key of the first one, and goes on when that one stops.
func TestAProcessWaitsForTheDevice(t *testing.T) {
	t.Parallel()
	env, _ := replicaEnv(t)
	env["LLAVE_WHATSAPP"], env["LLAVE_WHATSAPP_DB"] = "1", pgtest.New(t)
	first := start(t, env)
	one := pageOf(t, first)
	first.errs.waitFor(t, "its chats are in this process")
	second := start(t, env)
	second.errs.waitFor(t, "another process has the device")
	if held, live := shardsHeld(t, one); held != 256 || live != 1 {
		t.Errorf("the first one holds %d shards of %d processes", held, live)
	}
	first.cancel()
	first.waitExit(exitOK)
	second.errs.waitFor(t, "its chats are in this process")
	isReady(t, pageOf(t, second), http.StatusOK)
	second.cancel()
	second.waitExit(exitOK)
}

// In a store of an earlier version the chats of WhatsApp are among the others, and one process holds all of them: the second one
// stands by, and takes over when it stops.
func TestAProcessStandsBy(t *testing.T) {
	t.Parallel()
	env, _ := replicaEnv(t)
	env["LLAVE_WHATSAPP"] = "1"
	s, err := store.OpenRedis(t.Context(), store.RedisConfig{Address: env["LLAVE_STORE"]})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Parse(redisKey)
	if err == nil {
		_, err = keyring.Open(ring, func(name string, value []byte) ([]byte, error) { return s.PutIfAbsent(t.Context(), name, value) })
	}
	if err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	first := start(t, env)
	first.errs.waitFor(t, "this process holds the chats")
	second := start(t, env)
	web := pageOf(t, second)
	second.errs.waitFor(t, "standing by")
	isReady(t, web, http.StatusServiceUnavailable)
	x := start(t, withEnv(env, "LLAVE_WHATSAPP", ""))
	x.waitExit(exitUsage)
	x.errs.waitFor(t, "LLAVE_WHATSAPP")
	first.cancel()
	first.waitExit(exitOK)
	second.errs.waitFor(t, "this process holds the chats")
	second.cancel()
	second.waitExit(exitOK)
}
