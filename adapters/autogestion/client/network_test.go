package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llave/flows/backend"
)

// Faults of a network and of the machines in it.
func TestClientOverABadNetwork(t *testing.T) {
	body := goodAnswers()["group"]
	forever := func(r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() } // until the client closes
	flush := func(rw http.ResponseWriter) { rw.(http.Flusher).Flush() }
	head := func(rw http.ResponseWriter) { rw.Header().Set("Content-Type", "application/json") }
	quick := func(o *Options) { o.Timeout = 200 * time.Millisecond }
	for name, c := range map[string]struct {
		serve  http.HandlerFunc
		why    string
		change func(*Options)
	}{
		"500":      {func(rw http.ResponseWriter, _ *http.Request) { head(rw); rw.WriteHeader(500); io.WriteString(rw, body) }, "status", nil},
		"201":      {func(rw http.ResponseWriter, _ *http.Request) { head(rw); rw.WriteHeader(201); io.WriteString(rw, body) }, "status", nil},
		"502 page": {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(502); io.WriteString(rw, "<html>") }, "status", nil},
		"too many": {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(429) }, "too_many", nil},
		"portal":   {func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "<html>Wi-Fi</html>") }, "content_type", nil},
		"text": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/plain")
			io.WriteString(rw, body)
		}, "content_type", nil},
		"no type": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header()["Content-Type"] = nil
			io.WriteString(rw, body)
		}, "content_type", nil},
		"nothing": {func(rw http.ResponseWriter, _ *http.Request) { head(rw) }, "json", nil},
		"huge": {func(rw http.ResponseWriter, _ *http.Request) {
			head(rw)
			io.WriteString(rw, body+strings.Repeat(" ", answerMax))
		}, "too_large", nil},
		"endless": {func(rw http.ResponseWriter, r *http.Request) {
			head(rw)
			for r.Context().Err() == nil {
				io.WriteString(rw, strings.Repeat(" ", 1<<10))
			}
		}, "too_large", nil},
		"huge head": {func(rw http.ResponseWriter, _ *http.Request) { rw.Header().Set("X", strings.Repeat("x", 64<<10)) }, "unreachable", nil},
		"truncated": {func(rw http.ResponseWriter, _ *http.Request) {
			head(rw)
			rw.Header().Set("Content-Length", "9999")
			io.WriteString(rw, body)
		}, "truncated", nil},
		"cut in a chunk": {func(rw http.ResponseWriter, _ *http.Request) {
			head(rw)
			io.WriteString(rw, body[:20])
			flush(rw)
			panic(http.ErrAbortHandler)
		}, "truncated", nil},
		"slow head": {func(_ http.ResponseWriter, r *http.Request) { forever(r) }, "timeout", quick},
		"slow body": {func(rw http.ResponseWriter, r *http.Request) {
			head(rw)
			io.WriteString(rw, body[:20])
			flush(rw)
			forever(r)
		}, "timeout", quick},
		"garbage": {func(rw http.ResponseWriter, _ *http.Request) {
			conn, _, _ := rw.(http.Hijacker).Hijack()
			io.WriteString(conn, "048291 secret\r\n\r\n")
			conn.Close()
		}, "unreachable", nil},
		"redirect": {func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusFound) }, "status", nil},
		"redirect kept": {func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}, "status", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(*Options)
			if c.change != nil {
				change = append(change, c.change)
			}
			client := serving(t, c.serve, change...)
			_, err := client.Group(t.Context(), secretCredential)
			var none *NoAnswer
			if !errors.As(err, &none) || none.Why != c.why {
				t.Errorf("got %v, want %s", err, c.why)
			}
			isNone(t, name, err)
			if err := client.Unlink(t.Context(), secretCredential, ""); err == nil {
				t.Error("unlinked, it says")
			}
			_, err = client.State(t.Context(), secretCredential, "m1")
			isNone(t, name, err) // net/http would name the member in its error
		})
	}
}

func TestClientFollowsNobody(t *testing.T) {
	var visited atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Add(1) }))
	defer thief.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		redirects := func(rw http.ResponseWriter, r *http.Request) {
			http.SetCookie(rw, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(rw, r, thief.URL, status)
		}
		for _, given := range []*http.Client{nil, {}} {
			for op, err := range callAll(t.Context(), serving(t, redirects, func(o *Options) { o.HTTP = given })) {
				isNone(t, op, err)
			}
		}
	}
	if visited.Load() != 0 {
		t.Errorf("%d redirects were followed", visited.Load())
	}
}

func TestClientHonoursItsContext(t *testing.T) {
	over, there := make(chan struct{}), make(chan struct{}, 1)
	defer close(over)
	c := serving(t, func(http.ResponseWriter, *http.Request) { there <- struct{}{}; <-over })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-there; cancel() }()
	_, err := c.Group(ctx, secretCredential)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	isNone(t, "given up", err)
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Group(ctx, secretCredential)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("out of time: %v", err)
	}
}

