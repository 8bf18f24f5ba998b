//go:build !nowhatsapp

package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Only the browser that began a pairing can answer its questions, and only the one that is shown; a late QR code hides no
// question.
func TestPairings(t *testing.T) {
	d := newPairings(nil, slog.New(slog.DiscardHandler))
	p := &pairing{owner: "ana", answers: make(chan string, 1)}
	d.current = p
	g := d.pairer(p, "")
	asked := make(chan error, 1)
	is := func(step string) {
		t.Helper()
		for {
			shown, _, _, changed := d.view("ana")
			if shown.step == step {
				return
			}
			select {
			case <-changed:
			case <-time.After(patience):
				t.Fatalf("it shows %q, not %q", shown.step, step)
			}
		}
	}
	go func() { asked <- g.Confirm(t.Context(), "ABCD") }()
	is(stepConfirm)
	g.QR("late", time.Now())
	d.answer("beto", stepConfirm, "")
	d.answer("ana", stepPasskey, "")
	if shown, busy, _, _ := d.view("beto"); shown.step != "" || !busy || len(asked) != 0 {
		t.Errorf("somebody else sees %+v", shown)
	}
	is(stepConfirm)
	d.answer("ana", stepConfirm, "")
	if err := <-asked; err != nil {
		t.Error(err)
	}
	is(stepWait)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Passkey(ctx, []byte("{}")); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if key := d.resultKey(errors.New("x")); key != "failed" {
		t.Errorf("what has no text: %q", key)
	}
}

// The gate goes by the client's address and by the name in the request.
func TestPageGate(t *testing.T) {
	for _, c := range []struct {
		what             string
		gate             pairingGate
		from, host, want string
	}{
		{"this machine", pairingGate{shared: true}, "127.0.0.1:5", "127.0.0.1:8080", ""},
		{"by its name", pairingGate{shared: true}, "[::1]:5", "localhost:8080", ""},
		{"as IPv6 writes IPv4", pairingGate{shared: true}, "[::ffff:127.0.0.1]:5", "[::1]:8080", ""},
		{"another machine", pairingGate{shared: true}, "192.0.2.7:5", "127.0.0.1:8080", "public"},
		{"by the machine's address", pairingGate{shared: true}, "127.0.0.1:5", "192.0.2.1:8080", "public"},
		{"behind a proxy", pairingGate{shared: true, proxied: true}, "127.0.0.1:5", "127.0.0.1:8080", "public"},
		{"another machine at the operator's address", pairingGate{proxied: true}, "192.0.2.7:5", "192.0.2.1:9090", ""},
		{"by a name that was led here", pairingGate{shared: true}, "127.0.0.1:5", "evil.example:8080", "public"},
	} {
		r := httptest.NewRequest(http.MethodGet, whatsappPath, nil)
		r.RemoteAddr, r.Host = c.from, c.host
		if got := c.gate.refuses(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	for url, want := range map[string]bool{"http://127.0.0.1:80": false, "http://localhost": false, "https://llave.example": true, "http://192.0.2.1": true} {
		if got := (&app{config: config{Addr: "127.0.0.1:80", PublicURL: url}}).hasPublicName(); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}
