package webchat

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
)

// fakeBot is a bot that keeps what it is given.
type fakeBot struct {
	mu    sync.Mutex
	got   []bot.Update
	seen  map[string]bool
	check func(bot.Update) error // called before it is kept
}

func (b *fakeBot) Accept(_ context.Context, u bot.Update) error {
	b.mu.Lock()
	check := b.check
	b.mu.Unlock()
	if check != nil {
		if err := check(u); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if key := string(u.Chat) + u.ID; !b.seen[key] {
		b.seen[key] = true
		b.got = append(b.got, u)
	}
	return nil
}

func (b *fakeBot) does(check func(bot.Update) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.check = check
}

func (b *fakeBot) updates() []bot.Update {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]bot.Update(nil), b.got...)
}

// clock is a clock that can be set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// fixture is a web chat behind a real server.
type fixture struct {
	t     *testing.T
	web   *Web
	bot   *fakeBot
	srv   *httptest.Server
	clock *clock
	opt   Options
}

func newFixture(t *testing.T, change ...func(*Options)) *fixture {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
	o := Options{Path: filepath.Join(t.TempDir(), "webchat.db"), Key: bytes.Repeat([]byte{3}, 32), PublicURL: "http://llave.test", MesaPhone: "221-351-0282", Now: c.now}
	for _, f := range change {
		f(&o)
	}
	onRedis(t, &o)
	w := &fixture{t: t, clock: c, bot: &fakeBot{seen: map[string]bool{}}, opt: o}
	w.start()
	t.Cleanup(w.stop)
	return w
}

func (w *fixture) start() {
	w.t.Helper()
	var err error
	if w.web, err = Open(w.t.Context(), w.opt); err != nil {
		w.t.Fatal(err)
	}
	w.srv = httptest.NewServer(w.web.Handler(w.bot))
}

func (w *fixture) stop() {
	w.web.Leave()
	w.srv.Close()
	if err := w.web.Close(); err != nil {
		w.t.Error(err)
	}
}

// says sends a reply into a chat, as the relay would.
func (w *fixture) says(chat bot.ChatID, id string, r bot.Reply) {
	w.t.Helper()
	r.ID = id
	if r.Kind == "" {
		r.Kind = bot.Say
	}
	if err := w.web.Send(w.t.Context(), chat, r); err != nil {
		w.t.Fatal(err)
	}
}

// person is a person's browser.
type person struct {
	*fixture
	http.Client
	n int
}

func (w *fixture) person() *person {
	jar, _ := cookiejar.New(nil)
	p := &person{fixture: w, Client: http.Client{Jar: jar}}
	p.get("/").Body.Close()
	return p
}

func (p *person) get(path string) *http.Response {
	p.t.Helper()
	res, err := p.Get(p.srv.URL + path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { res.Body.Close() })
	return res
}

// cookie is what the browser was given.
func (p *person) cookie() string {
	p.t.Helper()
	req, _ := http.NewRequest(http.MethodGet, p.srv.URL, nil)
	for _, c := range p.Jar.Cookies(req.URL) {
		if c.Name == "chat" {
			return c.Value
		}
	}
	p.t.Fatal("the browser has no cookie")
	return ""
}

func (p *person) chat() bot.ChatID { return chatID(p.cookie()) }

// id is one that the page could have drawn.
func id(n int) string { return fmt.Sprintf("%032x", n) }

// posts sends a body as the page does.
func (p *person) posts(path string, body any, change ...func(*http.Request)) *http.Response {
	p.t.Helper()
	raw, ok := body.(string)
	if !ok {
		b, _ := json.Marshal(body)
		raw = string(b)
	}
	req, _ := http.NewRequest(http.MethodPost, p.srv.URL+path, strings.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	for _, f := range change {
		f(req)
	}
	res, err := p.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { res.Body.Close() })
	return res
}

type formData map[string]any

// writes sends a text, which is taken.
func (p *person) writes(text string) {
	p.t.Helper()
	p.n++
	if res := p.posts("/chat/messages", formData{"id": id(p.n), "text": text}); res.StatusCode != http.StatusAccepted {
		p.t.Fatalf("%q: %s", text, res.Status)
	}
}

func (p *person) refused(res *http.Response, status int, why string) {
	p.t.Helper()
	var body map[string]string
	_ = json.NewDecoder(res.Body).Decode(&body)
	if res.StatusCode != status || body["why"] != why || body["error"] == "" || body["error"] == why {
		p.t.Errorf("answered %s %v, want %d %s and a sentence", res.Status, body, status, why)
	}
}

// event is one of a stream.
type event struct {
	kind, id, data string
	pageEntry
}

// feed is an open page's stream.
type feed struct {
	t      *testing.T
	events chan event
	close  func()
}

// follows opens a stream; the header wins over the address.
func (p *person) follows(after, header string) *feed {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, p.srv.URL+"/chat/events?after="+after, nil)
	if header != "" {
		req.Header.Set("Last-Event-ID", header)
	}
	res, err := p.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		p.t.Fatalf("stream: %s", res.Status)
	}
	f := &feed{t: p.t, events: make(chan event, 1000), close: cancel}
	go f.read(res.Body)
	p.t.Cleanup(cancel)
	return f
}

func (f *feed) read(body io.ReadCloser) {
	defer body.Close()
	defer close(f.events)
	var e event
	in := bufio.NewScanner(body)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		name, value, _ := strings.Cut(in.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.kind = value
		case "data":
			e.data = value
			_ = json.Unmarshal([]byte(value), &e.pageEntry)
		case "":
			if e.id != "" || e.kind != "" && e.kind != "hello" {
				f.events <- e
			}
			e = event{}
		}
	}
}

func (f *feed) next() event {
	f.t.Helper()
	select {
	case e, ok := <-f.events:
		if !ok {
			return event{kind: "end"}
		}
		return e
	case <-time.After(10 * time.Second):
		f.t.Fatal("nothing comes")
		return event{}
	}
}

// until reads up to an event of a kind, and returns the texts on the way.
func (f *feed) until(kind string) (texts []string, ids []string) {
	f.t.Helper()
	for {
		e := f.next()
		if e.kind == kind {
			return texts, ids
		}
		if e.kind == "end" {
			f.t.Fatalf("the stream ends after %v", texts)
		}
		if e.kind != "" {
			texts = append(texts, "<"+e.kind+">")
			continue
		}
		texts, ids = append(texts, e.text()), append(ids, e.id)
	}
}

// text is an entry's, in one piece, with who said it.
func (s pageEntry) text() string {
	var b strings.Builder
	for _, p := range s.Parts {
		b.WriteString(p[1])
	}
	return s.Who + ": " + b.String()
}

// told is what a page that comes back is told.
func (p *person) told(after, header string) (texts []string) {
	p.t.Helper()
	f := p.follows(after, header)
	defer p.left(f)
	texts, _ = f.until("ready")
	return texts
}

// left closes a stream and waits until the server has noticed.
func (p *person) left(f *feed) {
	p.t.Helper()
	open := p.web.hub.open()
	f.close()
	for late := time.Now().Add(5 * time.Second); p.web.hub.open() >= open && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}
}

// history is all that a page that is opened now shows.
func (p *person) history() []string {
	p.t.Helper()
	return p.told("", "")
}

// sqlite is the history of a web chat with a file.
func (w *Web) sqlite() *sqliteHistory { return w.history.(*sqliteHistory) }

// open is how many pages wait.
func (h *hub) open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n
}
