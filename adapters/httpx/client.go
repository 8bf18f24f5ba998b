package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// Client is the sender of a request.
type Client struct {
	// Addr is the address of the client, as far as trusted proxies vouch for it. It is invalid if the peer has none.
	Addr netip.Addr
	// Peer is the other end of the connection: the client itself, or a proxy.
	Peer netip.Addr
	// Forwarded: the request has a forwarding header, trusted or not, and so did not come straight from Peer.
	Forwarded bool
	// HTTPS: the browser came by https, as the connection shows or a trusted proxy says in X-Forwarded-Proto.
	HTTPS bool
}

// Key is the key of limits. IPv6 counts by /64: one customer has that much.
func (c Client) Key() string {
	switch {
	case !c.Addr.IsValid():
		return "unknown"
	case c.Addr.Is6():
		return netip.PrefixFrom(c.Addr, 64).Masked().String()
	}
	return c.Addr.String()
}

type clientKey struct{}

// ClientOf returns the client that [WithClient] found. Without it, the client is the peer.
func ClientOf(r *http.Request) Client {
	if c, ok := r.Context().Value(clientKey{}).(Client); ok {
		return c
	}
	peer := peerOf(r)
	return Client{Addr: peer, Peer: peer, Forwarded: forwardingHeader(r.Header) != "", HTTPS: r.TLS != nil}
}

// Proxies are the networks whose X-Forwarded-For and X-Forwarded-Proto are trusted. The zero value trusts none.
type Proxies []netip.Prefix

// ParseProxies reads networks (10.0.0.0/8) and single addresses, separated by commas or spaces.
func ParseProxies(text string) (Proxies, error) {
	var all Proxies
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' }) {
		p, err := parseNetwork(field)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, single := netip.ParseAddr(text)
		if single != nil || a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("httpx: %q is not a network: %w", text, err)
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if p.Addr().Is4In6() { // the addresses that it is compared with are unmapped
		if p.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("httpx: %q is wider than the IPv4-mapped addresses", text)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p.Bits() == 0 {
		return netip.Prefix{}, errors.New("httpx: a network of all addresses would believe everybody")
	}
	return p.Masked(), nil
}

func (p Proxies) trust(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// client is the right-most address of X-Forwarded-For that is no trusted proxy, walking from the peer. Each proxy
// appends its peer, so the client itself may have written all that is left of the first untrusted address. A malformed
// entry ends the walk at the last trusted proxy.
func (p Proxies) client(peer netip.Addr, forwardedFor []string) netip.Addr {
	at := peer
	if !peer.IsValid() || !p.trust(peer) {
		return at
	}
	chain := strings.Split(strings.Join(forwardedFor, ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		entry := strings.Trim(chain[i], " \t")
		if entry == "" {
			continue
		}
		a, ok := parseHop(entry)
		if !ok {
			return at
		}
		if at = a; !p.trust(a) {
			return at
		}
	}
	return at
}

// parseHop reads one entry of X-Forwarded-For: an address, perhaps with quotes, brackets, a port or a zone.
func parseHop(s string) (netip.Addr, bool) {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return unmapped(ap.Addr()), true
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	a, err := netip.ParseAddr(s)
	return unmapped(a), err == nil
}

// plain is an address normalised for comparison: no zone, IPv4 not mapped into IPv6.
func unmapped(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func peerOf(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return unmapped(ap.Addr())
}

// forwarding are the headers by which proxies pass on the address of the client, besides X-Forwarded-….
var forwarding = []string{"Forwarded", "X-Real-Ip", "Via", "X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip",
	"Cf-Connecting-Ip", "Fastly-Client-Ip", "Client-Ip", "X-Original-Forwarded-For", "X-Envoy-External-Address"}

// forwardingHeader is the name of a forwarding header of a request, empty if it has none.
func forwardingHeader(h http.Header) string {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded-") {
			return "X-Forwarded-*"
		}
	}
	for _, name := range forwarding {
		if len(h.Values(name)) > 0 {
			return name
		}
	}
	return ""
}

// firstScheme is the scheme by which the browser reached the first of the proxies.
func firstScheme(h http.Header) string {
	scheme, _, _ := strings.Cut(h.Get("X-Forwarded-Proto"), ",")
	return strings.ToLower(strings.TrimSpace(scheme))
}

// WithClient puts the client into the request's context, for [ClientOf]. It ignores a forwarding header from an
// untrusted peer and logs it once; it also logs once if a trusted proxy sends no address.
func WithClient(trusted Proxies, log *slog.Logger, next http.Handler) http.Handler {
	var stranger, silent sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, header := peerOf(r), forwardingHeader(r.Header)
		chain := r.Header.Values("X-Forwarded-For")
		c := Client{Addr: trusted.client(peer, chain), Peer: peer, Forwarded: header != "",
			HTTPS: r.TLS != nil || trusted.trust(peer) && firstScheme(r.Header) == "https"}
		switch {
		case header == "":
		case !trusted.trust(peer):
			stranger.Do(func() {
				log.WarnContext(r.Context(), "http: a forwarding header from an untrusted peer counts for nothing", "header", header, "see", "LLAVE_TRUSTED_PROXIES")
			})
		case len(chain) == 0:
			silent.Do(func() {
				log.WarnContext(r.Context(), "http: a trusted proxy sends no X-Forwarded-For: all its clients share its address", "header", header)
			})
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey{}, c)))
	})
}
