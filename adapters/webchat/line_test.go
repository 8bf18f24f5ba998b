package webchat

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// middle stands between pages and the server, and does to them what the test wants.
type middle struct {
	http.Handler
	buffers  atomic.Bool // answers are passed on when they are over
	swallows atomic.Bool // what a stream says after its first moments is not passed on
	eats     atomic.Bool // cookies are not passed on
	cuts     atomic.Bool // every connection breaks
	polls    atomic.Int64
	streams  atomic.Int64
}

func (m *middle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/chat/poll":
		m.polls.Add(1)
	case "/chat/events":
		m.streams.Add(1)
	}
	if m.cuts.Load() {
		panic(http.ErrAbortHandler)
	}
	m.Handler.ServeHTTP(&through{ResponseWriter: w, m: m}, r)
}

// through is an answer on its way through the middle.
type through struct {
	http.ResponseWriter
	m    *middle
	held bytes.Buffer
	mu   sync.Mutex
	mute bool
}

func (t *through) stream() bool { return t.Header().Get("Content-Type") == "text/event-stream" }

func (t *through) WriteHeader(status int) {
	if t.m.eats.Load() {
		t.Header().Del("Set-Cookie")
	}
	if !t.stream() || !t.m.buffers.Load() {
		t.ResponseWriter.WriteHeader(status)
	}
}

func (t *through) Write(b []byte) (int, error) {
	if t.m.eats.Load() {
		t.Header().Del("Set-Cookie")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.stream() && t.m.buffers.Load():
		return t.held.Write(b)
	case t.mute:
		return len(b), nil
	}
	t.mute = t.m.swallows.Load() && bytes.HasPrefix(b, []byte("event: ready"))
	return t.ResponseWriter.Write(b)
}

func (t *through) Flush() {
	if !t.stream() || !t.m.buffers.Load() {
		t.ResponseWriter.(http.Flusher).Flush()
	}
}

func (t *through) SetWriteDeadline(at time.Time) error {
	return http.NewResponseController(t.ResponseWriter).SetWriteDeadline(at)
}

// newMiddle is a page behind a middle, not opened yet.
func newMiddle(t *testing.T, l webchattest.Look) (*screen, *middle) {
	tab := webchattest.New(t, l)
	w := newFixture(t)
	m := &middle{Handler: w.web.Handler(w.bot)}
	w.srv.Config.Handler = m
	return &screen{tab, w, t}, m
}

// converses says something and is answered, and sees both once, in order.
func (s *screen) converses(n int) {
	s.t.Helper()
	before := s.Number("document.querySelectorAll('#mensajes .globo').length")
	chat := s.writes(fmt.Sprint("digo ", n))
	for i := range 3 {
		s.says(chat, fmt.Sprint("r", n, i), bot.Reply{Text: fmt.Sprint("respuesta ", n, " ", i)})
	}
	s.WaitsFor(fmt.Sprint("respuesta ", n, " 2"))
	want := fmt.Sprintf("digo %d|respuesta %d 0|respuesta %d 1|respuesta %d 2", n, n, n, n)
	if got := s.String(fmt.Sprintf("[...document.querySelectorAll('#mensajes .dicho')].slice(%d).map(e => e.textContent).join('|')", before)); got != want {
		s.t.Errorf("the page shows %q, want %q", got, want)
	}
	if at := s.String("document.getElementById('estado').textContent"); at != "" {
		s.t.Errorf("the page says %q", at)
	}
}

