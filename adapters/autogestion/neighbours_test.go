package autogestion

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// nobodysCUIL is a well-formed CUIL of nobody in the padrón.
func nobodysCUIL(n int) string {
	for v := range 10 {
		cuil := fmt.Sprintf("20%08d%d", 30_000_000+7*n, v)
		if _, fault := backend.ReadCUIL(cuil); fault == "" {
			return cuil
		}
	}
	return nobodysCUIL(n + 1_000_000) // one in eleven has no check digit
}

// behindProxy serves a world's pages through a proxy that tells whom it asks for, as browsers name themselves with the
// header Test-From.
func behindProxy(t *testing.T, w fixture, trusted httpx.Proxies) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(httpx.WithClient(trusted, slog.New(slog.DiscardHandler), w.Handler()))
	t.Cleanup(srv.Close)
	to, _ := url.Parse(srv.URL)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		own := append(r.In.Header.Values("X-Forwarded-For"), r.In.Header.Get("Test-From"))
		r.Out.Header.Set("X-Forwarded-For", strings.Join(own, ", "))
	}})
	t.Cleanup(proxy.Close)
	return proxy
}

// from is a transport of somebody at an address, who may write a forwarding header of their own.
type networkClient struct{ address, forged string }

func (f networkClient) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Test-From", f.address)
	if f.forged != "" {
		r.Header.Set("X-Forwarded-For", f.forged)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// signsIn opens an invite of a chat's own in a new browser and tries a password there.
func (w fixture) signsIn(t *testing.T, srv *httptest.Server, who networkClient, chat, cuil, password string) page {
	t.Helper()
	_, path := w.invited(t, chat, "")
	b := w.browser(t, srv)
	b.Transport = who
	b.post(path + "/seguir")
	return b.post(path+"/entrar", "cuil", cuil, "password", password, "consent", "on")
}

func TestOnePersonBehindAProxyLocksNobodyElse(t *testing.T) {
	local, err := httpx.ParseProxies("127.0.0.1/32")
	if err != nil {
		t.Fatal(err)
	}
	for name, trusted := range map[string]httpx.Proxies{"named in the configuration": local, "not named": nil} {
		t.Run(name, func(t *testing.T) {
			w := demo(t)
			proxy := behindProxy(t, w, trusted)
			for n := range 2 * guardAddress.bound {
				w.signsIn(t, proxy, networkClient{address: "203.0.113.6"}, fmt.Sprint("bad", n), nobodysCUIL(n), "wrong-wrong").wants(t, 422)
			}
			w.signsIn(t, proxy, networkClient{address: "203.0.113.7"}, "honest", maria, DemoPassword).wants(t, 200, "No se lo digas a nadie")
			b := w.browser(t, proxy)
			b.Transport = networkClient{address: "203.0.113.6"}
			for range guardForm.bound + 1 {
				b.post("/autogestion/clave", "cuil", nobodysCUIL(1))
			}
			honest := w.browser(t, proxy)
			honest.Transport = networkClient{address: "203.0.113.7"}
			honest.post("/autogestion/clave", "cuil", jorge).wants(t, 200)
		})
	}
}

// A header that anybody may write makes nobody new: with it, one address would have as many guesses as it likes.
func TestAForgedHeaderBuysNoGuesses(t *testing.T) {
	local, _ := httpx.ParseProxies("127.0.0.1/32")
	for name, trusted := range map[string]httpx.Proxies{"trusted proxy": local, "untrusted proxy": nil, "no proxy": nil} {
		w := demo(t)
		proxy := behindProxy(t, w, trusted)
		if name == "no proxy" {
			proxy = httptest.NewServer(httpx.WithClient(trusted, slog.New(slog.DiscardHandler), w.Handler()))
			t.Cleanup(proxy.Close)
		}
		_, path := w.invited(t, "c", "")
		b := w.browser(t, proxy)
		b.Transport = networkClient{address: "203.0.113.6"}
		b.post(path + "/seguir")
		looked := 0
		for n := range 3 * guardAddress.bound {
			b.Transport = networkClient{address: "203.0.113.6", forged: fmt.Sprintf("198.51.100.%d", n)}
			if p := b.post(path+"/entrar", "cuil", nobodysCUIL(n), "password", "wrong-wrong", "consent", "on"); p.status == 422 {
				looked++
			}
		}
		if looked != guardAddress.bound {
			t.Errorf("%s: %d passwords were looked at, want %d", name, looked, guardAddress.bound)
		}
	}
}

// guesses tries wrong passwords from one address, each time in a new browser and a new chat, and counts those that were
// looked at.
func (w fixture) guesses(t *testing.T, tag string, n int, address string, cuil func(int) string) (looked int) {
	t.Helper()
	for k := range n {
		chat := fmt.Sprint(tag, k)
		if why(w.attempt(t, w.opened(t, chat, chat).URL, chat, address, cuil(k), "wrong-wrong")) == "wrong_password" {
			looked++
		}
	}
	return looked
}

func TestWhoSharesAnAddressWithAGuesserGetsIn(t *testing.T) {
	w := demo(t)
	w.guesses(t, "bad", 5*guardAddress.bound, "1.1.1.1", nobodysCUIL)
	i := w.opened(t, "honest", "honest")
	if got := why(w.attempt(t, i.URL, "honest", "1.1.1.1", maria, "a-slip-of-the-finger")); got != "wrong_password" {
		t.Errorf("a first slip: %s", got)
	}
	if err := w.attempt(t, i.URL, "honest", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Errorf("the right password: %v", err)
	}
	// Their success takes nothing back of what the others did: a chat that failed stays out.
	for n, want := range []string{"wrong_password", "throttled"} {
		in := invitationOf("bad0")
		in.Key = fmt.Sprint("again", n)
		i, err := w.Invite(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.goOn(t.Context(), i.URL, in.Key); err != nil {
			t.Fatal(err)
		}
		if got := why(w.attempt(t, i.URL, in.Key, "1.1.1.1", nobodysCUIL(n), "wrong-wrong")); got != want {
			t.Errorf("failure %d of one chat, each in a new browser: %s, want %s", n+2, got, want)
		}
	}
}

func TestGuessesFromAnAddressAreBounded(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := demo(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	home := w.opened(t, "home", "home")
	if err := w.attempt(t, home.URL, "home", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Fatal(err)
	}
	if looked := w.guesses(t, "bad", guardFlood.bound+50, "1.1.1.1", nobodysCUIL); looked != guardFlood.bound {
		t.Errorf("%d passwords were looked at, want %d", looked, guardFlood.bound)
	}
	again := w.opened(t, "home-again", "home")
	if err := w.attempt(t, again.URL, "home", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Errorf("a browser that signed in before: %v", err)
	}
	var no *form.Refused
	i := w.opened(t, "new", "new")
	if err := w.attempt(t, i.URL, "new", "1.1.1.1", jorge, DemoPassword); !errors.As(err, &no) || no.Wait != guardFlood.lock {
		t.Errorf("a new browser: %v", err)
	}
	w.advance(guardFlood.lock)
	i = w.opened(t, "newer", "newer")
	if err := w.attempt(t, i.URL, "newer", "1.1.1.1", jorge, DemoPassword); err != nil {
		t.Errorf("a new browser, ten minutes later: %v", err)
	}
	if n := strings.Count(log.String(), "too many failed sign-ins"); n != 1 || strings.Contains(log.String(), "1.1.1.1") {
		t.Errorf("logged %d times: %s", n, &log)
	}
}

// A try is counted before the password is looked at, and taken back if it was right: with the lock that it brought, but not
// with one that another try brought in the meantime.
func TestASuccessTakesBackNoLockOfOthers(t *testing.T) {
	w := demo(t)
	for _, c := range []struct {
		name   string
		before int
		locked bool
	}{{"its own lock", guardAddress.bound - 1, false}, {"another one's", guardAddress.bound - 2, true}} {
		address := c.name
		w.guesses(t, c.name, c.before, address, nobodysCUIL)
		cuil, _ := backend.ReadCUIL(maria)
		who := w.loginAttempt(cuil, c.name+"honest", form.SignIn{Browser: c.name + "honest", Address: address})
		acc, tried, err := w.recordAttempt(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		w.guesses(t, c.name+"meanwhile", 1, address, nobodysCUIL)
		err = w.write(t.Context(), func(tx *sql.Tx, now time.Time) error {
			if err := w.recordSuccess(t.Context(), tx, who, tried, acc.id, now); err != nil {
				return err
			}
			until, err := w.lockedUntil(t.Context(), tx, guardAddress, address, now)
			if locked := !until.IsZero(); locked != c.locked {
				t.Errorf("%s: the address is locked: %v", c.name, locked)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// One address cannot use up the hundred tries that a person has a day, however many chats it opens.
func TestOneAddressLocksNobodyOutElsewhere(t *testing.T) {
	t.Parallel()
	w := demo(t)
	looked := 0
	for n := range 24 * 12 { // every five minutes of a day
		looked += w.guesses(t, fmt.Sprint("bad", n, "-"), 3, "1.1.1.1", func(int) string { return maria })
		w.advance(5 * time.Minute)
	}
	if looked == 0 || looked > guardAccount.bound/2 {
		t.Errorf("%d passwords of one person were looked at in a day", looked)
	}
	i := w.opened(t, "elsewhere", "elsewhere")
	if err := w.attempt(t, i.URL, "elsewhere", "2.2.2.2", maria, DemoPassword); err != nil {
		t.Errorf("the person elsewhere: %v", err)
	}
}

// A browser that is known to an account has no more guesses than another one, from whatever addresses.
func TestAKnownBrowserIsBoundedToo(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "home", "home")
	if err := w.attempt(t, i.URL, "home", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Fatal(err)
	}
	looked := 0
	i = w.opened(t, "stolen", "home")
	for n := range 50 {
		if why(w.attempt(t, i.URL, "home", fmt.Sprint("9.9.9.", n), maria, "wrong-wrong")) == "wrong_password" {
			looked++
		}
	}
	if looked != guardPair.bound {
		t.Errorf("%d passwords were looked at, want %d", looked, guardPair.bound)
	}
}

// What is no secret by its form is neither looked up nor shown nor redirected to, even if a secret stands at its end.
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
