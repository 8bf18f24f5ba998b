package webchat

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/bot"
)

func TestReplay(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	for n := range 5 {
		w.says(p.chat(), fmt.Sprint(n), bot.Reply{Text: fmt.Sprint("line ", n)})
	}
	texts, ids := p.follows("", "").until("ready")
	if want := []string{"bot: line 0", "bot: line 1", "bot: line 2", "bot: line 3", "bot: line 4"}; !slices.Equal(texts, want) {
		t.Fatalf("a new page shows %v", texts)
	}
	for at := range ids {
		for _, c := range [][2]string{{ids[at], ""}, {"", ids[at]}, {ids[0], ids[at]}} {
			if got := p.told(c[0], c[1]); !slices.Equal(got, texts[at+1:]) {
				t.Errorf("after=%s, Last-Event-ID %s: %v, want %v", c[0], c[1], got, texts[at+1:])
			}
		}
	}
	// A number that is not there: the page is told to forget what it has, and everything.
	for _, after := range []string{"1", ids[0][:5], "9007199254740991"} {
		if got := p.told(after, ""); !slices.Equal(got, append([]string{"<reset>"}, texts...)) {
			t.Errorf("after=%s: %v", after, got)
		}
	}
	for _, bad := range []string{"-1", "+1", "01", "1.5", "x", "9007199254740992", "99999999999999999999", "1 ", "0x1"} {
		req, _ := http.NewRequest(http.MethodGet, w.srv.URL+"/chat/events", nil)
		req.URL.RawQuery = "after=" + strings.ReplaceAll(strings.ReplaceAll(bad, " ", "%20"), "+", "%2B")
		res, err := p.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		p.refused(res, http.StatusBadRequest, "bad_event")
		res.Body.Close()
	}
}

func TestLiveInOrder(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	first, second := p.follows("", ""), p.follows("", "")
	first.until("ready")
	second.until("ready")
	for n := range 50 {
		w.says(p.chat(), fmt.Sprint(n), bot.Reply{Text: fmt.Sprint(n)})
	}
	for _, f := range []*feed{first, second} {
		for n := range 50 {
			if e := f.next(); e.text() != fmt.Sprint("bot: ", n) {
				t.Fatalf("line %d is %q", n, e.text())
			}
		}
	}
}

// The connection breaks at any point: what the page missed comes when it is back, once.
func TestBrokenLines(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	var got []string
	last := ""
	for n := range 30 {
		w.says(p.chat(), fmt.Sprint(n), bot.Reply{Text: fmt.Sprint(n)})
		if n%3 != 2 {
			continue
		}
		f := p.follows("", last)
		for range n%4 + 1 {
			if e := f.next(); e.kind == "" {
				got, last = append(got, e.text()), e.id
			}
		}
		f.close()
	}
	rest, _ := p.follows("", last).until("ready")
	got = append(got, rest...)
	for n := range 30 {
		if n >= len(got) || got[n] != fmt.Sprint("bot: ", n) {
			t.Fatalf("seen in all: %v", got)
		}
	}
	if len(got) != 30 {
		t.Errorf("seen in all: %v", got)
	}
}

