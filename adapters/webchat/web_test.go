package webchat

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

func TestFirstLoad(t *testing.T) {
	w := newFixture(t, func(o *Options) { o.Demo = &Demo{"27-99999001-6", "llave-demo", "demo-farmacia"} })
	var wire int64
	get := func(path string) (http.Header, string) {
		req, _ := http.NewRequest(http.MethodGet, w.srv.URL+path, nil)
		req.Header.Set("Accept-Encoding", "gzip, br")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		var head bytes.Buffer
		_ = res.Header.Write(&head)
		wire += int64(head.Len() + len(raw))
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %s, encoding %q", path, res.Status, res.Header.Get("Content-Encoding"))
		}
		plain := (&person{fixture: w}).plain(path)
		return res.Header, plain
	}
	head, page := get("/")
	if c := head.Get("Cache-Control"); c != "no-store" {
		t.Errorf("the page, which brings a cookie, may be kept: %q", c)
	}
	loads := regexp.MustCompile(`(?:href|src)="(/[^"#]*)"`).FindAllStringSubmatch(page, -1)
	if len(loads) != 5 {
		t.Errorf("the page loads %v", loads)
	}
	get("/chat/sw.js")
	for _, m := range loads {
		if strings.Contains(page, `rel="apple-touch-icon" href="`+m[1]) {
			continue // loaded when the page is put on the home screen
		}
		head, _ := get(m[1])
		if c := head.Get("Cache-Control"); c != "public, max-age=31536000, immutable" {
			t.Errorf("%s may be kept %q", m[1], c)
		}
		if !regexp.MustCompile(`\.[0-9a-f]{12}\.(css|js|svg|webmanifest)$`).MatchString(m[1]) {
			t.Errorf("%s does not change its name with what it holds", m[1])
		}
	}
	t.Logf("first load: %d bytes in %d answers, headers included", wire, len(loads)+1)
	if wire > 40_000 {
		t.Errorf("the first load takes %d bytes", wire)
	}
	if strings.Contains(page, "<script>") || strings.Contains(page, "style=") || strings.Contains(page, "<style") || regexp.MustCompile(`\son\w+=`).MatchString(page) {
		t.Error("something stands inline, which the policy forbids")
	}
	for _, want := range []string{`lang="es-AR"`, `role="log"`, "221-351-0282", "27-99999001-6", "llave-demo", "<noscript>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if missing := (&person{fixture: w}).status("/chat/chat.000000000000.js"); missing != http.StatusNotFound {
		t.Errorf("a file of another version: %d", missing)
	}
}

func (p *person) plain(path string) string {
	req, _ := http.NewRequest(http.MethodGet, p.srv.URL+path, nil)
	req.Header.Set("Accept-Encoding", "identity")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return string(raw)
}

func (p *person) status(path string) int {
	res := p.get(path)
	return res.StatusCode
}

func TestOutsideTheDemo(t *testing.T) {
	w := newFixture(t)
	if page := (&person{fixture: w}).plain("/"); strings.Contains(page, "demo") || strings.Contains(page, "99999001") {
		t.Error("the page speaks of a demo")
	}
}

