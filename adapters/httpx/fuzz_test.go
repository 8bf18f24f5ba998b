package httpx

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// Whatever is in the header, the client is the peer or an address that stands there, and of an untrusted peer always the
// peer; no trusted address hides another one to its right.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"203.0.113.9", "1.2.3.4, 10.0.0.1", "[2001:db8::1]:8, unknown", ",,", "::ffff:10.0.0.1", "fe80::1%x", `"[::1]"`, "10.0.0.1,203.0.113.9,10.0.0.2"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	trusted := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	f.Fuzz(func(t *testing.T, chain string, byProxy bool) {
		peer := netip.MustParseAddr("198.51.100.7")
		if byProxy {
			peer = netip.MustParseAddr("127.0.0.1")
		}
		got := trusted.client(peer, []string{chain})
		if got == peer {
			return
		}
		if !byProxy {
			t.Fatalf("%q: an untrusted peer is believed: %v", chain, got)
		}
		if got.Is4In6() || got.Zone() != "" {
			t.Fatalf("%q: %v is not in its plain form", chain, got)
		}
		there := false
		for _, hop := range strings.Split(chain, ",") {
			a, ok := parseHop(strings.Trim(hop, " \t"))
			there = there || ok && a == got
		}
		if !there {
			t.Fatalf("%q: %v does not stand there", chain, got)
		}
	})
}

// A Host is ours only if what a browser would connect to is: hosts that are allowed have no other name in them.
func FuzzHosts(f *testing.F) {
	for _, seed := range []string{"llave.example", "llave.example:443", "[::1]:8080", "evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "LLAVE.EXAMPLE."} {
		f.Add(seed)
	}
	h := NewHosts("https://llave.example")
	f.Fuzz(func(t *testing.T, host string) {
		if h.Allow(&http.Request{Host: host}) && strings.ContainsAny(host, "@/\\ ,?#\r\n\t%") {
			t.Fatalf("%q is allowed", host)
		}
	})
}
