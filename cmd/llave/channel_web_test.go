package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"llave/adapters/webchat"
	"llave/bot"
	"llave/bot/keyring"
)

// tabs is the web chat: each person has a page open, and sees what its stream brings.
type tabs struct {
	w       *fixture
	web     *webchat.Web
	handler http.Handler
	m       map[string]*tab
	done    sync.WaitGroup
}

// tab is a page. It speaks to the handler as a browser does, without a network between.
type tab struct {
	cookie *http.Cookie
	cancel context.CancelFunc
	last   []byte // body that was posted last

	mu     sync.Mutex
	unread []string
	files  map[string]string // name by address, not fetched yet
	offers event             // the newest entry, if it can be answered
	came   time.Time         // and when it came
}

// event is an entry as the page gets it.
type event struct {
	Who      string      `json:"who"`
	Parts    [][2]string `json:"parts"`
	Question string      `json:"question"`
	Choices  []bot.Option
	Copy     string
	Copies   []string
	File     *struct {
		Name, Type, Alt, URL string
		Picture              bool
	}
}

func newTabs(string) channelDriver { return &tabs{m: map[string]*tab{"yo": {}, "otro": {}}} }

func (d *tabs) channels(w *fixture) map[string]bot.Channel {
	d.w = w
	var err error
	d.web, err = webchat.Open(w.t.Context(), webchat.Options{Path: filepath.Join(w.t.TempDir(), "webchat.db"), Key: bytes.Repeat([]byte{9}, keyring.KeySize), PublicURL: "http://llave.test", Now: w.now, Mask: func(text string) string { return w.script.Mask(text).Text }})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := d.web.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return map[string]bot.Channel{webchat.Channel: d.web}
}

func (d *tabs) open() {
	d.handler = d.web.Handler(d.w.engine)
	for _, t := range d.m {
		d.load(t)
	}
}

// load opens the page: it brings the cookie, and then the stream.
func (d *tabs) load(t *tab) {
	rec := httptest.NewRecorder()
	d.handler.ServeHTTP(rec, httptest.NewRequest("GET", "http://llave.test/", nil))
	t.cookie = rec.Result().Cookies()[0]
	ctx, cancel := context.WithCancel(d.w.t.Context())
	t.cancel = cancel
	r := httptest.NewRequest("GET", "http://llave.test/chat/events", nil).WithContext(ctx)
	r.AddCookie(t.cookie)
	d.done.Go(func() { d.handler.ServeHTTP(&stream{to: t, header: http.Header{}}, r) })
}

func (d *tabs) close() {
	for _, t := range d.m {
		t.cancel()
	}
	d.done.Wait()
}

