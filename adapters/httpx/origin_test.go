package httpx

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestFormsOfOtherSitesAreDenied(t *testing.T) {
	denied := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	h := SameOrigin("https://Llave.example:443", denied, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, c := range []struct {
		name   string
		host   string
		header map[string]string
		status int
	}{
		{"no browser", "llave.example", nil, 200},
		{"our form", "llave.example", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://llave.example"}, 200},
		{"our form, old browser", "llave.example", map[string]string{"Origin": "https://llave.example"}, 200},
		{"our form, very old browser", "llave.example", map[string]string{"Referer": "https://llave.example/autogestion/clave"}, 200},
		{"our form, the proxy names itself, modern", "127.0.0.1:8080", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://llave.example"}, 200},
		{"our form, the proxy names itself, old", "127.0.0.1:8080", map[string]string{"Origin": "https://llave.example"}, 200},
		{"our form, the proxy names itself, very old", "127.0.0.1:8080", map[string]string{"Referer": "https://llave.example/"}, 200},
		{"our form on this machine", "127.0.0.1:8080", map[string]string{"Origin": "http://127.0.0.1:8080"}, 200},
		{"another site", "llave.example", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403},
		{"a neighbour", "llave.example", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://x.llave.example"}, 403},
		{"another site, old browser", "llave.example", map[string]string{"Origin": "https://evil.example"}, 403},
		{"another site that hides, old browser", "llave.example", map[string]string{"Origin": "null"}, 403},
		{"another site that hides, plain http", "127.0.0.1:8080", map[string]string{"Origin": "null"}, 403},
		{"another site, very old browser", "llave.example", map[string]string{"Referer": "https://evil.example/llave.example"}, 403},
		{"a name like ours, very old browser", "llave.example", map[string]string{"Referer": "https://llave.example.evil.example/"}, 403},
		{"a page that is no site's", "llave.example", map[string]string{"Referer": "android-app://evil"}, 403},
	} {
		for method, want := range map[string]int{"POST": c.status, "GET": 200} {
			r := httptest.NewRequest(method, "/", nil)
			r.Host = c.host
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			rw := httptest.NewRecorder()
			h.ServeHTTP(rw, r)
			if rw.Code != want {
				t.Errorf("%s, %s: %d, want %d", c.name, method, rw.Code, want)
			}
		}
	}
}
