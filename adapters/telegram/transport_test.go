package telegram

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// to is a channel to a server that answers as it is told.
func to(t *testing.T, answer http.HandlerFunc, more ...func(*httptest.Server)) *Telegram {
	t.Helper()
	srv := httptest.NewUnstartedServer(answer)
	for _, f := range more {
		f(srv)
	}
	srv.Start()
	t.Cleanup(srv.Close)
	tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there", API: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close(context.Background()) })
	return tg
}

// A server that redirects a call must not get the token in its address.
func TestRedirectsAreNotFollowed(t *testing.T) {
	hits := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits++
		io.WriteString(w, `{"ok":true,"result":{"message_id":1}}`)
	}))
	defer elsewhere.Close()
	tg := to(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	if err := tg.Send(t.Context(), chatOf(5), bot.Reply{Text: "x"}); err == nil || hits != 0 {
		t.Errorf("%d calls went elsewhere: %v", hits, err)
	}
}

func TestAnEndlessAnswerIsNotRead(t *testing.T) {
	tg := to(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"ok":true,"result":{"message_id":1},"x":"`+strings.Repeat("a", maxAnswer)+`"}`)
	})
	if err := tg.Send(t.Context(), chatOf(5), bot.Reply{Text: "x"}); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("%v", err)
	}
}

// Connections are used again, and closed in the end.
func TestConnections(t *testing.T) {
	var opened, open atomic.Int64
	tg := to(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"ok":true,"result":{"message_id":1}}`)
		w.(http.Flusher).Flush()
	}, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				opened.Add(1)
				open.Add(1)
			case http.StateClosed:
				open.Add(-1)
			}
		}
	})
	for range 20 {
		if err := tg.Send(t.Context(), chatOf(5), bot.Reply{Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n > 3 {
		t.Errorf("%d connections for 20 calls", n)
	}
	tg.Close(t.Context())
	for late := time.Now().Add(10 * time.Second); open.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d connections are left open", open.Load())
		}
	}
}

// slowly is a network on which a call that is cut takes a while to notice.
type slowly struct {
	http.RoundTripper
	under atomic.Int64
}

func (s *slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	s.under.Add(1)
	defer s.under.Add(-1)
	res, err := s.RoundTripper.RoundTrip(r)
	if err != nil {
		time.Sleep(time.Second)
	}
	return res, err
}

// When Run has returned, nothing of it goes on.
func TestRunEndsWhole(t *testing.T) {
	var way *slowly
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Method: "setMyCommands", Delay: time.Hour})
		r.run()
		time.Sleep(time.Second)
		r.halt()
		if n := way.under.Load(); n != 0 {
			t.Errorf("%d calls go on", n)
		}
	}, func(o *Options) {
		way = &slowly{RoundTripper: o.Transport}
		o.Transport = way
	})
}
