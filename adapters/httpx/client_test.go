package httpx

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func proxies(t *testing.T, text string) Proxies {
	t.Helper()
	p, err := ParseProxies(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// asked is what a handler behind WithClient learns of a request.
func asked(trusted Proxies, log *slog.Logger, peer string, header http.Header) (c Client) {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr, r.Header = peer, header
	WithClient(trusted, log, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { c = ClientOf(r) })).
		ServeHTTP(httptest.NewRecorder(), r)
	return c
}

func TestTheClientIsTheRightMostUntrustedAddress(t *testing.T) {
	const trusted = "127.0.0.1/32, 10.0.0.0/8 2001:db8:ffff::/48"
	for _, c := range []struct {
		name, peer string
		lines      []string
		want       string
	}{
		{"no header", "127.0.0.1:1", nil, "127.0.0.1"},
		{"one proxy", "127.0.0.1:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"what the client wrote itself", "127.0.0.1:1", []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		{"a client that writes a trusted address", "127.0.0.1:1", []string{"10.0.0.1, 203.0.113.9"}, "203.0.113.9"},
		{"two proxies", "127.0.0.1:1", []string{"6.6.6.6, 203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
		{"several lines are one list", "127.0.0.1:1", []string{"6.6.6.6", "203.0.113.9", "10.1.2.3"}, "203.0.113.9"},
		{"nobody but proxies", "127.0.0.1:1", []string{"10.0.0.9, 10.1.2.3"}, "10.0.0.9"},
		{"an untrusted peer", "198.51.100.7:1", []string{"203.0.113.9"}, "198.51.100.7"},
		{"an untrusted peer near a trusted one", "127.0.0.2:1", []string{"203.0.113.9"}, "127.0.0.2"},
		{"ports", "127.0.0.1:1", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"IPv6", "127.0.0.1:1", []string{"2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"},
		{"IPv6 in brackets", "127.0.0.1:1", []string{"[2001:db8:1:2:3::4]"}, "2001:db8:1:2::/64"},
		{"IPv6 with a port", "127.0.0.1:1", []string{"[2001:db8:1:2:3::4]:99"}, "2001:db8:1:2::/64"},
		{"quotes", "127.0.0.1:1", []string{`"[2001:db8:1:2:3::4]:99"`}, "2001:db8:1:2::/64"},
		{"a zone", "127.0.0.1:1", []string{"fe80::1%eth0"}, "fe80::/64"},
		{"IPv4 mapped into IPv6", "127.0.0.1:1", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"a mapped peer", "[::ffff:127.0.0.1]:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a mapped proxy in the list", "127.0.0.1:1", []string{"203.0.113.9, ::ffff:10.1.2.3"}, "203.0.113.9"},
		{"a trusted IPv6 peer", "[2001:db8:ffff::1]:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a trusted IPv6 peer with a zone", "[2001:db8:ffff::1%eth0]:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"no address at the right end", "127.0.0.1:1", []string{"203.0.113.9, unknown"}, "127.0.0.1"},
		{"no address behind a proxy", "127.0.0.1:1", []string{"203.0.113.9, _hidden, 10.1.2.3"}, "10.1.2.3"},
		{"a name", "127.0.0.1:1", []string{"localhost"}, "127.0.0.1"},
		{"an address and more", "127.0.0.1:1", []string{"203.0.113.9 or so"}, "127.0.0.1"},
		{"nothing between commas", "127.0.0.1:1", []string{",, 203.0.113.9 ,,"}, "203.0.113.9"},
		{"an empty header", "127.0.0.1:1", []string{""}, "127.0.0.1"},
		{"a peer without an address", "@", []string{"203.0.113.9"}, "unknown"},
	} {
		got := asked(proxies(t, trusted), slog.New(slog.DiscardHandler), c.peer, http.Header{"X-Forwarded-For": c.lines})
		if got.Key() != c.want {
			t.Errorf("%s: counted as %s, want %s", c.name, got.Key(), c.want)
		}
	}
}

func TestNobodyIsTrustedByDefault(t *testing.T) {
	for _, peer := range []string{"127.0.0.1:1", "[::1]:1", "10.0.0.1:1"} {
		c := asked(proxies(t, ""), slog.New(slog.DiscardHandler), peer, http.Header{"X-Forwarded-For": {"203.0.113.9"}})
		if c.Addr != c.Peer || !c.Forwarded {
			t.Errorf("%s: %+v", peer, c)
		}
	}
}

func TestTwoCustomersOfIPv6AreTwo(t *testing.T) {
	key := func(peer string) string { return asked(nil, nil, peer, nil).Key() }
	if key("[2001:db8:1:2::1]:1") != key("[2001:db8:1:2:ffff::9]:2") {
		t.Error("one /64 counts as two")
	}
	if key("[2001:db8:1:2::1]:1") == key("[2001:db8:1:3::1]:1") {
		t.Error("two /64 count as one")
	}
}

func TestNetworksThatAreNone(t *testing.T) {
	for _, text := range []string{"proxy", "10.0.0.0/33", "10.0.0", "0.0.0.0/0", "::/0", "::ffff:0:0/95", "fe80::1%eth0", "10.0.0.0/8;172.16.0.0/12"} {
		if p, err := ParseProxies(text); err == nil {
			t.Errorf("%s: read as %v", text, p)
		}
	}
	if p := proxies(t, "::ffff:10.0.0.0/104"); !p.trust(unmapped(peerOf(&http.Request{RemoteAddr: "10.9.9.9:1"}))) {
		t.Error("a mapped network does not hold its addresses")
	}
}

// What is said once is said without the addresses, which are personal data.
func TestAHeaderThatCountsForNothingIsSaidOnce(t *testing.T) {
	for name, c := range map[string]struct{ header, peer string }{
		"untrusted": {"X-Forwarded-For", "198.51.100.7:1"}, "forwarded": {"Forwarded", "198.51.100.7:1"}, "real ip": {"X-Real-Ip", "198.51.100.7:1"},
		"host": {"X-Forwarded-Host", "198.51.100.7:1"}, "proto": {"X-Forwarded-Proto", "198.51.100.7:1"}, "silent proxy": {"X-Real-Ip", "127.0.0.1:1"},
	} {
		var log bytes.Buffer
		h := WithClient(proxies(t, "127.0.0.1"), slog.New(slog.NewTextHandler(&log, nil)), http.NotFoundHandler())
		for range 3 {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			r.Header.Set(c.header, "203.0.113.9")
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("%s: said %d times", name, n)
		}
		if strings.Contains(log.String(), "203.0.113.9") || strings.Contains(log.String(), "198.51.100.7") {
			t.Errorf("%s: an address is in the log: %s", name, &log)
		}
	}
	var log bytes.Buffer
	asked(proxies(t, "127.0.0.1"), slog.New(slog.NewTextHandler(&log, nil)), "127.0.0.1:1", http.Header{"X-Forwarded-For": {"203.0.113.9"}})
	asked(nil, slog.New(slog.NewTextHandler(&log, nil)), "198.51.100.7:1", nil)
	if log.Len() > 0 {
		t.Errorf("said without a cause: %s", &log)
	}
}
