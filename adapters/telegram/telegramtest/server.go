// Package telegramtest is a Bot API server for tests: over real HTTP, with people who write, press, block and look at
// what they were sent. It refuses what Telegram refuses, and can fail in all the ways in which Telegram and the network
// between do.
//
// It waits by the clock of package time alone and leaves no goroutine behind, so that it works in a bubble of
// testing/synctest, on a listener of its own kind ([Pipe]).
//
// Reading order: server.go, user.go, write.go and file.go (what people do), query.go and send.go (the calls of a bot), small.go
// (the short ones), updates.go and hook.go (how updates reach a bot), fault.go (what goes wrong), pipe.go.
package telegramtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultToken has the shape of a bot's token, and is none.
const DefaultToken = "70001:TEST_token-of-a-bot-that-is-not-there"

// Options say what server it is. All of them may be left out.
type Options struct {
	Token string // DefaultToken
	Name  string // the bot's user name: llave_bot
	// Listener is where it listens; nil is a free port of this machine. Base is how it is reached there.
	Listener net.Listener
	Base     string
	// Push carries what is pushed to a webhook.
	Push http.RoundTripper
	// Seed is of what Weather leaves to chance.
	Seed uint64
	Now  func() time.Time
}

// Server is the server. Make it with [New] and Close it.
type Server struct {
	// URL is where its API is.
	URL string

	token, name string
	bot         int64
	now         func() time.Time
	http        *http.Server
	push        *http.Client
	ctx         context.Context
	cancel      context.CancelFunc
	work        sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed at every change
	chats    map[int64]*User
	queue    []*pending // updates that were not confirmed
	again    []*pending // and those that were, and are shown once more all the same
	allowed  map[string]bool
	lastID   int64
	messages int
	poller   chan struct{} // closed when another one asks
	hook     *hook
	queries  map[string]bool // presses, and whether they were answered
	calls    []Call
	faults   []*Fault
	weather  Weather
	rng      *rand.Rand
	commands []Command
	files    map[string]*storedFile // that people sent, by id

	impatient bool
	pushFault hookFault // the last
}

// New starts a server.
func New(o Options) (*Server, error) {
	s := &Server{
		token: or(o.Token, DefaultToken), name: or(o.Name, "llave_bot"), now: o.Now, changed: make(chan struct{}),
		chats: map[int64]*User{}, queries: map[string]bool{}, files: map[string]*storedFile{}, lastID: 1000, messages: 100,
		rng: rand.New(rand.NewPCG(o.Seed, 1)), push: &http.Client{Transport: o.Push, Timeout: time.Minute},
	}
	if s.now == nil {
		s.now = time.Now
	}
	id, _, _ := strings.Cut(s.token, ":")
	s.bot, _ = strconv.ParseInt(id, 10, 64)
	l := o.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("telegramtest: %w", err)
		}
	}
	s.URL = or(o.Base, "http://"+l.Addr().String())
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	s.work.Go(func() { s.http.Serve(l) })
	return s, nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Close ends the server and waits for its work.
func (s *Server) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.http.Close()
	s.work.Wait()
	s.push.CloseIdleConnections()
}

// Token is the bot's token, and Name its user name.
func (s *Server) Token() string { return s.token }
func (s *Server) Name() string  { return s.name }

// change wakes the callers of Until. The lock is held.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Until waits until a condition holds, and checks it again after each change.
func (s *Server) Until(ctx context.Context, holds func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errorAnswer is an answer that is not ok.
type errorAnswer struct {
	code  int
	text  string
	after int
}

func refuse(code int, format string, args ...any) *errorAnswer {
	head := map[int]string{400: "Bad Request: ", 401: "Unauthorized", 403: "Forbidden: ", 404: "Not Found", 409: "Conflict: "}[code]
	return &errorAnswer{code: code, text: head + fmt.Sprintf(format, args...)}
}

// ServeHTTP is the Bot API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		panic(http.ErrAbortHandler)
	}
	defer s.work.Done()
	if strings.HasPrefix(r.URL.Path, "/file/") {
		s.download(w, r)
		return
	}
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || token != s.token {
		answer(w, nil, refuse(401, ""))
		return
	}
	q, f := read(r, method)
	if f != nil {
		answer(w, nil, f)
		return
	}
	at := s.record(q)
	treated := s.treat(q)
	treated.wait(r.Context(), s.ctx)
	if treated.cutBefore {
		s.note(at, -1, false)
		panic(http.ErrAbortHandler)
	}
	if treated.html {
		s.note(at, treated.code, false)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(treated.code)
		io.WriteString(w, "<html>"+q.String("text")+"</html>")
		return
	}
	var result any
	if f = treated.failure(); f == nil {
		result, f = s.act(r.Context(), q)
	}
	if f != nil {
		s.note(at, f.code, treated.cutAfter)
	} else {
		s.note(at, 200, treated.cutAfter)
	}
	if treated.cutAfter {
		panic(http.ErrAbortHandler)
	}
	answer(w, result, f)
}

// begin counts a call, unless the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.work.Add(1)
	return true
}

func answer(w http.ResponseWriter, result any, f *errorAnswer) {
	body := map[string]any{"ok": true, "result": result}
	w.Header().Set("Content-Type", "application/json")
	if f != nil {
		body = map[string]any{"ok": false, "error_code": f.code, "description": f.text}
		if f.after > 0 {
			body["parameters"] = map[string]any{"retry_after": f.after}
		}
		w.WriteHeader(f.code)
	}
	json.NewEncoder(w).Encode(body)
}

// act does what a method does.
func (s *Server) act(ctx context.Context, q query) (any, *errorAnswer) {
	if q.Method == "getUpdates" {
		return s.getUpdates(ctx, q)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	switch q.Method {
	case "getMe":
		return s.self(), nil
	case "setWebhook":
		return true, s.setWebhook(q)
	case "deleteWebhook":
		s.hook = nil
		return true, nil
	case "getWebhookInfo":
		return s.hookInfo(), nil
	case "setMyCommands":
		return true, s.setCommands(q)
	case "sendMessage", "sendPhoto", "sendDocument":
		return s.send(q)
	case "editMessageReplyMarkup", "editMessageText":
		return s.edit(q)
	case "deleteMessage":
		return true, s.remove(q)
	case "answerCallbackQuery":
		return true, s.answerQuery(q)
	case "getFile":
		return s.getFile(q)
	case "getChat":
		return s.getChat(q)
	case "sendChatAction":
		return true, s.chatAction(q)
	}
	return nil, refuse(404, "")
}

func (s *Server) self() map[string]any {
	return map[string]any{"id": s.bot, "is_bot": true, "first_name": "Llave", "username": s.name}
}
