package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// fakeBot is a bot that keeps what it is given, once.
type fakeBot struct {
	mu       sync.Mutex
	got      []bot.Update
	seen     map[string]bool
	again    int
	deny     func(bot.Update) error
	received chan bot.Update
}

func newFakeBot() *fakeBot {
	return &fakeBot{seen: map[string]bool{}, received: make(chan bot.Update, 1000)}
}

func (b *fakeBot) Accept(ctx context.Context, u bot.Update) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deny != nil {
		if err := b.deny(u); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if b.seen[u.ID] {
		b.again++
		return nil
	}
	b.seen[u.ID] = true
	b.got = append(b.got, u)
	b.received <- u
	return nil
}

func (b *fakeBot) refuse(f func(bot.Update) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deny = f
}

func (b *fakeBot) updates() []bot.Update {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]bot.Update(nil), b.got...)
}

func (b *fakeBot) repeated() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.again
}

var errFull = errors.New("the disk is full")

// harness is a channel, the server it talks to, and the bot it hands things to.
type harness struct {
	t    *testing.T
	tg   *Telegram
	srv  *telegramtest.Server
	box  *fakeBot
	logs *strings.Builder
	mu   *sync.Mutex // of logs
	over chan error
	stop context.CancelFunc
	opt  Options
	end  sync.Once
	way  *http.Transport
}

type safeWriter struct {
	mu *sync.Mutex
	b  *strings.Builder
}

func (w safeWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// open starts a server and makes a channel to it over real HTTP, on loopback.
func open(t *testing.T, change ...func(*Options)) *harness {
	t.Helper()
	srv, err := telegramtest.New(telegramtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return harnessOn(t, srv, change...)
}

// bubble runs f in a bubble where waiting costs nothing, on a network of its own.
func bubble(t *testing.T, f func(t *testing.T, r *harness), change ...func(*Options)) {
	t.Helper()
	bubbleWith(t, func(o *telegramtest.Options) { o.Push = nowhere{} }, f, change...)
}

// nowhere is a network without a server.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no such host")
}

// bubbleWith makes the server as it is told to.
func bubbleWith(t *testing.T, server func(*telegramtest.Options), f func(t *testing.T, r *harness), change ...func(*Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		net := telegramtest.NewPipe()
		so := telegramtest.Options{Listener: net}
		server(&so)
		srv, err := telegramtest.New(so)
		if err != nil {
			t.Fatal(err)
		}
		way := net.Transport()
		change = append([]func(*Options){func(o *Options) { o.Transport = way }}, change...)
		r := harnessOn(t, srv, change...)
		r.way = way
		defer r.close()
		f(t, r)
	})
}

func harnessOn(t *testing.T, srv *telegramtest.Server, change ...func(*Options)) *harness {
	t.Helper()
	r := &harness{t: t, srv: srv, box: newFakeBot(), logs: &strings.Builder{}, mu: &sync.Mutex{}, over: make(chan error, 1)}
	r.opt = Options{Token: srv.Token(), API: srv.URL, Log: slog.New(slog.NewTextHandler(safeWriter{r.mu, r.logs}, nil))}
	for _, c := range change {
		c(&r.opt)
	}
	var err error
	if r.tg, err = New(r.opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	return r
}

// run begins to hear.
func (r *harness) run() *harness {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	go func() { r.over <- r.tg.Run(ctx, r.box) }()
	return r
}

// halt ends what run began.
func (r *harness) halt() error {
	if r.stop == nil {
		return nil
	}
	r.stop()
	r.stop = nil
	return <-r.over
}

func (r *harness) close() {
	r.end.Do(func() {
		if err := r.halt(); err != nil {
			r.t.Logf("Run: %v", err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		r.tg.Close(ctx)
		r.srv.Close()
		if r.way != nil {
			r.way.CloseIdleConnections()
		}
		if text := r.logged(); strings.Contains(text, "TEST_token") || strings.Contains(text, "secreto") {
			r.t.Errorf("the log holds what it must not: %s", text)
		}
	})
}

func (r *harness) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.logs.String()
}

// until waits for something to hold.
func (r *harness) until(what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if r.way == nil {
		ctx, cancel = context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
	}
	for !holds() {
		select {
		case <-ctx.Done():
			r.t.Fatalf("never: %s; log: %s", what, r.logged())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// receives waits for the next update of the bot.
func (r *harness) receives() bot.Update {
	r.t.Helper()
	select {
	case u := <-r.box.received:
		return u
	case <-time.After(time.Minute):
		r.t.Fatalf("nothing is heard; log: %s", r.logged())
		return bot.Update{}
	}
}

// ana is a person who has written before.
func (r *harness) ana() *telegramtest.User {
	u := r.srv.User(41001234, "Ana", "Gil")
	u.Says("hola")
	return u
}

func chatOf(id int64) bot.ChatID {
	c, _ := bot.NewChatID(Channel, "70001", fmt.Sprint(id))
	return c
}

func (r *harness) send(u *telegramtest.User, reply bot.Reply) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return r.tg.Send(ctx, chatOf(u.ID), reply)
}

// last is the last message on a person's screen.
func last(u *telegramtest.User) telegramtest.Message {
	s := u.Screen()
	return s[len(s)-1]
}

// none is a bot that takes everything.
type none struct{}

func (none) Accept(_ context.Context, _ bot.Update) error { return nil }