func TestPagesOpen(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	var feeds []*feed
	for range maxPages {
		f := p.follows("", "")
		f.until("ready")
		feeds = append(feeds, f)
	}
	res := p.get("/chat/events")
	p.refused(res, http.StatusServiceUnavailable, "too_many_pages")
	if res.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
	other.follows("", "").until("ready")
	for _, f := range feeds {
		f.close()
	}
	for range 100 { // the server notices in its own time
		if w.web.hub.open() == 1 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := w.web.hub.open(); n != 1 {
		t.Errorf("%d pages are open", n)
	}
	h := newHub()
	for n := range maxAllPages {
		if _, err := h.join(name{byte(n), byte(n >> 8)}, fmt.Sprint(n/maxOfAddress)); err != nil {
			t.Fatal(n, err)
		}
	}
	if _, err := h.join(name{1, 2, 3}, "another"); err == nil {
		t.Error("there is no end to the pages that may be open")
	}
}

func TestStreamHeaders(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.srv.URL+"/chat/events", nil)
	res, err := p.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Encoding": ""} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// The server's deadlines are for answers that end; a stream outlives them, and beats.
func TestStreamsOutliveTheServersDeadlines(t *testing.T) {
	w := newFixture(t)
	w.web.beat = 300 * time.Millisecond
	w.srv.Close()
	srv := httptest.NewUnstartedServer(w.web.Handler(w.bot))
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	srv.Start()
	defer srv.Close()
	defer w.web.Leave()
	w.srv = srv
	p := w.person()
	f := p.follows("", "")
	f.until("ready")
	for range 3 {
		if e := f.next(); e.kind != "beat" {
			t.Fatalf("instead of a beat: %+v", e)
		}
	}
	w.says(p.chat(), "1", bot.Reply{Text: "still there"})
	for e := f.next(); e.text() != "bot: still there"; e = f.next() {
		if e.kind != "beat" {
			t.Fatalf("instead of the reply: %+v", e)
		}
	}
}

// A page that takes nothing is let go of, and is told everything when it comes back.
func TestASlowPageIsCut(t *testing.T) {
	w := newFixture(t)
	w.web.writeTimeout = 200 * time.Millisecond
	p := w.person()
	narrow := httptest.NewUnstartedServer(w.srv.Config.Handler) // its connections hold little, and are soon full
	narrow.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
		return ctx
	}
	narrow.Start()
	defer narrow.Close()
	conn, err := net.Dial("tcp", strings.TrimPrefix(narrow.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(conn, "GET /chat/events HTTP/1.1\r\nHost: x\r\nCookie: chat=%s\r\n\r\n", p.cookie())
	long := strings.Repeat("ñandú ", 5_000)
	sent := 0
	for ; sent < 150; sent++ {
		w.says(p.chat(), fmt.Sprint(sent), bot.Reply{Text: long})
		if sent > 0 && w.web.hub.open() == 0 {
			break
		}
	}
	for range 6000 { // however long a busy machine takes to fill the connection
		if w.web.hub.open() == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if w.web.hub.open() != 0 {
		t.Error("a page that takes nothing still holds a stream")
	}
	if got := len(p.history()); got < sent {
		t.Errorf("it comes back to %d lines of %d", got, sent)
	}
}

// Down is quick, however many pages are open, and they find everything when the server is up again.
func TestRestart(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("token")
	w.says(p.chat(), "1", bot.Reply{Text: "one"})
	f := p.follows("", "")
	_, ids := f.until("ready")
	begin := time.Now()
	w.web.Leave()
	if err := w.srv.Config.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if e := f.next(); e.kind != "end" {
		t.Errorf("the stream goes on: %+v", e)
	}
	if err := w.web.Close(); err != nil {
		t.Fatal(err)
	}
	old := w.srv.URL
	w.start()
	from, _ := http.NewRequest(http.MethodGet, old, nil) // the cookie belongs to the host, not to the port
	if len(p.Jar.Cookies(from.URL)) == 0 {
		t.Fatal("the cookie is gone")
	}
	w.says(p.chat(), "1", bot.Reply{Text: "one"}) // the relay repeats what it does not know to be sent
	w.says(p.chat(), "2", bot.Reply{Text: "two"})
	if texts, _ := p.follows("", ids[1]).until("ready"); !slices.Equal(texts, []string{"bot: two"}) {
		t.Errorf("after the restart the page is told %v", texts)
	}
	p.writes("token") // id(2)
	if h := p.history(); len(h) != 4 {
		t.Errorf("a new page shows %v", h)
	}
}

func FuzzEventID(f *testing.F) {
	for _, s := range []string{"", "0", "1", "01", "-1", "+1", "9007199254740991", "9007199254740992", "18446744073709551616", "1e3", " 1", "１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseEventID(s)
		if err == nil && (fmt.Sprint(n) != s && s != "" || n >= 1<<53) {
			t.Errorf("%q is read as %d", s, n)
		}
	})
}

// Who reads the stream without the page takes every unnamed event for an entry: nothing else comes without a name.
func TestAnUnnamedEventIsAnEntry(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("token")
	res := p.get("/chat/events")
	name, entries := "", 0
	for lines := bufio.NewScanner(res.Body); lines.Scan() && name != "ready"; {
		field, value, _ := strings.Cut(lines.Text(), ":")
		switch field {
		case "event":
			name = strings.TrimSpace(value)
		case "data":
			if name == "" && !json.Valid([]byte(value)) {
				t.Errorf("an unnamed event holds %q", value)
			}
			if name == "" {
				entries++
			}
		case "":
			name = ""
		}
	}
	if entries == 0 {
		t.Error("what was said did not come")
	}
}
