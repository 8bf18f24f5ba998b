package autogestion

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"llave/adapters/autogestion/client"
	"llave/flows/backend"
	"llave/flows/backend/backendtest"
)

// newClient returns a client with the clock and the key of the tests.
func newClient(t testing.TB, base string, change ...func(*client.Options)) *client.Client {
	t.Helper()
	o := client.Options{URL: base, Key: "bot-key", Now: newClock().Now, Timeout: 10 * time.Second}
	for _, f := range change {
		f(&o)
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// clientFixture is the fixture of the suite with HTTP in between: the ports are asked over a socket.
type clientFixture struct {
	*suiteFixture
	client *client.Client
}

func (w *clientFixture) Tokens() backend.Tokens { return w.client }
func (w *clientFixture) Links() backend.Links   { return w.client }
func (w *clientFixture) Sheets() backend.Sheets { return w.client }

func TestClientSuite(t *testing.T) {
	t.Parallel()
	backendtest.Suite(t, func(t *testing.T) backendtest.Fixture {
		embedded := &suiteFixture{fixture: demo(t), csv: string(demoCSV)}
		return &clientFixture{embedded, embedded.remote(t)}
	})
}

// remote returns a client of the fixture's service, on a port of its own.
func (w fixture) remote(t testing.TB, change ...func(*client.Options)) *client.Client {
	t.Helper()
	srv := httptest.NewServer(w.Handler())
	t.Cleanup(srv.Close)
	return newClient(t, srv.URL, append([]func(*client.Options){func(o *client.Options) { o.Now = w.clock.Now }}, change...)...)
}

// The declared capabilities arrive.
func TestClientKnowsTheCapabilities(t *testing.T) {
	w := demo(t)
	embedded, _ := w.Capabilities(t.Context())
	remote, err := w.remote(t).Capabilities(t.Context())
	if err != nil || embedded != remote || !remote.Keys {
		t.Errorf("declared %+v, arrived %+v, %v", embedded, remote, err)
	}
}

func TestClientUnderAPathPrefix(t *testing.T) {
	w := demo(t)
	srv := httptest.NewServer(http.StripPrefix("/salud", w.Handler()))
	defer srv.Close()
	if _, err := newClient(t, srv.URL+"/salud/").Capabilities(t.Context()); err != nil {
		t.Error(err)
	}
}
