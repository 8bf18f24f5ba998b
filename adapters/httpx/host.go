package httpx

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// Hosts are the allowed names of a service. A page of another site that points its own name to this machine (DNS
// rebinding) requests that name.
type Hosts struct {
	names map[string]bool
	// Numbers allows every IP address: no name can be pointed there.
	Numbers bool
	// ShortNames allows names without a dot, as containers use among each other. No stranger owns such a name.
	ShortNames bool
	// Log is told once that a Host was refused.
	Log *slog.Logger
}

// NewHosts takes URLs (https://llave.example) and addresses (127.0.0.1:8080). Ports and case are ignored. An empty or
// malformed one allows nothing.
func NewHosts(urlsAndAddresses ...string) *Hosts {
	h := &Hosts{names: map[string]bool{}}
	for _, s := range urlsAndAddresses {
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			s = u.Host
		}
		if name := HostName(s); name != "" {
			h.names[name] = true
		}
	}
	return h
}

// Allow reports whether a request's Host is one of these names, a loopback name, or the address at which the request
// arrived.
func (h *Hosts) Allow(r *http.Request) bool {
	name := HostName(r.Host)
	if name == "" {
		return false
	}
	ip, err := netip.ParseAddr(name)
	if err == nil && (h.Numbers || unmapped(ip) == LocalAddr(r)) {
		return true
	}
	return h.names[name] || isLoopbackName(name) || h.ShortNames && err != nil && !strings.Contains(name, ".")
}

// Guard passes requests for other names to refused, which answers 421: the request was not meant for this service.
func (h *Hosts) Guard(refused, next http.Handler) http.Handler {
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.Allow(r) {
			next.ServeHTTP(w, r)
			return
		}
		once.Do(func() {
			if h.Log != nil { // the name is left out: the client may have written anything there
				h.Log.WarnContext(r.Context(), "http: a request for an unknown Host was refused", "see", "LLAVE_PUBLIC_URL")
			}
		})
		refused.ServeHTTP(w, r)
	})
}

// LoopbackHost reports whether a Host header is a loopback name or address.
func LoopbackHost(host string) bool { return isLoopbackName(HostName(host)) }

// IsThisMachine reports whether a host that is listened at or connected to is this machine: a loopback address, or localhost.
// Names below localhost are not: a resolver may know them elsewhere.
func IsThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

func isLoopbackName(name string) bool {
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// LocalAddr is this machine's end of the connection, also where the service listens on all addresses.
func LocalAddr(r *http.Request) netip.Addr {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return netip.Addr{}
	}
	ap, _ := netip.ParseAddrPort(at.String())
	return unmapped(ap.Addr())
}

// HostName is the name in a Host header, normalised for comparison: no port, no brackets, lower case, no dot at the
// end. It is empty if the header is malformed.
func HostName(host string) string {
	name, rest := host, ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return ""
		}
		if ip, err := netip.ParseAddr(host[1:end]); err != nil || !ip.Is6() {
			return ""
		}
		name, rest = host[1:end], host[end+1:]
	} else if i := strings.IndexByte(host, ':'); i >= 0 {
		name, rest = host[:i], host[i:]
	}
	if !isPort(rest) {
		return ""
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if ip, err := netip.ParseAddr(name); err == nil {
		return unmapped(ip).String()
	}
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c >= 0x80) {
			return ""
		}
	}
	return name
}

// isPort reports whether s is empty, or a colon and digits.
func isPort(s string) bool {
	if s == "" {
		return true
	}
	return s[0] == ':' && len(s) <= 6 && strings.Trim(s[1:], "0123456789") == ""
}

// PublicURL is the address of a service in people's browsers, without a slash at its end.
func PublicURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return "", errors.New("public URL is not an http or https address without a path or a query")
	}
	return strings.TrimRight(text, "/"), nil
}