// streams waits until a number of streams is open, and nothing else waits.
func (w *fixture) streams(n int) {
	w.t.Helper()
	late := time.Now().Add(30 * time.Second)
	for w.web.hub.open() != n {
		if time.Now().After(late) {
			w.t.Fatalf("%d pages wait, want %d", w.web.hub.open(), n)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A proxy passes a stream on when it is over, that is, never. The page asks instead, and says nothing wrong; when the
// proxy is mended, it goes back to a stream.
func TestAProxyThatBuffers(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	m.buffers.Store(true)
	s.opens()
	begin := time.Now()
	s.converses(1)
	s.converses(2)
	s.Waits("performance.getEntriesByType('resource').length > 0")
	for m.polls.Load() < 5 || time.Since(begin) < 7*time.Second { // past the moment at which the stream is given up
		time.Sleep(20 * time.Millisecond)
		if time.Since(begin) > 2*time.Minute {
			t.Fatal("the page does not ask")
		}
	}
	s.converses(3)
	s.streams(1)
	if n := m.streams.Load(); n > 2 {
		t.Errorf("%d streams were tried", n)
	}
	s.opens()
	s.WaitsFor("respuesta 3 2")
	s.converses(4)
	s.audit("without a stream")
	m.buffers.Store(false)
	s.Waits("dispatchEvent(new Event('online'))")
	before := int64(-1)
	for late := time.Now().Add(2 * time.Minute); m.polls.Load() != before; time.Sleep(1500 * time.Millisecond) {
		if before = m.polls.Load(); time.Now().After(late) {
			t.Fatal("it goes on asking where a stream would do")
		}
	}
	s.converses(5)
}

// A stream that begins well and then says nothing any more is found out by what does not come back.
func TestAStreamThatFallsSilent(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	m.swallows.Store(true)
	s.opens()
	s.streams(1)
	begin := time.Now()
	s.converses(1)
	if took := time.Since(begin); took > 35*time.Second { // a stream that says nothing is given up after 40 s in any case
		t.Errorf("it is noticed after %s", took)
	}
	s.converses(2)
}

// A page without a stream polls, and shows no error.
func TestNoRoomForAStream(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	h := s.web.hub
	for n := range maxOfAddress {
		_, _ = h.join(name{byte(n)}, "127.0.0.1")
	}
	s.opens()
	s.converses(1)
	s.converses(2)
	for n := range maxAllPages {
		_, _ = h.join(name{byte(n), byte(n >> 8)}, fmt.Sprint(n))
	}
	s.opens()
	s.converses(3)
	s.converses(4)
	if m.polls.Load() < 5 || h.open() != maxAllPages {
		t.Errorf("the page asks %d times, %d pages wait", m.polls.Load(), h.open())
	}
}

// What a browser may lack, one at a time and all together: the page works.
func TestWhatABrowserLacks(t *testing.T) {
	t.Parallel()
	lacks := map[string]string{
		"streams":  "delete window.EventSource;",
		"channels": "delete window.BroadcastChannel;",
		"closed":   "window.BroadcastChannel = class { constructor() { throw new DOMException('no', 'SecurityError') } };",
		"storage":  "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } });",
		"full":     "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') };",
		"none":     "Object.defineProperty(window, 'sessionStorage', { value: null });",
		"time":     "delete AbortSignal.timeout; delete window.ResizeObserver;",
	}
	all := ""
	for _, what := range []string{"streams", "channels", "storage", "time"} {
		all += lacks[what]
	}
	lacks["all"] = all
	s, m := newMiddle(t, phone())
	for n, what := range slices.Sorted(maps.Keys(lacks)) {
		js := lacks[what]
		x := &screen{s.Another(phone()), s.fixture, t}
		x.Injects(js)
		before := m.polls.Load()
		x.opens()
		x.converses(2*n + 1)
		x.converses(2*n + 2)
		if asks := m.polls.Load()-before > 3; strings.Contains(js, "BroadcastChannel") && !asks {
			t.Errorf("%s: tabs that know nothing of one another hold streams", what)
		}
		said := x.True("document.getElementById('sin-memoria').checkVisibility()")
		if want := strings.Contains(js, "torage"); said != want {
			t.Errorf("%s: it says that nothing is kept: %v, want %v", what, said, want)
		}
		if what == "all" {
			x.audit(what)
		}
		x.opens()
		x.WaitsFor(fmt.Sprint("respuesta ", 2*n+2, " 2"))
		x.Goes("about:blank")
		s.clock.pass(time.Minute)
	}
}

// A browser that keeps no cookie is told so, and what to do; when it keeps them, the chat begins.
func TestNoCookies(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	m.eats.Store(true)
	s.Goes(s.srv.URL + "/")
	s.Waits("document.getElementById('sin-cookies').checkVisibility() && document.getElementById('sin-cookies').textContent.includes('no guarda cookies')")
	s.Waits("!document.getElementById('escribir').checkVisibility() && document.getElementById('estado').textContent === ''")
	s.Waits("document.getElementById('sin-cookies').textContent.includes('221-351-0282')")
	s.Waits("!document.querySelector('.recien')")
	s.audit("no cookies")
	m.eats.Store(false)
	s.Clicks("#reintentar")
	s.Waits("document.getElementById('escribir').checkVisibility() && !document.getElementById('sin-cookies').checkVisibility()")
	s.converses(1)
}

// A new chat that is one too many waits, says so, and goes on by itself.
func TestACrowdOnThePage(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	for range newChats {
		s.person().writes("hola")
	}
	s.Fills("#texto", "hola\r")
	s.Waits("document.querySelector('.pendiente .pie').textContent.includes('Se manda solo')")
	s.Waits("document.getElementById('estado').textContent.includes('muchos chats nuevos')")
	s.audit("in a crowd")
	s.Fills("#texto", "token\r")
	s.clock.pass(newChatsPause)
	s.Waits("document.querySelectorAll('.mio').length === 2 && !document.querySelector('.pendiente, .enviado')")
	s.Waits("document.getElementById('estado').textContent === ''")
	if got := s.bot.updates()[newChats:]; len(got) != 2 || got[0].Text != "hola" || got[1].Text != "token" {
		t.Errorf("the bot is told %+v", got)
	}
}