func TestHeaders(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	}
	for _, path := range []string{"/", "/chat/events?after=x", "/chat/nothing", "/chat/files/1"} {
		res := p.get(path)
		for name, value := range want {
			if got := res.Header.Get(name); got != value {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
	}
	if res := p.posts("/chat/messages", "{}"); res.Header.Get("Content-Security-Policy") != want["Content-Security-Policy"] {
		t.Error("an answer to a message has no policy")
	}
}

func TestCookie(t *testing.T) {
	for url, want := range map[string]string{
		"http://llave.test":     `^chat=[\w-]{48}; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax$`,
		"https://llave.example": `^__Host-chat=[\w-]{48}; Path=/; Max-Age=15552000; HttpOnly; Secure; SameSite=Lax$`,
	} {
		w := newFixture(t, func(o *Options) { o.PublicURL = url })
		seen := map[string]bool{}
		for range 5 {
			r := httptest.NewRecorder()
			w.web.Handler(w.bot).ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/", nil))
			c := r.Header().Get("Set-Cookie")
			if !regexp.MustCompile(want).MatchString(c) || seen[c] {
				t.Errorf("%s: Set-Cookie: %s", url, c)
			}
			seen[c] = true
		}
		if n := w.count("chat"); n != 0 {
			t.Errorf("looking at the page left %d chats", n)
		}
	}
	w := newFixture(t)
	p := w.person()
	first := p.cookie()
	p.get("/")
	if p.cookie() != first {
		t.Error("a reload takes the chat away")
	}
	if native := p.chat().Native(); strings.Contains(first, native) || len(native) != 52 || p.chat().Channel() != "web" || p.chat().Account() != "local" {
		t.Errorf("the chat is called %s", p.chat())
	}
}

// A disk that fails for a moment takes no chat away.
func TestATroubledFileTakesNoChatAway(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	cookie := p.cookie()
	reads := w.web.sqlite().Readers
	broken, _ := sqlitedb.Pool(t.TempDir())
	w.web.sqlite().Readers = broken
	if res := p.get("/"); res.StatusCode != http.StatusOK || res.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s, Set-Cookie: %q", res.Status, res.Header.Get("Set-Cookie"))
	}
	p.refused(p.posts("/chat/messages", formData{"id": id(1), "text": "x"}), http.StatusInternalServerError, "broken")
	broken.Close()
	w.web.sqlite().Readers = reads
	if p.cookie() != cookie {
		t.Error("the cookie is another")
	}
	p.writes("x")
}

// A page that goes away while its message is taken finds it when it is back.
func TestGoneWhileSending(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	ctx, cancel := context.WithCancel(t.Context())
	w.bot.does(func(bot.Update) error {
		cancel()
		time.Sleep(50 * time.Millisecond) // the server notices
		return nil
	})
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, w.srv.URL+"/chat/messages", strings.NewReader(`{"id":"`+id(1)+`","text":"token"}`))
	req.Header.Set("Content-Type", "application/json")
	if _, err := p.Do(req); err == nil {
		t.Fatal("it was to go away")
	}
	for late := time.Now().Add(5 * time.Second); len(p.history()) == 0 && time.Now().Before(late); {
		time.Sleep(10 * time.Millisecond)
	}
	if h := p.history(); len(h) != 1 {
		t.Errorf("the page shows %v", h)
	}
}

// An invented cookie has no chat.
func TestForgedCookies(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	good, _ := base64.RawURLEncoding.DecodeString(p.cookie())
	faulty := slices.Clone(good)
	faulty[3] ^= 1
	tail := slices.Clone(good)
	tail[len(tail)-1] ^= 1
	for name, value := range map[string]string{
		"none": "", "short": "abc", "random": base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{9}, len(good))), "faulty": base64.RawURLEncoding.EncodeToString(faulty),
		"faulty at the end": base64.RawURLEncoding.EncodeToString(tail), "longer": p.cookie() + "AAAA", "no proof": base64.RawURLEncoding.EncodeToString(good[:cookieRandom]),
	} {
		t.Run(name, func(t *testing.T) {
			stranger := &person{fixture: w}
			with := func(r *http.Request) { r.Header.Set("Cookie", "chat="+value) }
			stranger.refused(stranger.posts("/chat/messages", formData{"id": id(1), "text": "x"}, with), http.StatusForbidden, "no_chat")
			req, _ := http.NewRequest(http.MethodGet, w.srv.URL+"/chat/events", nil)
			with(req)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			stranger.refused(res, http.StatusForbidden, "no_chat")
		})
	}
	if len(w.bot.updates()) > 0 {
		t.Error("the bot was told")
	}
}

func somePNG() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)))
	return b.Bytes()
}

