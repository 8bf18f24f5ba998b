package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for a program, a server or a page. Nothing takes as long, not even on a machine that is busy.
const patience = time.Minute

// output collects what a program prints, and lets a test wait for words.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed at each write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

func (s *output) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.more)
	s.more = make(chan struct{})
	return s.text.Write(p)
}

func (s *output) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// waitFor returns the first match of a pattern in the output since the last call, once it is there.
func (s *output) waitFor(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		s.mu.Lock()
		text, more := s.text.String(), s.more
		at := re.FindStringSubmatchIndex(text)
		if at != nil {
			m := re.FindStringSubmatch(text)
			s.text.Next(at[1])
			s.mu.Unlock()
			return m
		}
		s.mu.Unlock()
		select {
		case <-more:
		case <-late:
			t.Fatalf("nothing printed like %q; printed: %s", pattern, text)
		}
	}
}

// process is a running program, run as main runs it.
type process struct {
	t      *testing.T
	in     io.WriteCloser
	out    *output
	errs   *output
	code   chan int
	cancel context.CancelFunc
	data   string // its data folder
}

func start(t *testing.T, env map[string]string, args ...string) *process {
	t.Helper()
	return startWithTransport(t, nil, env, args...)
}

// startWithTransport is start with another transport for WhatsApp.
func startWithTransport(t *testing.T, way whatsappTransport, env map[string]string, args ...string) *process {
	t.Helper()
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	x := &process{t: t, in: w, out: newOutput(), errs: newOutput(), code: make(chan int, 1), cancel: cancel}
	vars := map[string]string{"LLAVE_ADDR": "127.0.0.1:0", "LLAVE_DATA": filepath.Join(t.TempDir(), "data")}
	for k, v := range env {
		vars[k] = v
	}
	x.data = vars["LLAVE_DATA"]
	p := program{getenv: vars, stdin: r, stdout: x.out, stderr: x.errs, now: testClock(t), whatsapp: way, passwordCost: cheapPasswords}
	go func() {
		x.code <- p.run(ctx, args)
		r.Close() // who types to a program that has ended does not wait for ever
	}()
	t.Cleanup(func() { cancel(); w.Close() })
	return x
}

func (x *process) typeLine(line string) { fmt.Fprintln(x.in, line) }

func (x *process) waitExit(want int) {
	x.t.Helper()
	x.in.Close()
	select {
	case code := <-x.code:
		waitForForks()
		if code != want {
			x.t.Errorf("exit code %d, want %d: %s", code, want, x.errs)
		}
	case <-time.After(patience):
		x.t.Fatal("it does not end")
	}
}

// waitForForks waits until no fork is under way. Until its exec, the child of another test holds copies of the files of this
// process: also the listener that a program has just closed.
func waitForForks() {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
}

// browser walks through the pages as a person does: it follows the forms that are there.
type browser struct {
	t *testing.T
	http.Client
}

func newBrowser(t *testing.T) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{t: t, Client: http.Client{Jar: jar, Timeout: patience}}
}

func (b *browser) open(at string) string {
	b.t.Helper()
	res, err := b.Get(at)
	return b.read(res, err)
}

func (b *browser) read(res *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %v %s", res.Status, err, body)
	}
	return string(body)
}

// submit sends the first form of a page whose action ends as given.
func (b *browser) submit(base, page, action string, fields url.Values) string {
	b.t.Helper()
	m := regexp.MustCompile(`action="([^"]*/` + action + `)"`).FindStringSubmatch(page)
	if m == nil {
		b.t.Fatalf("no form for %q on the page: %s", action, page)
	}
	res, err := b.PostForm(base+m[1], fields)
	return b.read(res, err)
}

func mustGlob(t *testing.T, pattern string) []string {
	t.Helper()
	m, err := filepath.Glob(pattern)
	if err != nil || len(m) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	return m
}