func (d *tabs) chat(who string) (bot.ChatID, string, string) {
	sum := sha256.Sum256([]byte(d.m[who].cookie.Value))
	id, _ := bot.NewChatID(webchat.Channel, "local", base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
	return id, "Chat web", "de este navegador"
}

func (d *tabs) say(who, text string) {
	t := d.m[who]
	m := map[string]any{"id": fmt.Sprintf("transcript-%08d", d.w.n)}
	if d.w.ago > 0 {
		m["ago"] = d.w.ago.Milliseconds()
		d.w.ago = 0
	}
	if text == "(closed)" {
		d.forget(t)
		return
	}
	if !t.does(m, text, d.w.code) {
		t.mu.Lock()
		t.unread = append(t.unread, notOnThisChannel)
		t.mu.Unlock()
		return
	}
	t.last, _ = json.Marshal(m)
	d.post(t, "messages", t.last)
}

// does puts into a message what the person does; false if the page has no such thing.
func (t *tab) does(m map[string]any, text, code string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	arg, start := strings.CutPrefix(text, "/start")
	arg = strings.TrimSpace(arg)
	switch {
	case text[0] == '[':
		for _, o := range t.offers.Choices {
			if "["+o.Text+"]" == text {
				m["question"], m["value"] = t.offers.Question, o.Value
				return true
			}
		}
		return false
	case whoseDevice[text] != "":
		m["device"] = whoseDevice[text]
	case text[0] == '(' || start && arg == "":
		return false
	case start && arg == code:
		m["code"] = arg
	case start:
		m["start"] = arg
	default:
		m["text"] = text
	}
	return true
}

// post sends a body as the page does: again after the time in Retry-After.
func (d *tabs) post(t *tab, where string, body []byte) {
	for {
		r := httptest.NewRequest("POST", "http://llave.test/chat/"+where, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 15) Chrome/140.0")
		r.AddCookie(t.cookie)
		rec := httptest.NewRecorder()
		d.handler.ServeHTTP(rec, r)
		if rec.Code < 300 {
			return
		}
		after, err := strconv.Atoi(rec.Header().Get("Retry-After"))
		if err != nil {
			d.w.t.Fatalf("the page is refused: %d %s", rec.Code, rec.Body)
		}
		time.Sleep(time.Duration(after) * time.Second)
	}
}

// forget is «borrar esta conversación»: the browser goes on with another chat.
func (d *tabs) forget(t *tab) {
	d.post(t, "forget", []byte("{}"))
	t.cancel()
	synctest.Wait()
	d.load(t)
}

func (d *tabs) repeat() {
	for _, t := range d.m {
		if t.last != nil {
			d.post(t, "messages", t.last)
		}
	}
}

func (d *tabs) newMessages() []shownMessage {
	for _, t := range d.m {
		d.fetch(t)
	}
	return collectUnread(func(who string) (*sync.Mutex, *[]string) { t := d.m[who]; return &t.mu, &t.unread })
}

// fetch loads the files that have come, as a tap on them does.
func (d *tabs) fetch(t *tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for url, name := range t.files {
		r := httptest.NewRequest("GET", "http://llave.test"+url, nil)
		r.AddCookie(t.cookie)
		rec := httptest.NewRecorder()
		d.handler.ServeHTTP(rec, r)
		d.w.files.wantRendered(d.w.t, name, rec.Body.Bytes())
	}
	t.files = nil
}

// stream is where the handler writes a page's events.
type stream struct {
	to     *tab
	header http.Header
}

func (s *stream) Header() http.Header              { return s.header }
func (s *stream) WriteHeader(int)                  {}
func (s *stream) Flush()                           {}
func (s *stream) SetWriteDeadline(time.Time) error { return nil }

// Write takes one event: the handler writes each in one piece.
func (s *stream) Write(b []byte) (int, error) {
	_, data, ok := strings.Cut(string(b), "\ndata: ")
	if ok && strings.HasPrefix(string(b), "id: ") {
		var e event
		if err := json.Unmarshal([]byte(strings.TrimSpace(data)), &e); err != nil {
			return 0, err
		}
		s.to.take(e)
	}
	return len(b), nil
}

func (t *tab) take(e event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// Buttons are the newest entry's alone: of two that come at once it would depend on how they were read whether those of the first
	// were seen.
	if before := t.offers.buttons(); before != "" && len(t.unread) > 0 && time.Since(t.came) < time.Second {
		n := len(t.unread) - 1
		t.unread[n] = strings.TrimSuffix(t.unread[n], "\n"+before)
	}
	if t.offers, t.came = e, time.Now(); e.Who == "bot" {
		t.unread = append(t.unread, e.seen())
		if e.File != nil {
			t.files = map[string]string{e.File.URL: e.File.Name}
		}
	}
}

// seen is an entry as the page shows it: big digits, words to type as buttons, links as buttons with the host's name.
func (e event) seen() string {
	var b strings.Builder
	for _, p := range e.Parts {
		star := map[string]string{"b": "*", "f": "*", "e": "*"}[p[0]]
		b.WriteString(star + p[1] + star)
	}
	if e.Copy != "" {
		b.WriteString("\n(copy " + e.Copy + ")")
	}
	for _, digits := range e.Copies {
		b.WriteString("\n(copy " + digits + ")")
	}
	if e.File != nil {
		fmt.Fprintf(&b, "\n(file %s: %s)", e.File.Name, strings.ReplaceAll(e.File.Alt, "\n", " "))
	}
	if buttons := e.buttons(); buttons != "" {
		b.WriteString("\n" + buttons)
	}
	return b.String()
}

// buttons are the choices as the page shows them; empty if there are none.
func (e event) buttons() string {
	var buttons []string
	for _, o := range e.Choices {
		buttons = append(buttons, "["+o.Text+"]")
	}
	return strings.Join(buttons, " ")
}
