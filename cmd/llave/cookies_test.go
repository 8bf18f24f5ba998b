package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every cookie is for https only where the browser came by https, as the public address or a trusted proxy says.
func TestCookiesAreForHTTPSWhereTheBrowserCameByIt(t *testing.T) {
	t.Parallel()
	person := url.Values{"cuil": {"27-99999001-6"}, "password": {"llave-demo"}}
	agent := url.Values{"user": {"ana"}, "password": {"llave-demo"}}
	for name, c := range map[string]struct {
		public, proxies string
		says            string // X-Forwarded-Proto
		secure, desk    bool   // the desk has an address of its own
	}{
		"plain":                          {"", "", "", false, false},
		"a trusted proxy with https":     {"", "127.0.0.1", "https", true, true},
		"the first of two proxies":       {"", "127.0.0.1", "HTTPS, http", true, true},
		"a trusted proxy with http":      {"", "127.0.0.1", "http", false, false},
		"a proxy that nobody named":      {"", "", "https", false, false},
		"a public address that is https": {"https://llave.example", "", "", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"LLAVE_PUBLIC_URL": c.public, "LLAVE_DEMO": "1", "LLAVE_TRUSTED_PROXIES": c.proxies, "LLAVE_ADMIN_ADDR": "127.0.0.1:0", "LLAVE_ADDR": freeAddr(t)}
			x := start(t, env)
			admin := operatorURL(x)
			public := "http://" + env["LLAVE_ADDR"]
			for want, form := range map[string]struct {
				at   string
				form url.Values
			}{
				"chat":        {public + "/", nil},
				"autogestion": {public + "/autogestion/mi-cuenta", person},
				"micuenta":    {public + "/autogestion/mi-cuenta", person},
				"mesa":        {admin + "/mesa/entrar", agent},
			} {
				secure := c.secure && (want != "mesa" || c.desk)
				got := cookieOf(t, form.at, form.form, c.says, want)
				if got == nil || got.Secure != secure || !got.HttpOnly {
					t.Errorf("%s: %+v, want Secure %v", want, got, secure)
				}
			}
		})
	}
}

// cookieOf is a cookie of the answer to a request that a proxy passes on.
func cookieOf(t *testing.T, at string, form url.Values, scheme, name string) *http.Cookie {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequest(method, at, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if scheme != "" {
		req.Header.Set("X-Forwarded-Proto", scheme)
		req.Header.Set("X-Forwarded-For", "203.0.113.9")
	}
	jar, _ := cookiejar.New(nil)
	client := http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	i := slices.IndexFunc(res.Cookies(), func(c *http.Cookie) bool { return strings.TrimPrefix(c.Name, "__Host-") == name })
	if i < 0 {
		return nil
	}
	return res.Cookies()[i]
}

// The table above has every place that sets a cookie: a new one joins it.
func TestEveryCookieIsInTheTable(t *testing.T) {
	known := []string{"adapters/desk/session.go", "adapters/httpx/cookie.go", "cmd/llave/whatsapp_page.go"}
	users := []string{"adapters/autogestion/web/cookie.go", "adapters/autogestion/web/mine.go", "adapters/webchat/cookie.go"}
	for _, folder := range []string{"adapters", "bot", "cmd/llave", "flows", "store"} {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test") {
				return err
			}
			raw, err := os.ReadFile(path)
			name, _ := filepath.Rel(filepath.Join("..", ".."), path)
			text := string(raw)
			if (strings.Contains(text, "http.Cookie{") || strings.Contains(text, "scs.New()") || strings.Contains(text, `"Set-Cookie"`)) && !slices.Contains(known, name) {
				t.Errorf("%s makes a cookie of its own", name)
			}
			if strings.Contains(text, "httpx.Cookie{") && !slices.Contains(users, name) {
				t.Errorf("%s has a cookie that the table does not have", name)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
