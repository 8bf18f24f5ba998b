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

// unknownCUIL returns a well-formed CUIL that no person of the padrón has.
func unknownCUIL(n int) string {
	for v := range 10 {
		cuil := fmt.Sprintf("20%08d%d", 30_000_000+7*n, v)
		if _, fault := backend.ReadCUIL(cuil); fault == "" {
			return cuil
		}
	}
	return unknownCUIL(n + 1_000_000) // one in eleven has no check digit
}

// behindProxy serves the pages through a proxy that names its clients. The test header Test-From holds the address of a
// client.
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

// networkClient is the transport of a client at an address, which may send a forwarding header of its own.
type networkClient struct{ address, forged string }

func (f networkClient) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Test-From", f.address)
	if f.forged != "" {
		r.Header.Set("X-Forwarded-For", f.forged)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// signsIn opens an invite of a new chat in a new browser and tries a password there.
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
				w.signsIn(t, proxy, networkClient{address: "203.0.113.6"}, fmt.Sprint("bad", n), unknownCUIL(n), "wrong-wrong").wants(t, 422)
			}
			w.signsIn(t, proxy, networkClient{address: "203.0.113.7"}, "honest", maria, DemoPassword).wants(t, 200, "No se lo digas a nadie")
			b := w.browser(t, proxy)
			b.Transport = networkClient{address: "203.0.113.6"}
			for range guardForm.bound + 1 {
				b.post("/autogestion/clave", "cuil", unknownCUIL(1))
			}
			honest := w.browser(t, proxy)
			honest.Transport = networkClient{address: "203.0.113.7"}
			honest.post("/autogestion/clave", "cuil", jorge).wants(t, 200)
		})
	}
}

// A forged header does not make a new client: with it, one address would have any number of guesses.
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
			if p := b.post(path+"/entrar", "cuil", unknownCUIL(n), "password", "wrong-wrong", "consent", "on"); p.status == 422 {
				looked++
			}
		}
		if looked != guardAddress.bound {
			t.Errorf("%s: %d passwords were looked at, want %d", name, looked, guardAddress.bound)
		}
	}
}

// guesses tries wrong passwords from one address, each in a new browser and a new chat, and returns how many were checked.
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
	w.guesses(t, "bad", 5*guardAddress.bound, "1.1.1.1", unknownCUIL)
	i := w.opened(t, "honest", "honest")
	if got := why(w.attempt(t, i.URL, "honest", "1.1.1.1", maria, "a-slip-of-the-finger")); got != "wrong_password" {
		t.Errorf("a first slip: %s", got)
	}
	if err := w.attempt(t, i.URL, "honest", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Errorf("the right password: %v", err)
	}
	// Their success takes back no failures of the others: a chat that failed stays locked.
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
		if got := why(w.attempt(t, i.URL, in.Key, "1.1.1.1", unknownCUIL(n), "wrong-wrong")); got != want {
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
	if looked := w.guesses(t, "bad", guardFlood.bound+50, "1.1.1.1", unknownCUIL); looked != guardFlood.bound {
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

// An attempt is counted before the password is checked, and taken back if the password is right: with the lock that it
// brought, but without a lock that another attempt brought in the meantime.
func TestASuccessTakesBackNoLockOfOthers(t *testing.T) {
	w := demo(t)
	for _, c := range []struct {
		name   string
		before int
		locked bool
	}{{"its own lock", guardAddress.bound - 1, false}, {"another one's", guardAddress.bound - 2, true}} {
		address := c.name
		w.guesses(t, c.name, c.before, address, unknownCUIL)
		cuil, _ := backend.ReadCUIL(maria)
		who := w.loginAttempt(cuil, c.name+"honest", form.SignIn{Browser: c.name + "honest", Address: address})
		acc, tried, err := w.recordAttempt(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		w.guesses(t, c.name+"meanwhile", 1, address, unknownCUIL)
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

// One address cannot use up the hundred attempts that a person has a day, however many chats it opens.
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

// A known device of an account has no more guesses than another browser, from whatever addresses.
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
