package autogestion

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"llave/flows/backend"
)

// browser keeps cookies and follows redirects, like a person's.
type browser struct {
	t *testing.T
	http.Client
	base string
}

func (w fixture) browser(t *testing.T, srv *httptest.Server) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{t: t, Client: http.Client{Jar: jar}, base: srv.URL}
}

// page is an answer to a browser.
type page struct {
	status int
	body   string
	header http.Header
}

func (b *browser) read(res *http.Response, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{res.StatusCode, string(body), res.Header}
}

func (b *browser) get(path string) page { b.t.Helper(); return b.read(b.Get(b.base + path)) }

func (b *browser) post(path string, kv ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		form.Set(kv[i], kv[i+1])
	}
	return b.read(b.PostForm(b.base+path, form))
}

func (p page) wants(t *testing.T, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("status %d, want %d", p.status, status)
	}
	for _, s := range texts {
		if !strings.Contains(p.body, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
}

var shownCode = regexp.MustCompile(`<code>([^<]+)</code>`)

func (p page) code(t *testing.T) string {
	t.Helper()
	m := shownCode.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no code on the page: %d", p.status)
	}
	return m[1]
}

// served is a fixture with its pages on a server.
func served(t *testing.T, change ...func(*Options)) (fixture, *httptest.Server) {
	t.Helper()
	w := demo(t, change...)
	srv := httptest.NewServer(w.Handler())
	t.Cleanup(srv.Close)
	return w, srv
}

// invited returns the path of a new invite.
func (w fixture) invited(t *testing.T, chat, back string) (backend.Invite, string) {
	t.Helper()
	i, err := w.Invite(t.Context(), backend.Invitation{Chat: chat, Channel: "Telegram", Label: "···1234", Sender: "Mari <b>\u202eevil", Back: back, Key: chat})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(i.URL)
	return i, u.Path
}

// newServer serves the pages of a fixture.
func newServer(t *testing.T, w fixture) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(w.Handler())
	t.Cleanup(srv.Close)
	return srv
}
