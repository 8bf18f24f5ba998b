package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// passage is the way of one process to a server: what goes through is seen, and something may happen between a request and its
// answer.
type passage struct {
	url    string
	server *http.Server
	notes  noter

	mu     sync.Mutex
	happen func() // with the next request that is worth it; nil: nothing
}

// noter looks at a request before it goes on. It says whether it is worth it that something happens before its answer, and may
// return what takes the note back if the request is refused. from is the client's address.
type noter func(from, path string, body []byte) (worth bool, takeBack func())

// openPassage opens a way to a server.
func openPassage(to string, notes noter) (*passage, error) {
	at, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &passage{url: "http://" + l.Addr().String(), notes: notes}
	proxy := httputil.NewSingleHostReverseProxy(at)
	proxy.ModifyResponse = func(res *http.Response) error {
		n := res.Request.Context().Value(noteKey{}).(note)
		switch {
		case res.StatusCode != http.StatusOK && n.takeBack != nil:
			n.takeBack()
		case res.StatusCode == http.StatusOK && n.worth:
			p.now()
		}
		return nil
	}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) } // a process that was killed
	p.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var n note
		n.worth, n.takeBack = p.notes(r.RemoteAddr, r.URL.Path, body)
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
	})}
	go p.server.Serve(l)
	return p, nil
}

// note is what was noted of a request, in its context under noteKey.
type (
	note struct {
		worth    bool
		takeBack func()
	}
	noteKey struct{}
)

func (p *passage) close() {
	if p != nil {
		p.server.Close()
	}
}

// now has happen what was to happen.
func (p *passage) now() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.happen != nil {
		p.happen()
		p.happen = nil
	}
}

// patienceOfNext is how long next waits for a request.
const patienceOfNext = 8 * time.Second

// next has something happen between the next request that is worth it and its answer. If there is none for long, it happens at once.
func (p *passage) next(ctx context.Context, happen func()) {
	did := make(chan struct{})
	p.mu.Lock()
	p.happen = func() {
		happen()
		close(did)
	}
	p.mu.Unlock()
	select {
	case <-did:
	case <-time.After(patienceOfNext):
	case <-ctx.Done():
	}
	p.now()
}

// senders are the processes that sent messages and were not asked for yet, by chat and text.
type senders struct {
	mu   sync.Mutex
	sent map[[2]string][]string
}

// note notes a call of the Bot API that sends a message.
func (s *senders) note(name, path string, body []byte) (worth bool, takeBack func()) {
	form, err := url.ParseQuery(string(body))
	if err != nil || !strings.HasSuffix(path, "/sendMessage") {
		return false, nil
	}
	of := [2]string{form.Get("chat_id"), form.Get("text")}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent == nil {
		s.sent = map[[2]string][]string{}
	}
	s.sent[of] = append(s.sent[of], name)
	return true, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if at := slices.Index(s.sent[of], name); at >= 0 {
			s.sent[of] = slices.Delete(s.sent[of], at, at+1)
		}
	}
}

// of is the process that sent a message to a chat; empty: it is not known.
func (s *senders) of(chat int64, text string) string {
	of := [2]string{strconv.FormatInt(chat, 10), text}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := s.sent[of]
	if len(names) == 0 {
		return ""
	}
	s.sent[of] = names[1:]
	return names[0]
}
