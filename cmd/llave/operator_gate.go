package main

import (
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"text/template"
	"time"

	"llave/adapters/httpx"
)

//go:embed http.tmpl
var httpTexts string

var plainTexts = template.Must(template.New("").Parse(httpTexts))

// plainText answers with a text of http.tmpl.
func plainText(w http.ResponseWriter, status int, key string, data any) {
	var b strings.Builder
	if err := plainTexts.ExecuteTemplate(&b, key, data); err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	http.Error(w, strings.TrimSpace(b.String()), status)
}

// operatorGate decides who may see what is the operator's: the metrics, the text of /readyz, WhatsApp's page.
type operatorGate struct {
	// shared says that the operator's pages are on the address that everybody has. Then they are for this machine alone.
	shared bool
	// password is the hash of the password, nil if there is none.
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

func (h *app) operatorGate() *operatorGate {
	g := &operatorGate{shared: h.AdminAddr == "", guesses: httpx.NewLimiter(guessBurst, guessEvery, guessKeys, h.now), log: h.log}
	if h.AdminPassword != "" {
		sum := sha256.Sum256([]byte(h.AdminPassword))
		g.password = sum[:]
	}
	return g
}

// public says whether people come by another name than this machine's own ones.
func (h *app) hasPublicName() bool {
	u, err := url.Parse(h.PublicURL)
	return err != nil || !httpx.LoopbackHost(u.Host)
}

// here says whether a request may be for the operator by where it comes from.
func (g *operatorGate) reachable(r *http.Request) bool { return !g.shared || fromThisMachine(r) }

// thisMachine says whether a request was made on this machine, through no proxy as far as can be seen, and by one of this
// machine's own names: a page elsewhere whose name was led here asks by that name. A proxy on this machine is known by its
// headers; nginx, which sends none unless it is told to, by HTTP/1.0, which nobody else speaks.
func fromThisMachine(r *http.Request) bool {
	c := httpx.ClientOf(r)
	if c.Forwarded || !c.Peer.IsValid() || !r.ProtoAtLeast(1, 1) {
		return false
	}
	local := httpx.LocalAddr(r)
	host, err := netip.ParseAddr(httpx.HostName(r.Host))
	return (c.Peer.IsLoopback() || c.Peer == local) && (httpx.LoopbackHost(r.Host) || err == nil && host == local)
}

// Only lets the operator through.
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

// WithPassword lets through who has the password, if there is one.
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

// is says whether a request is the operator's, for what is answered to everybody but says more to the operator.
func (g *operatorGate) allows(r *http.Request) bool {
	if !g.reachable(r) {
		return false
	}
	ok, _ := g.authenticate(r)
	return ok
}

// knows says whether a request has the password, if there is one. A guess is counted before it is looked at, so that many
// at once are no more than the bound; the right one is taken back. Hashes are compared: neither content nor length of
// the password shows in the time that it takes.
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
