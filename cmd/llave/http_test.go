package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// answer is what a request got.
type httpAnswer struct {
	status int
	body   string
	header http.Header
}

// request sends a request with headers, given as name and value in turn. Host is one of them.
func sendRequest(t *testing.T, method, at string, headers ...string) httpAnswer {
	t.Helper()
	req, err := http.NewRequest(method, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return httpAnswer{res.StatusCode, string(body), res.Header}
}

// operatorURL is the address of a program's operator pages.
func operatorURL(x *process) string { return x.out.waitFor(x.t, `Métricas +(http://\S+)/metrics`)[1] }

func TestEveryAnswerIsForABrowserThatIsCareful(t *testing.T) {
	t.Parallel()
	for public, hsts := range map[string]string{"https://llave.example": "max-age=31536000", "": ""} {
		at := operatorURL(start(t, map[string]string{"LLAVE_PUBLIC_URL": public, "LLAVE_DEMO": "1"}))
		for _, target := range []string{
			"GET /", "GET /nothing", "POST /", "GET /chat/nothing", "GET /chat/events", "GET /chat/files/1", "GET /autogestion/", "GET /autogestion", "GET /autogestion/estilo.css",
			"GET /autogestion/v1/group", "POST /autogestion/v1/validations", "PUT /autogestion/v1/validations", "GET /autogestion/vincular/x", "GET //autogestion//", "DELETE /healthz",
			"GET /healthz", "GET /readyz", "GET /metrics", "GET /admin/whatsapp", "TRACE /", "evil GET /", "evil GET /metrics",
		} {
			headers := []string{}
			if rest, evil := strings.CutPrefix(target, "evil "); evil {
				target, headers = rest, []string{"Host", "evil.example"}
			}
			method, path, _ := strings.Cut(target, " ")
			a := sendRequest(t, method, at+path, headers...)
			csp := a.header.Get("Content-Security-Policy")
			for what, ok := range map[string]bool{
				"policy":  strings.HasPrefix(csp, "default-src 'none'; ") && strings.Contains(csp, "frame-ancestors 'none'"),
				"framing": a.header.Get("X-Frame-Options") == "DENY", "type": a.header.Get("X-Content-Type-Options") == "nosniff",
				"referrer": a.header.Get("Referrer-Policy") == "same-origin", "opener": a.header.Get("Cross-Origin-Opener-Policy") == "same-origin",
				"permissions": strings.Contains(a.header.Get("Permissions-Policy"), "camera=()"), "https": a.header.Get("Strict-Transport-Security") == hsts,
				"cache": strings.HasSuffix(path, ".css") || a.header.Get("Cache-Control") == "no-store",
			} {
				if !ok {
					t.Errorf("%q: %s (%d): %s is missing: %v", public, target, a.status, what, a.header)
				}
			}
		}
	}
}

func TestAnotherNameIsMisdirected(t *testing.T) {
	t.Parallel()
	at := operatorURL(start(t, map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_DEMO": "1"}))
	port := at[strings.LastIndexByte(at, ':'):]
	for host, ours := range map[string]bool{
		"llave.example": true, "LLAVE.example:443": true, "localhost" + port: true, "127.0.0.1" + port: true, "[::1]" + port: true,
		"evil.example": false, "evil.example" + port: false, "x.llave.example": false, "127.0.0.1.evil.example": false, "192.0.2.1": false, "backend": false, "evil@127.0.0.1": false,
	} {
		for path, open := range map[string]int{"/": 200, "/autogestion/": 200, "/autogestion/correo": 200, "/autogestion/v1/group": 403, "/nothing": 404} {
			want := open
			if !ours {
				want = http.StatusMisdirectedRequest
			}
			a := sendRequest(t, "GET", at+path, "Host", host)
			if a.status != want || strings.Contains(a.body, "evil") {
				t.Errorf("%s at %s: %d, want %d", path, host, a.status, want)
			}
			if !ours && (!strings.Contains(a.body, "https://llave.example") || !strings.Contains(a.body, "proxy_set_header Host")) {
				t.Errorf("%s at %s: it does not say what to do: %s", path, host, a.body)
			}
		}
		if a := sendRequest(t, "GET", at+"/healthz", "Host", host); a.status != 200 {
			t.Errorf("/healthz at %s: %d", host, a.status)
		}
		if a := sendRequest(t, "GET", at+"/readyz", "Host", host, "X-Forwarded-For", "203.0.113.9"); a.status != 200 || a.body != "ready\n" {
			t.Errorf("/readyz at %s: %d %q", host, a.status, a.body)
		}
	}
}

func TestProxiesThatAreNone(t *testing.T) {
	for _, text := range []string{"proxy.example", "10.0.0.0/99", "0.0.0.0/0", "*"} {
		_, err := readConfig(map[string]string{"LLAVE_TRUSTED_PROXIES": text})
		if err == nil || !strings.Contains(err.Error(), "\n  LLAVE_TRUSTED_PROXIES: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
	c, err := readConfig(map[string]string{"LLAVE_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"})
	if err != nil || len(c.proxies) != 2 {
		t.Errorf("%v, %v", c.proxies, err)
	}
}

// Autogestión alone passes the same gate.
func TestAutogestionAloneIsGuarded(t *testing.T) {
	t.Parallel()
	x := start(t, map[string]string{"LLAVE_TRUSTED_PROXIES": "127.0.0.1"}, "autogestion")
	at := x.out.waitFor(t, `andando en (http://\S+)/autogestion/`)[1]
	for _, c := range []struct {
		path, host string
		want       int
	}{
		{"/autogestion/", "localhost", 200}, {"/autogestion/", "evil.example", 421}, {"/autogestion/v1/group", "evil.example", 421}, {"/nothing", "localhost", 404},
		{"/healthz", "evil.example", 200}, {"/readyz", "evil.example", 200},
	} {
		a := sendRequest(t, "GET", at+c.path, "Host", c.host)
		if a.status != c.want || a.header.Get("X-Frame-Options") != "DENY" || a.header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s at %s: %d, want %d; %v", c.path, c.host, a.status, c.want, a.header)
		}
	}
	x.cancel()
	x.waitExit(exitOK)
}
