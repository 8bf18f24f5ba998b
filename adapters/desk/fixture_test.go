package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/desktest"
	"llave/bot"
)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// fixture is a desk on a server of its own.
type fixture struct {
	t      testing.TB
	db     *archive.Archive
	engine *desktest.Engine
	desk   *Desk
	clock  *clock
	url    string
	log    *bytes.Buffer
	drops  func() // ends all connections
}

// lowCost is quick to hash.
var lowCost = &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	// Monday, 15:00 in Buenos Aires. Sessions go by the machine's clock: it is near enough for what is asked of them here.
	c := &clock{t: time.Now().UTC().Truncate(24 * time.Hour).Add(18 * time.Hour)}
	f := &fixture{t: t, clock: c, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(&lockedWriter{w: f.log}, nil))
	db, err := archive.Open(t.Context(), archive.Options{Path: filepath.Join(t.TempDir(), "mesa.db"), Key: bytes.Repeat([]byte{7}, 32), Cost: lowCost, Now: c.now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.db, f.engine = db, desktest.New(db, c.now)
	f.desk, err = New(Options{Archive: db, Actor: f.engine, Chats: f.engine, Channel: f.engine.Channel, Now: c.now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f.desk.Handler())
	f.url = server.URL
	t.Cleanup(func() {
		f.desk.Leave()
		server.Close()
		if err := f.desk.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// adds an agent of a role, with the demo's password.
func (f *fixture) adds(user string, role bot.Role) {
	f.t.Helper()
	_, err := f.db.AddAgent(context.Background(), bot.Agent{ID: bot.AgentID(user), Name: strings.ToUpper(user[:1]) + user[1:], Role: role}, "")
	if err != nil {
		f.t.Fatal(err)
	}
}

// maria is the affiliate of most tests.
func maria() desktest.Affiliate {
	return desktest.Affiliate{Chat: "whatsapp/bot/1234", Channel: "WhatsApp", Label: "···1234", Sender: "Male"}
}

func jorge() desktest.Affiliate {
	return desktest.Affiliate{Chat: "telegram/bot/5531", Channel: "Telegram", Label: "···5531", Sender: "Jorge Acosta"}
}

// mariaCard is what the script tells of her.
func (f *fixture) mariaCard() card {
	now := f.clock.now()
	return card{Linked: true, User: "María Elena Gómez",
		Members: []cardMember{{"1", "María Elena Gómez", "9-4071852/00", "", "EN PADRÓN", ""}, {"3", "Juana Ruiz", "9-4071852/02", "hija", "EN PADRÓN", ""}, {"6", "Lucía Ruiz", "9-4071852/05", "nieta", "BAJA POR EDAD", ""}},
		Wished:  []cardStep{{now.Add(-31 * time.Minute), "token", []string{"Juana Ruiz"}, "given"}, {now.Add(-2 * time.Minute), "rejected", []string{"Juana Ruiz"}, "used"}, {now.Add(-time.Minute), "another", []string{"Juana Ruiz"}, ""}},
		Token:   &cardToken{Member: "Juana Ruiz", State: "used", At: now.Add(-2 * time.Minute)}}
}

// opens opens María Elena's case with her first words in it.
func (f *fixture) opens() uint64 {
	id := f.engine.Opens(maria(), "rejected", f.mariaCard())
	f.engine.Says(maria().Chat, "quiero hablar con una persona")
	return id
}

// client is a browser without scripts.
type browser struct {
	f *fixture
	http.Client
}

func (f *fixture) browser() *browser {
	jar, _ := cookiejar.New(nil)
	b := &browser{f: f}
	b.Jar = jar
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

// signedIn is a browser of an agent of the demo.
func (f *fixture) signedIn(user string) *browser {
	f.t.Helper()
	b := f.browser()
	if got := b.posts("/mesa/entrar", url.Values{"user": {user}, "password": {archive.DemoPassword}}); got.status != 200 {
		f.t.Fatalf("%s cannot sign in: %d %s", user, got.status, got.body)
	}
	return b
}

// answer is what came of a request.
type answer struct {
	status int
	body   string
	header http.Header
	json   map[string]any
}

func (a answer) why() string { s, _ := a.json["why"].(string); return s }

func (b *browser) do(method, path, kind string, body io.Reader, accept string) answer {
	b.f.t.Helper()
	r, err := http.NewRequest(method, b.f.url+path, body)
	if err != nil {
		b.f.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Accept", accept)
	resp, err := b.Do(r)
	if err != nil {
		b.f.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	a := answer{status: resp.StatusCode, body: string(raw), header: resp.Header}
	_ = json.Unmarshal(raw, &a.json)
	return a
}

const (
	asJSON = "application/json"
	asPage = "text/html"
)

func (b *browser) gets(path string) answer { return b.do("GET", path, "", nil, asJSON) }

func (b *browser) page(path string) answer { return b.do("GET", path, "", nil, asPage) }

func (b *browser) posts(path string, v url.Values) answer {
	return b.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()), asJSON)
}

func (b *browser) submits(path string, v url.Values) answer {
	return b.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()), asPage)
}

// uploads sends a file with a message.
func (b *browser) uploads(path string, v url.Values, name string, data []byte) answer {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k := range v {
		_ = w.WriteField(k, v.Get(k))
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(data)
	_ = w.Close()
	return b.do("POST", path, w.FormDataContentType(), &body, asJSON)
}

// form is the fields of an act, as a page that has seen everything has them.
func (b *browser) form(id uint64, more ...string) url.Values {
	b.f.t.Helper()
	got, err := b.f.db.Case(context.Background(), id, "")
	if err != nil {
		b.f.t.Fatal(err)
	}
	v := url.Values{"act": {newAct()}, "epoch": {fmt.Sprint(got.Epoch)}, "seen": {fmt.Sprint(got.Last)}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// acts posts to a route of a case.
func (b *browser) acts(id uint64, route string, more ...string) answer {
	b.f.t.Helper()
	return b.posts(fmt.Sprintf("/mesa/casos/%d/%s", id, route), b.form(id, more...))
}
