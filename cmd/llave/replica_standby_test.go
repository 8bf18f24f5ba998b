//go:build !nowhatsapp

package main

import (
	"net/http"
	"testing"
)

// With WhatsApp, whose device one process has, one process holds all chats: the other stands by, and takes over when it stops.
func TestAProcessStandsBy(t *testing.T) {
	t.Parallel()
	env, _ := replicaEnv(t)
	env["LLAVE_WHATSAPP"] = "1"
	first := start(t, env)
	first.errs.waitFor(t, "this process holds the chats")
	second := start(t, env)
	web := pageOf(t, second)
	second.errs.waitFor(t, "standing by")
	if res, err := http.Get(web + "/readyz"); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz of the one that stands by: %v, %v", res, err)
	}
	x := start(t, withEnv(env, "LLAVE_WHATSAPP", ""))
	x.waitExit(exitUsage)
	x.errs.waitFor(t, "LLAVE_WHATSAPP")
	first.cancel()
	first.waitExit(exitOK)
	second.errs.waitFor(t, "this process holds the chats")
	second.cancel()
	second.waitExit(exitOK)
}