func TestClientSaysWhatIsWrongWithTheWay(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	_, err := testClient(t, gone.URL).State(t.Context(), secretCredential, "m1")
	if isNone(t, "nobody there", err); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("nobody there: %v", err)
	}
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	tls.Config.ErrorLog = nil
	_, err = testClient(t, tls.URL).State(t.Context(), secretCredential, "m1")
	if isNone(t, "unknown authority", err); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("unknown authority: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	_, err = testClient(t, strings.Replace(plain.URL, "http:", "https:", 1)).State(t.Context(), secretCredential, "m1")
	if isNone(t, "no TLS", err); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("no TLS: %v", err)
	}
	bad := testClient(t, plain.URL)
	_, err = bad.State(t.Context(), "secret\ncredential", "m1")
	isNone(t, "a credential that no header carries", err)
}

// restarted is a back end that answers, acts on the next call and dies before the first byte of its answer, as in a restart:
// the kept connection breaks.
func restarted(t *testing.T, acts *atomic.Int64, can backend.Capabilities) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveOnce(conn, acts, can)
		}
	}()
	return testClient(t, "http://"+l.Addr().String())
}

// serveOnce answers the first call of a connection, and acts on the second without answering.
func serveOnce(conn net.Conn, acts *atomic.Int64, can backend.Capabilities) {
	defer conn.Close()
	declared, _ := json.Marshal(can)
	in := bufio.NewReader(conn)
	for n := range 2 {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		io.Copy(io.Discard, r.Body)
		path := strings.TrimPrefix(r.URL.Path, "/autogestion/v1/")
		if path != "capabilities" {
			acts.Add(1)
		}
		if n == 1 {
			return
		}
		body := goodAnswers()[path]
		if path == "capabilities" {
			body = string(declared)
		}
		res := http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {"application/json"}}}
		if path == "links/unlink" {
			res.StatusCode, res.ContentLength, res.Body = 204, 0, http.NoBody
		}
		if res.Write(conn) != nil {
			return
		}
	}
}

// If a kept connection breaks before an answer, the calls that may be repeated are repeated once, and no others: a call that
// no key and no capability covers is made at most once.
func TestClientRepeatsOnlyWhatMayBe(t *testing.T) {
	one := []backend.MemberID{"m1"}
	calls := map[string]func(*Client) error{
		"current": func(c *Client) error { _, err := c.Current(t.Context(), secretCredential, one); return err },
		"another": func(c *Client) error { _, err := c.Another(t.Context(), secretCredential, "m1", "k"); return err },
		"state":   func(c *Client) error { _, err := c.State(t.Context(), secretCredential, "m1"); return err },
		"invite":  func(c *Client) error { _, err := c.Invite(t.Context(), backend.Invitation{Key: "k"}); return err },
		"redeem":  func(c *Client) error { _, err := c.Redeem(t.Context(), "i", "c", "k"); return err },
		"unlink":  func(c *Client) error { return c.Unlink(t.Context(), secretCredential, "") },
		"sheets":  func(c *Client) error { _, err := c.Sheets(t.Context(), secretCredential, "m1"); return err },
		"print": func(c *Client) error {
			_, err := c.Print(t.Context(), secretCredential, backend.SheetOrder{Member: "m1", Month: "2026-11", Count: 2}, "k")
			return err
		},
		"void": func(c *Client) error { _, err := c.Void(t.Context(), secretCredential, "s1", []int{2}); return err },
	}
	always := "state unlink sheets void "
	for declared, repeated := range map[backend.Capabilities]string{
		{}:                            always,
		{Keys: true}:                  always + "another invite redeem print",
		{CurrentWithoutMinting: true}: always + "current",
	} {
		for op, call := range calls {
			var acts atomic.Int64
			c := restarted(t, &acts, declared)
			if _, err := c.Capabilities(t.Context()); err != nil { // the connection is kept
				t.Fatal(err)
			}
			err := call(c)
			want := strings.Contains(repeated+" ", op+" ")
			if (err == nil) != want || acts.Load() != map[bool]int64{false: 1, true: 2}[want] {
				t.Errorf("%+v: %s was made %d times: %v", declared, op, acts.Load(), err)
			}
		}
	}
	var acts atomic.Int64
	c := restarted(t, &acts, backend.Capabilities{Keys: true})
	c.Group(t.Context(), secretCredential)
	if err := calls["another"](c); err == nil || acts.Load() != 2 {
		t.Errorf("not knowing of keys, another was made %d times: %v", acts.Load()-1, err)
	}
}

// One connection serves successive calls, refusals and unread bodies included.
func TestClientKeepsItsConnection(t *testing.T) {
	var dials atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		rw.WriteHeader(502)
		io.WriteString(rw, strings.Repeat("x", 300<<10))
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			dials.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	callAll(t.Context(), testClient(t, srv.URL))
	if dials.Load() != 1 {
		t.Errorf("the calls took %d connections", dials.Load())
	}
}
