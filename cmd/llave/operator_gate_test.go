package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"llave/adapters/httpx"
)

// On the public address only this machine gets the metrics, and not through a proxy.
func TestMetricsAreTheOperators(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env     map[string]string
		headers []string
		want    int
	}{
		"this machine":           {nil, nil, 200},
		"by its name":            {nil, []string{"Host", "localhost"}, 200},
		"a proxy":                {nil, []string{"X-Forwarded-For", "127.0.0.1"}, 403},
		"a proxy that says less": {nil, []string{"X-Forwarded-Proto", "https"}, 403},
		"another proxy":          {nil, []string{"Forwarded", "for=127.0.0.1"}, 403},
		"an empty header":        {nil, []string{"X-Real-Ip", ""}, 403},
		"a name that was led here, which is not the public one": {nil, []string{"Host", "evil.example"}, 421},
		"the public name":                                                 {map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_TRUSTED_PROXIES": "127.0.0.1"}, []string{"Host", "llave.example"}, 403},
		"a proxy that the configuration names":                            {map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_TRUSTED_PROXIES": "127.0.0.1"}, []string{"X-Forwarded-For", "127.0.0.1"}, 403},
		"this machine, with a proxy that the configuration names":         {map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_TRUSTED_PROXIES": "127.0.0.1"}, nil, 200},
		"this machine, with a proxy that the configuration does not name": {map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example"}, nil, 200},
		"without the password":                                            {map[string]string{"LLAVE_ADMIN_PASSWORD": "doce-letras-o-mas"}, nil, 401},
		"with a wrong one":                                                {map[string]string{"LLAVE_ADMIN_PASSWORD": "doce-letras-o-mas"}, []string{"Authorization", basic("doce-letras-o-ma")}, 401},
		"with the right one":                                              {map[string]string{"LLAVE_ADMIN_PASSWORD": "doce-letras-o-mas"}, []string{"Authorization", basic("doce-letras-o-mas")}, 200},
		"with the right one from elsewhere":                               {map[string]string{"LLAVE_ADMIN_PASSWORD": "doce-letras-o-mas"}, []string{"Authorization", basic("doce-letras-o-mas"), "X-Forwarded-For", "192.0.2.1"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"LLAVE_DEMO": "1"}
			for k, v := range c.env {
				env[k] = v
			}
			at := operatorURL(start(t, env))
			a := sendRequest(t, "GET", at+"/metrics", c.headers...)
			if a.status != c.want || strings.Contains(a.body, "llave_ready") != (c.want == 200) {
				t.Errorf("%d, want %d: %.200s", a.status, c.want, a.body)
			}
			if c.want == 403 && !strings.Contains(a.body, "LLAVE_ADMIN_ADDR") {
				t.Errorf("it does not say what to do: %s", a.body)
			}
		})
	}
}

// nginx sends no header of its own unless it is told to, passes its own Host, and speaks HTTP/1.0.
func TestAProxyThatSaysNothingOfItself(t *testing.T) {
	t.Parallel()
	at := strings.TrimPrefix(operatorURL(start(t, map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_DEMO": "1"})), "http://")
	for path, want := range map[string]int{"/metrics": 403, "/": 200, "/readyz": 200} {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n", path, at)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		conn.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

func basic(password string) string {
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth("operator", password)
	return r.Header.Get("Authorization")
}

// thatOthersReach is an address of this machine that is no loopback address, as the configuration may have it.
const thatOthersReach = "0.0.0.0:0"

func TestAnAdminAddressThatOthersReachHasAPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr, password string
		fine           bool
	}{
		{"0.0.0.0:9090", "", false}, {":9090", "", false}, {"192.0.2.7:9090", "", false}, {"llave:9090", "", false}, {"[::]:9090", "", false},
		{"0.0.0.0:9090", "short", false}, {"127.0.0.1:9090", "short", false}, {"0.0.0.0:9090", "doce-letras-o-mas", true},
		{"127.0.0.1:9090", "", true}, {"localhost:9090", "", true}, {"[::1]:9090", "", true}, {"", "", true},
	} {
		_, err := readConfig(map[string]string{"LLAVE_ADMIN_ADDR": c.addr, "LLAVE_ADMIN_PASSWORD": c.password})
		if (err == nil) != c.fine || err != nil && (!strings.Contains(err.Error(), "\n  LLAVE_ADMIN_PASSWORD: ") || strings.Contains(err.Error(), "short")) {
			t.Errorf("%s with %q: %v", c.addr, c.password, err)
		}
	}
	x := start(t, map[string]string{"LLAVE_ADMIN_ADDR": thatOthersReach})
	x.errs.waitFor(t, "LLAVE_ADMIN_PASSWORD: hace falta")
	x.waitExit(exitUsage)
	if _, err := readConfig(map[string]string{"LLAVE_ADDR": "0.0.0.0:8080", "LLAVE_ADMIN_ADDR": "0.0.0.0:8080", "LLAVE_PUBLIC_URL": "https://llave.example"}); err != nil {
		t.Errorf("the address that everybody has: %v", err)
	}
}

func TestTheAdminAddressAsksForThePassword(t *testing.T) {
	t.Parallel()
	const password = "doce-letras-o-mas"
	x := start(t, map[string]string{"LLAVE_ADMIN_ADDR": thatOthersReach, "LLAVE_ADMIN_PASSWORD": password})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(x.out.waitFor(t, `Métricas +(http://\S+)/metrics`)[1], "http://"))
	if err != nil {
		t.Fatal(err)
	}
	at := "http://127.0.0.1:" + port
	right := []string{"Authorization", basic(password)}
	for _, c := range []struct {
		path    string
		headers []string
		want    int
	}{
		{"/metrics", nil, 401}, {"/metrics", right, 200}, {"/healthz", nil, 200}, {"/readyz", nil, 200},
		{"/metrics", append(right, "Host", "evil.example:"+port), 421}, {"/metrics", append(right, "Host", "llave:"+port), 200}, {"/metrics", append(right, "Host", "192.0.2.9:"+port), 200},
		{"/readyz", []string{"Host", "evil.example"}, 200},
	} {
		a := sendRequest(t, "GET", at+c.path, c.headers...)
		if a.status != c.want || a.status == 401 && !strings.HasPrefix(a.header.Get("Www-Authenticate"), "Basic ") {
			t.Errorf("%s %v: %d, want %d", c.path, c.headers, a.status, c.want)
		}
	}
	// Guesses are bounded; asking with the right password is none.
	for range 3 * guessBurst {
		if a := sendRequest(t, "GET", at+"/metrics", right...); a.status != 200 {
			t.Fatalf("the right password: %d", a.status)
		}
	}
	looked := 0
	for n := range 3 * guessBurst {
		switch a := sendRequest(t, "GET", at+"/metrics", "Authorization", basic(fmt.Sprint("wrong-wrong-", n))); a.status {
		case 401:
			looked++
		case 429:
			if a.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		default:
			t.Errorf("a wrong password: %d", a.status)
		}
	}
	if looked < guessBurst || looked > guessBurst+2 { // one more may be due on a slow machine
		t.Errorf("%d wrong passwords were looked at", looked)
	}
	if strings.Contains(x.errs.String(), password) || strings.Contains(x.errs.String(), "wrong-wrong-") {
		t.Error("a password is in the log")
	}
}

// Without a password the address is this machine's alone, and a page elsewhere whose name was led here gets nothing.
func TestNobodyIsLedToTheAdminAddress(t *testing.T) {
	t.Parallel()
	at := operatorURL(start(t, map[string]string{"LLAVE_ADMIN_ADDR": "127.0.0.1:0"}))
	for host, want := range map[string]int{"127.0.0.1": 200, "localhost:1": 200, "evil.example": 421, "llave": 421} {
		if a := sendRequest(t, "GET", at+"/metrics", "Host", host); a.status != want {
			t.Errorf("%s: %d, want %d", host, a.status, want)
		}
	}
}

// This machine is known by the connection, not by what a request says of itself.
func TestThisMachine(t *testing.T) {
	for _, c := range []struct {
		what, peer, host, local, header string
		want                            bool
	}{
		{"loopback", "127.0.0.1:5", "127.0.0.1:8080", "127.0.0.1:8080", "", true},
		{"as IPv6 writes IPv4", "[::ffff:127.0.0.1]:5", "[::1]:8080", "[::1]:8080", "", true},
		{"by its address in the network", "192.0.2.1:5", "192.0.2.1:8080", "192.0.2.1:8080", "", true},
		{"another machine", "192.0.2.7:5", "192.0.2.1:8080", "192.0.2.1:8080", "", false},
		{"another machine that says so", "192.0.2.7:5", "127.0.0.1:8080", "192.0.2.1:8080", "", false},
		{"by the public name", "127.0.0.1:5", "llave.example", "127.0.0.1:8080", "", false},
		{"by another address", "127.0.0.1:5", "192.0.2.1", "127.0.0.1:8080", "", false},
		{"through a proxy", "127.0.0.1:5", "127.0.0.1:8080", "127.0.0.1:8080", "X-Forwarded-Host", false},
		{"no address", "@", "127.0.0.1:8080", "127.0.0.1:8080", "", false},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr, r.Host = c.peer, c.host
		if c.header != "" {
			r.Header.Set(c.header, "x")
		}
		var got bool
		local, _ := net.ResolveTCPAddr("tcp", c.local)
		httpx.WithClient(nil, slog.New(slog.DiscardHandler), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = fromThisMachine(r) })).
			ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local))))
		if got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