func TestFiles(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	send := func(n string, f bot.File) event {
		w.says(p.chat(), n, bot.Reply{Text: "look", File: &f})
		feed := p.follows("", "")
		defer p.left(feed)
		var last event
		for e := feed.next(); e.kind != "ready"; e = feed.next() {
			last = e
		}
		return last
	}
	e := send("1", bot.File{Name: "credencial.png", Type: "image/png", Alt: "La credencial", Data: somePNG()})
	if f := e.File; f == nil || !f.Picture || f.Width != 40 || f.Height != 30 || f.Alt != "La credencial" || f.URL != "/chat/files/"+e.id {
		t.Fatalf("a picture is shown as %+v", e.File)
	}
	res := p.get(e.File.URL)
	raw, _ := io.ReadAll(res.Body)
	if !bytes.Equal(raw, somePNG()) || res.Header.Get("Content-Type") != "image/png" || res.Header.Get("Content-Disposition") != "inline; filename=credencial.png" ||
		res.Header.Get("Cache-Control") != "no-store" || !strings.HasSuffix(res.Header.Get("Content-Security-Policy"), "; sandbox") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the picture comes as %v, %d bytes", res.Header, len(raw))
	}
	for who, x := range map[string]*person{"another chat": other, "nobody": {fixture: w}} {
		if res := x.get(e.File.URL); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s gets the picture: %s", who, res.Status)
		}
	}
	third := w.person() // whose first entry has the same number
	w.says(third.chat(), "1", bot.Reply{Text: "look", File: &bot.File{Name: "c.png", Type: "image/png", Data: []byte("theirs")}})
	theirs, _ := io.ReadAll(third.get(e.File.URL).Body)
	mine, _ := io.ReadAll(p.get(e.File.URL).Body)
	if string(theirs) != "theirs" || !bytes.Equal(mine, somePNG()) {
		t.Errorf("two chats with the same number: %q and %d bytes", theirs, len(mine))
	}
	other.writes("x") // another chat with an entry of its own, at the same place or not
	if res := other.get(e.File.URL); res.StatusCode != http.StatusNotFound {
		t.Errorf("another chat gets the picture: %s", res.Status)
	}
	for _, path := range []string{"/chat/files/0", "/chat/files/1", "/chat/files/x", "/chat/files/-1", "/chat/files/" + e.id + "/.."} {
		if got := p.status(path); got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
	pdf := send("2", bot.File{Name: "../hoja\r\n \"x\".pdf", Type: "application/pdf", Data: []byte("%PDF")})
	if h := p.get(pdf.File.URL).Header; h.Get("Content-Type") != "application/pdf" || h.Get("Content-Disposition") != `attachment; filename="hoja x.pdf"` {
		t.Errorf("a PDF comes as %v", h)
	}
	evil := send("3", bot.File{Name: "ñandú.html", Type: "text/html", Data: []byte("<script>")})
	if h := p.get(evil.File.URL).Header; h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; filename*=utf-8''") || evil.File.Picture {
		t.Errorf("HTML comes as %v", h)
	}
	if n := send("4", bot.File{Name: "...", Type: "image/png", Data: []byte("x")}); p.get(n.File.URL).Header.Get("Content-Disposition") != "inline; filename=archivo" {
		t.Error("a file without a name")
	}
}

