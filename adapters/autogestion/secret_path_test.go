package autogestion

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A text without the form of a secret is not looked up, shown or redirected to, even if a secret stands at its end.
func TestASecretInAPathHasASecretsForm(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	secret := path[strings.LastIndexByte(path, '/')+1:]
	last := "AEIMQUYcgkosw048"
	other := string(last[(strings.IndexByte(last, secret[42])+1)%len(last)])
	for _, bad := range []string{
		"%2e%2e%2f%2e%2e%2f%5cevil.example%2f" + secret, "%2F%2Fevil.example%2F" + secret, "x%0d%0aSet-Cookie:%20a=b%2f" + secret, "%5c%5cevil.example%5c%2f" + secret,
		secret + "%0a", secret + "=", secret[:42], secret[:42] + "%2f", secret + "A", secret[:42] + string(secret[42]+1), "%00", "vencido", strings.Repeat("A", 5000), secret[:21] + "%0a" + secret[21:42],
	} {
		for _, target := range []string{"GET ", "POST /seguir", "POST /no", "POST /entrar"} {
			method, rest, _ := strings.Cut(target, " ")
			req, err := http.NewRequest(method, srv.URL+"/autogestion/vincular/"+bad+rest, nil)
			if err != nil {
				t.Fatal(err)
			}
			b := w.browser(t, srv)
			b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			p := b.read(b.Do(req))
			if p.status != 404 || p.header.Get("Location") != "" || p.header.Get("Set-Cookie") != "" || strings.Contains(p.body, "evil") || strings.Contains(p.body, secret) {
				t.Errorf("%s%s: %d, %v", bad, rest, p.status, p.header)
			}
		}
	}
	w.browser(t, srv).get("/autogestion/vincular/"+secret[:42]+other).wants(t, 404, "ya no sirve")
	w.browser(t, srv).get(path).wants(t, 200, "¿Pediste vincular este chat?", `action="`+path+`/seguir"`)
}

func TestHSTSWhereThePublicAddressIsHTTPS(t *testing.T) {
	for public, want := range map[string]string{"https://llave.example": "max-age=31536000", "http://127.0.0.1:8080": ""} {
		w := demo(t, func(o *Options) { o.PublicURL = public })
		for _, target := range []string{"/autogestion/", "/autogestion/v1/group", "/autogestion/estilo.css", "/autogestion/nada"} {
			rw := httptest.NewRecorder()
			w.Handler().ServeHTTP(rw, httptest.NewRequest("GET", target, nil))
			if got := rw.Header().Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s%s: %q", public, target, got)
			}
		}
	}
}
