package telegram

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// bothForms are a reply without a file and one with it: the library sends them by different ways.
func bothForms() []bot.Reply {
	return []bot.Reply{
		{Kind: bot.Secret, Text: "http://secreto"},
		{Kind: bot.Secret, Text: "http://secreto", File: &bot.File{Name: "x.pdf", Data: []byte("x")}},
	}
}

// sendsTo sends to a server, and says whether the reply certainly did not leave.
func sendsTo(t *testing.T, name, api string, way http.RoundTripper, r bot.Reply) bool {
	t.Helper()
	tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there", API: api, Transport: way})
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err = tg.Send(ctx, chatOf(5), r)
	if err == nil || strings.Contains(err.Error(), "TEST_token") || strings.Contains(err.Error(), "secreto") {
		t.Errorf("%s: %v", name, err)
	}
	var not *bot.NotSent
	return errors.As(err, &not)
}

// Before a connection stands nothing can have left, whatever was in its way.
func TestWithoutAConnectionNothingLeft(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secure.Close()
	stuck := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	broken := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no route")
	}}
	for _, c := range []struct {
		name, api string
		way       http.RoundTripper
	}{
		{"refused", "http://127.0.0.1:1", nil},
		{"no such name", "http://nowhere.invalid", nil},
		{"no TLS there", "https://" + strings.TrimPrefix(plain.URL, "http://"), nil},
		{"a certificate of nobody", secure.URL, nil},
		{"no way", "http://telegram.test", broken},
		{"a way that takes too long", "http://telegram.test", stuck},
	} {
		for _, r := range bothForms() {
			if !sendsTo(t, c.name, c.api, c.way, r) {
				t.Errorf("%s, file %v: it may have been sent", c.name, r.File != nil)
			}
		}
	}
}

type oneWay func(*http.Request) (*http.Response, error)

func (f oneWay) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A transport of another kind says nothing of its connections: what fails there may have left.
func TestAnotherTransportMayHaveSent(t *testing.T) {
	lost := oneWay(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	for _, r := range bothForms() {
		if sendsTo(t, "lost", "http://telegram.test", lost, r) {
			t.Errorf("file %v: a lost answer is taken for nothing sent", r.File != nil)
		}
	}
}

// What each answer says of whether the reply has left. It is a link: it must not be sent twice, nor held back for nothing.
func TestWhatCertainlyDidNotLeave(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault telegramtest.Fault
		not   bool
	}{
		{"401", telegramtest.Fault{Code: 401}, true},
		{"404", telegramtest.Fault{Code: 404}, true},
		{"409", telegramtest.Fault{Code: 409}, true},
		{"418", telegramtest.Fault{Code: 418}, true},
		{"a proxy's 403", telegramtest.Fault{Code: 403, HTML: true}, true},
		{"a proxy's 404", telegramtest.Fault{Code: 404, HTML: true}, true},
		{"a proxy's 407", telegramtest.Fault{Code: 407, HTML: true}, true},
		{"a proxy's 408", telegramtest.Fault{Code: 408, HTML: true}, false},
		{"a proxy's 499", telegramtest.Fault{Code: 499, HTML: true}, false},
		{"500", telegramtest.Fault{Code: 500}, false},
		{"a proxy's 502", telegramtest.Fault{Code: 502, HTML: true}, false},
		{"a proxy's 503", telegramtest.Fault{Code: 503, HTML: true}, false},
		{"a proxy's 504", telegramtest.Fault{Code: 504, HTML: true}, false},
		{"a page instead of an answer", telegramtest.Fault{Code: 200, HTML: true}, false},
		{"cut before it was done", telegramtest.Fault{CutBefore: true}, false},
		{"cut after", telegramtest.Fault{CutAfter: true}, false},
		{"no answer", telegramtest.Fault{Delay: time.Hour}, false},
	} {
		for _, reply := range bothForms() {
			bubble(t, func(t *testing.T, r *harness) {
				ana := r.ana()
				r.srv.Fault(c.fault)
				err := r.send(ana, reply)
				var not *bot.NotSent
				if errors.As(err, &not) != c.not {
					t.Errorf("%s, file %v: %v", c.name, reply.File != nil, err)
				}
				r.srv.Heal()
			})
		}
	}
}

// PutIfAbsent a part of a reply is there it is not true that nothing left.
func TestHalfAReplyHasLeft(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{Times: 1, Delay: time.Millisecond})
		r.srv.Fault(telegramtest.Fault{Code: 401})
		var not *bot.NotSent
		if err := r.send(ana, bot.Reply{Text: strings.Repeat("a", 4096) + "\nb", ID: "5"}); err == nil || errors.As(err, &not) {
			t.Errorf("%v", err)
		}
	})
}

// Nor is it when the connection for the rest of it is refused.
func TestHalfAReplyHasLeftBeforeTheConnectionWasRefused(t *testing.T) {
	dials := 0
	r := open(t, func(o *Options) {
		o.Transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; dials > 1 {
				return nil, errors.New("refused")
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}}
	})
	ana := r.ana()
	var not *bot.NotSent
	if err := r.send(ana, bot.Reply{Text: strings.Repeat("a", 4096) + "\nb", ID: "5"}); err == nil || errors.As(err, &not) || len(ana.Screen()) != 2 {
		t.Errorf("%d on the screen, %v", len(ana.Screen()), err)
	}
}