func TestForget(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("token")
	w.says(p.chat(), "1", bot.Reply{Text: "one", File: &bot.File{Name: "x.png", Type: "image/png", Data: somePNG()}})
	f := p.follows("", "")
	_, ids := f.until("ready")
	chat, cookie := p.chat(), p.cookie()
	w.bot.does(func(bot.Update) error { return bot.ErrStopped })
	p.refused(p.posts("/chat/forget", "{}"), http.StatusServiceUnavailable, "not_ready")
	if len(p.history()) != 2 {
		t.Error("it was erased before the bot was told")
	}
	w.bot.does(nil)
	res := p.posts("/chat/forget", "{}")
	if c := res.Header.Get("Set-Cookie"); res.StatusCode != http.StatusNoContent || !strings.HasPrefix(c, "chat=; ") || !strings.Contains(c, "Max-Age=0") {
		t.Errorf("%s, %s", res.Status, c)
	}
	if u := w.bot.updates()[1]; u.Kind != bot.Gone || u.Subtype != "closed" || u.Chat != chat {
		t.Errorf("the bot is told %+v", u)
	}
	if e := f.next(); e.kind != "reset" {
		t.Errorf("an open page is told %+v", e)
	}
	if n := w.count("chat") + w.count("entry") + w.count("file"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	old := &person{fixture: w}
	with := func(r *http.Request) { r.Header.Set("Cookie", "chat="+cookie) }
	old.refused(old.posts("/chat/messages", formData{"id": id(5), "text": "x"}, with), http.StatusForbidden, "no_chat")
	if n := len(w.bot.updates()); n != 2 {
		t.Errorf("the bot is told by a closed chat: %d updates", n)
	}
	page, _ := http.NewRequest(http.MethodGet, w.srv.URL+"/", nil)
	with(page)
	if res, err := http.DefaultClient.Do(page); err != nil || strings.Contains(res.Header.Get("Set-Cookie"), cookie) {
		t.Errorf("the page goes on with the old cookie: %v", err)
	}
	req, _ := http.NewRequest(http.MethodGet, w.srv.URL+"/chat/files/"+ids[1], nil)
	with(req)
	if res, err := http.DefaultClient.Do(req); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("with a copy of the cookie its file: %v %v", res.Status, err)
	}
	var never *bot.PermanentFailure
	if err := w.web.Send(t.Context(), chat, bot.Reply{ID: "2", Kind: bot.Say, Text: "late"}); !errors.As(err, &never) || !never.Gone {
		t.Errorf("a reply to it: %v", err)
	}
	p.get("/")
	if p.cookie() == cookie || len(p.history()) != 0 {
		t.Error("the browser goes on in the old chat")
	}
	w.clock.pass(cookieLasts)
	if _, err := w.web.history.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if closed, err := w.web.history.closed(t.Context(), w.web.keys.name(chat)); err != nil || closed {
		t.Errorf("what was closed is remembered for ever: %v %v", closed, err)
	}
}

func TestSendRefuses(t *testing.T) {
	w := newFixture(t)
	var never *bot.PermanentFailure
	for _, to := range []bot.ChatID{"telegram/local/x", "web/other/x"} {
		if err := w.web.Send(t.Context(), to, bot.Reply{ID: "1", Text: "x"}); !errors.As(err, &never) || never.Gone {
			t.Errorf("%s: %v", to, err)
		}
	}
	if err := w.web.Send(t.Context(), "web/local/x", bot.Reply{Text: "x"}); !errors.As(err, &never) {
		t.Errorf("a reply without an id: %v", err)
	}
}

// Only what came last can still be answered.
func TestChoices(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	ask := func(n, text string) {
		w.says(p.chat(), n, bot.Reply{Kind: bot.Ask, Text: text, Question: "q" + n, Choices: []bot.Option{{Text: "Sí " + n, Value: "yes"}}})
	}
	offered := func() (n []int) {
		f := p.follows("", "")
		defer p.left(f)
		for e := f.next(); e.kind != "ready"; e = f.next() {
			n = append(n, len(e.Choices))
		}
		return n
	}
	ask("1", "¿Sí?")
	if got := offered(); !slices.Equal(got, []int{1}) {
		t.Errorf("offered: %v", got)
	}
	ask("2", "¿De veras?")
	if got := offered(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("offered: %v", got)
	}
	p.writes("no")
	if got := offered(); !slices.Equal(got, []int{0, 0, 0}) {
		t.Errorf("offered after an answer: %v", got)
	}
	// A press that was on its way is still understood: the bot says what holds now.
	if res := p.posts("/chat/messages", formData{"id": id(50), "question": "q1", "value": "yes"}); res.StatusCode != http.StatusAccepted {
		t.Error(res.Status)
	}
	if h := p.history(); h[3] != "person: Sí 1" {
		t.Errorf("the page shows %v", h)
	}
	w.clock.pass(time.Minute)
	p.refused(p.posts("/chat/messages", formData{"id": id(51), "question": "q1", "value": "no"}), http.StatusConflict, "no_choice")
}
