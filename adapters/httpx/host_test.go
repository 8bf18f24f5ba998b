package httpx

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func hostRequest(host, localAddr string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = host
	if localAddr != "" {
		at, _ := net.ResolveTCPAddr("tcp", localAddr)
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(at)))
	}
	return r
}

func TestHostsThatAreOurs(t *testing.T) {
	h := NewHosts("https://Llave.example", "192.0.2.7:8080", "", "0.0.0.0:8080")
	for host, ours := range map[string]bool{
		"llave.example": true, "LLAVE.EXAMPLE": true, "llave.example:443": true, "llave.example.": true, "llave.example:8443": true,
		"localhost": true, "localhost:8080": true, "llave.localhost": true, "127.0.0.1:8080": true, "127.9.9.9": true, "[::1]:8080": true, "[::ffff:127.0.0.1]": true,
		"192.0.2.7": true, "192.0.2.7:99": true, "0.0.0.0:8080": true, "198.51.100.4:8080": true, // at which it arrives
		"": false, "evil.example": false, "evil.example:8080": false, "llave.example.evil.example": false, "xllave.example": false, "evil.llave.example": false,
		"localhost.evil.example": false, "127.0.0.1.evil.example": false, "evil@127.0.0.1": false, "127.0.0.1@evil.example": false,
		"198.51.100.5:8080": false, "[::1": false, "[::1]x": false, "::1": false, "[evil.example]": false, "llave.example:x": false, "llave.example:80@x": false,
		"llave.example, evil.example": false, "llave.example/": false, "2130706433": false, "backend": false,
	} {
		if got := h.Allow(hostRequest(host, "198.51.100.4:8080")); got != ours {
			t.Errorf("%q: %v", host, got)
		}
	}
	h.Numbers, h.ShortNames = true, true
	for host, ours := range map[string]bool{"203.0.113.5:9090": true, "[2001:db8::1]:9090": true, "llave:9090": true, "evil.example": false, "evil.example.": false, "": false} {
		if got := h.Allow(hostRequest(host, "")); got != ours {
			t.Errorf("on the operator's address %q: %v", host, got)
		}
	}
}

func TestAnUnknownHostIsRefusedAndSaidOnce(t *testing.T) {
	var log bytes.Buffer
	h := NewHosts("https://llave.example")
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	refused := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMisdirectedRequest) })
	guarded := h.Guard(refused, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, c := range []struct {
		host   string
		status int
	}{{"llave.example", 200}, {"evil.example", 421}, {"evil.example", 421}, {"localhost", 200}} {
		rw := httptest.NewRecorder()
		guarded.ServeHTTP(rw, hostRequest(c.host, ""))
		if rw.Code != c.status {
			t.Errorf("%s: %d", c.host, rw.Code)
		}
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || strings.Contains(log.String(), "evil") {
		t.Errorf("said %d times: %s", n, &log)
	}
}

func TestEveryAnswerHasTheHeaders(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusSeeOther) })
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", 500) })
	for _, hsts := range []bool{true, false} {
		h := Headers(Security{HSTS: hsts}, mux)
		for _, target := range []string{"GET /page", "POST /page", "GET /nothing", "GET /broken", "GET /a/../page", "TRACE /page"} {
			method, path, _ := strings.Cut(target, " ")
			rw := httptest.NewRecorder()
			h.ServeHTTP(rw, httptest.NewRequest(method, path, nil))
			for name, want := range map[string]string{
				"Content-Security-Policy": Policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": map[bool]string{true: hsts1Year}[hsts],
			} {
				if got := rw.Header().Get(name); got != want {
					t.Errorf("%s (%d): %s is %q, want %q", target, rw.Code, name, got, want)
				}
			}
			if rw.Header().Get("Permissions-Policy") == "" {
				t.Errorf("%s: no Permissions-Policy", target)
			}
		}
	}
}

const hsts1Year = "max-age=31536000"

func TestPublicURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://llave.example": "https://llave.example", "http://127.0.0.1:8080/": "http://127.0.0.1:8080",
		"": "", "llave.example": "", "ftp://llave.example": "", "https://llave.example/chat": "", "https://llave.example/?x=1": "", "https://": "",
	} {
		if got, err := PublicURL(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestIsThisMachine(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.8.0.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example": false, "x.localhost": false, "10.0.0.1": false, "127.0.0.1.example": false, "::ffff:10.0.0.1": false, "0.0.0.0": false} {
		if got := IsThisMachine(host); got != want {
			t.Errorf("%q is this machine: %v, want %v", host, got, want)
		}
	}
}
