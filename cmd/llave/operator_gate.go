package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"llave/adapters/httpx"
)

// operator adds the operator's pages.
func (a *app) operator(mux *http.ServeMux, gate *operatorGate) {
	mux.Handle("GET /metrics", gate.Only(a.metrics()))
	a.serveWhatsAppPage(mux, gate)
}

// plainText answers with a text of the catalog.
func plainText(w http.ResponseWriter, status int, key string, data any) {
	http.Error(w, strings.TrimSpace(render(key, data)), status)
}

// operatorGate guards the operator's pages: the metrics, the text of /readyz, the page for WhatsApp.
type operatorGate struct {
	// shared: the operator's pages are on the public address. Then only this machine may see them.
	shared bool
	// password is the hash of the password, or nil.
	password []byte
	guesses  *httpx.Limiter
	log      *slog.Logger
}

// Wrong passwords of the operator's address, by client address: 10, then one every 30 s.
const (
	guessBurst = 10
	guessEvery = 30 * time.Second
	guessKeys  = 1024
)

func (a *app) operatorGate() *operatorGate {
	g := &operatorGate{shared: a.AdminAddr == "", guesses: httpx.NewLimiter(guessBurst, guessEvery, guessKeys, a.now), log: a.log}
	if a.AdminPassword != "" {
		sum := sha256.Sum256([]byte(a.AdminPassword))
		g.password = sum[:]
	}
	return g
}

// reachable reports whether a request comes from where the operator may be.
func (g *operatorGate) reachable(r *http.Request) bool { return !g.shared || fromThisMachine(r) }

// fromThisMachine reports whether a request was made on this machine, not through a proxy, and to one of the machine's own
// names: a page of another site whose name was pointed here (DNS rebinding) uses that name. A proxy on this machine is
// recognised by its headers. nginx sends none by default, and is recognised by HTTP/1.0, which no other client speaks.
func fromThisMachine(r *http.Request) bool {
	c := httpx.ClientOf(r)
	if c.Forwarded || !c.Peer.IsValid() || !r.ProtoAtLeast(1, 1) {
		return false
	}
	local := httpx.LocalAddr(r)
	host, err := netip.ParseAddr(httpx.HostName(r.Host))
	return (c.Peer.IsLoopback() || c.Peer == local) && (httpx.LoopbackHost(r.Host) || err == nil && host == local)
}

// Only lets nobody but the operator through.
func (g *operatorGate) Only(next http.Handler) http.Handler {
	known := g.WithPassword(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.reachable(r) {
			plainText(w, http.StatusForbidden, "operator_only", nil)
			return
		}
		known.ServeHTTP(w, r)
	})
}

// WithPassword asks for the password, if there is one.
func (g *operatorGate) WithPassword(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch ok, wait := g.authenticate(r); {
		case wait > 0:
			httpx.RetryAfter(w, wait)
			plainText(w, http.StatusTooManyRequests, "guesses", w.Header().Get("Retry-After"))
		case !ok:
			w.Header().Set("WWW-Authenticate", `Basic realm="Llave", charset="UTF-8"`)
			plainText(w, http.StatusUnauthorized, "password", nil)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// allows reports whether a request is the operator's, for a page that everybody may see and that has more for the operator.
func (g *operatorGate) allows(r *http.Request) bool {
	if !g.reachable(r) {
		return false
	}
	ok, _ := g.authenticate(r)
	return ok
}

// authenticate checks the password of a request, if there is one. A guess is counted before it is compared, so that many at
// once stay within the bound; a right one is refunded. Hashes are compared: neither content nor length of the password shows
// in the time that it takes.
func (g *operatorGate) authenticate(r *http.Request) (ok bool, wait time.Duration) {
	if g.password == nil {
		return true, 0
	}
	_, given, there := r.BasicAuth()
	if !there {
		return false, 0
	}
	refund, open, wait := g.guesses.Reserve(httpx.ClientOf(r).Key())
	if !open {
		return false, wait
	}
	sum := sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(sum[:], g.password) != 1 {
		g.log.WarnContext(r.Context(), "http: a wrong password at the operator's address")
		return false, 0
	}
	refund()
	return true, 0
}
