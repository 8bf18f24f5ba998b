package autogestion

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/work"
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
			for n := range 40 {
				w.signsIn(t, proxy, networkClient{address: "203.0.113.6"}, fmt.Sprint("bad", n), unknownCUIL(n), "wrong-wrong").wants(t, 422)
			}
			w.signsIn(t, proxy, networkClient{address: "203.0.113.7"}, "honest", maria, DemoPassword).wants(t, 200, "No se lo digas a nadie")
			b := w.browser(t, proxy)
			b.Transport = networkClient{address: "203.0.113.6"}
			for range resetsADay + 1 {
				b.post("/autogestion/clave", "cuil", unknownCUIL(1))
			}
			honest := w.browser(t, proxy)
			honest.Transport = networkClient{address: "203.0.113.7"}
			honest.post("/autogestion/clave", "cuil", jorge).wants(t, 200)
		})
	}
}

// A forged header does not make a new client: with it, one address would have any number of cheap guesses.
func TestAForgedHeaderBuysNoGuesses(t *testing.T) {
	local, _ := httpx.ParseProxies("127.0.0.1/32")
	for name, trusted := range map[string]httpx.Proxies{"trusted proxy": local, "untrusted proxy": nil, "no proxy": nil} {
		var waited time.Duration
		w := demo(t, func(o *Options) {
			o.Wait = func(_ context.Context, d time.Duration) error { waited = d; return nil }
		})
		proxy := behindProxy(t, w, trusted)
		if name == "no proxy" {
			proxy = httptest.NewServer(httpx.WithClient(trusted, slog.New(slog.DiscardHandler), w.Handler()))
			t.Cleanup(proxy.Close)
		}
		_, path := w.invited(t, "c", "")
		b := w.browser(t, proxy)
		b.Transport = networkClient{address: "203.0.113.6"}
		b.post(path + "/seguir")
		for n := range 25 {
			b.Transport = networkClient{address: "203.0.113.6", forged: fmt.Sprintf("198.51.100.%d", n)}
			b.post(path+"/entrar", "cuil", unknownCUIL(n), "password", "wrong-wrong", "consent", "on").wants(t, 422)
		}
		if waited != work.MaxLevel.Wait() {
			t.Errorf("%s: after 25 failures of one address a try costs %s", name, waited)
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

// Who shares an address with a guesser pays with a dearer proof, and gets in.
func TestWhoSharesAnAddressWithAGuesserGetsIn(t *testing.T) {
	var waited time.Duration
	w := demo(t, func(o *Options) {
		o.Wait = func(_ context.Context, d time.Duration) error { waited = d; return nil }
	})
	if looked := w.guesses(t, "bad", 300, "1.1.1.1", unknownCUIL); looked != 300 {
		t.Errorf("%d of 300 tries were answered", looked)
	}
	i := w.opened(t, "honest", "honest")
	waited = 0
	if err := w.attempt(t, i.URL, "honest", "1.1.1.1", maria, DemoPassword); err != nil || waited != work.MaxLevel.Wait() {
		t.Errorf("a right password: %v, after %s", err, waited)
	}
	i = w.opened(t, "again", "honest")
	waited = 0
	if err := w.attempt(t, i.URL, "honest", "1.1.1.1", maria, DemoPassword); err != nil || waited != 0 {
		t.Errorf("in the browser that signed in: %v, after %s", err, waited)
	}
	w.advance(tallyAddress.window)
	i = w.opened(t, "later", "later")
	if err := w.attempt(t, i.URL, "later", "1.1.1.1", jorge, DemoPassword); err != nil || waited != 0 {
		t.Errorf("an hour later: %v, after %s", err, waited)
	}
}

// Those who wait in the place of a proof are few at an address, so that to wait in parallel is no way to guess.
func TestFewWaitAtAnAddress(t *testing.T) {
	hold, entered := make(chan struct{}), make(chan struct{}, 100)
	w := demo(t, func(o *Options) {
		o.Wait = func(context.Context, time.Duration) error { entered <- struct{}{}; <-hold; return nil }
	})
	i := w.opened(t, "a", "b")
	for range 3 {
		w.attempt(t, i.URL, "b", "1.1.1.1", maria, "wrong-wrong")
	}
	var wg sync.WaitGroup
	wait := func(browser string) {
		j := w.opened(t, browser, browser)
		wg.Go(func() { w.attempt(t, j.URL, browser, "1.1.1.1", maria, "wrong-wrong") })
		<-entered
	}
	wait("0")
	j := w.opened(t, "again", "0")
	if got := why(w.attempt(t, j.URL, "0", "1.1.1.1", maria, DemoPassword)); got != "many_wait" {
		t.Errorf("a second wait of one browser: %s", got)
	}
	for n := 1; n < waitingAtAddress; n++ {
		wait(fmt.Sprint(n))
	}
	if got := why(w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword)); got != "many_wait" {
		t.Errorf("one too many: %s", got)
	}
	c, err := w.work.Challenge(work.MaxLevel)
	if err != nil {
		t.Fatal(err)
	}
	in := form.SignIn{Secret: i.URL, Browser: "b", Address: "1.1.1.1", CUIL: maria, Password: DemoPassword, Consent: true, Proof: work.Solve(c)}
	if err := w.signIn(t.Context(), in); err != nil {
		t.Errorf("with a proof: %v", err)
	}
	close(hold)
	wg.Wait()
	if len(w.waiting.at) != 0 || len(w.waiting.who) != 0 {
		t.Errorf("still waiting: %+v", w.waiting.at)
	}
}

// One address uses up nothing of a person's elsewhere but the tries without a second code, and known browsers not even these.
func TestOneAddressLocksNobodyOutElsewhere(t *testing.T) {
	t.Parallel()
	w := demo(t)
	w.guesses(t, "bad", 2*guessesADay, "1.1.1.1", func(int) string { return maria })
	w.signsInWithSecond(t, "elsewhere")
	i := w.opened(t, "elsewhere again", "elsewhere")
	if err := w.attempt(t, i.URL, "elsewhere", "2.2.2.2", maria, DemoPassword); err != nil {
		t.Errorf("in the browser that signed in: %v", err)
	}
}

// A known browser of an account has as many guesses as all strangers together, from whatever addresses.
func TestAKnownBrowserIsBoundedToo(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "home", "home")
	if err := w.attempt(t, i.URL, "home", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Fatal(err)
	}
	looked := 0
	i = w.opened(t, "stolen", "home")
	for n := range 3 * guessesADay {
		if why(w.attempt(t, i.URL, "home", fmt.Sprint("9.9.9.", n), maria, "wrong-wrong")) == "wrong_password" {
			looked++
		}
	}
	if looked != 2*guessesADay {
		t.Errorf("%d passwords were looked at, want %d", looked, 2*guessesADay)
	}
}
