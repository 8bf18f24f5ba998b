//go:build !race

package whatsapp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// Numbers of people who do not exist.
const (
	office = "5492215550100"
	ana    = "5492215550101"
	beto   = "5492215550102"
)

var key = bytes.Repeat([]byte{9}, 32)

// harness is a WhatsApp that is linked to the office's number, and the bot behind it.
type harness struct {
	t     testing.TB
	srv   *whatsapptest.Server
	phone *whatsapptest.Phone // the office's
	opt   whatsapp.Options
	wa    *whatsapp.WhatsApp
	bot   *fakeBot
	log   *record

	mu     sync.Mutex
	states []whatsapp.Status
	more   chan struct{}
	cancel context.CancelFunc
	ran    chan error
}

// record is a log that can be looked at.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// newHarness starts everything, paired. Change may change the options before.
func newHarness(t testing.TB, change func(*whatsapp.Options)) *harness {
	t.Helper()
	r := unpaired(t, change)
	r.pairs()
	r.up()
	return r
}

func unpaired(t testing.TB, change func(*whatsapp.Options)) *harness {
	t.Helper()
	srv, err := whatsapptest.New(whatsapptest.Options{})
	must(t, err)
	t.Cleanup(srv.Close)
	r := &harness{t: t, srv: srv, more: make(chan struct{}), log: &record{}, bot: &fakeBot{more: make(chan struct{})}}
	r.phone = srv.Phone(t, office, "IOMA")
	r.opt = whatsapp.Options{
		Store: filepath.Join(t.TempDir(), "whatsapp.db"), Key: key, Transport: srv.Transport(), OnStatus: r.stands,
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Timing: whatsapp.Timing{Again: 50 * time.Millisecond, Cold: time.Millisecond},
	}
	if change != nil {
		change(&r.opt)
	}
	r.opens()
	t.Cleanup(func() {
		r.down()
		for _, secret := range []string{"22155501", "Token de", "482 913", "482913", "Ana Paz"} {
			if strings.Contains(r.log.String(), secret) {
				t.Errorf("%q stands in the log: %s", secret, r.log)
			}
		}
	})
	return r
}

func (r *harness) opens() {
	r.t.Helper()
	var err error
	r.wa, err = whatsapp.Open(r.t.Context(), r.opt)
	must(r.t, err)
}

// pairs links it by QR code.
func (r *harness) pairs() {
	r.t.Helper()
	must(r.t, r.wa.Pair(r.t.Context(), whatsapp.Pairer{QR: func(text string, _ time.Time) { r.phone.Scans(text) }}))
}

// up has it run and waits until it is connected.
func (r *harness) up() {
	r.t.Helper()
	r.runs()
	r.is(whatsapp.Connected)
	r.until("it is given its messages", func() bool { return r.srv.Online(office) })
}

func (r *harness) runs() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel, r.ran = cancel, make(chan error, 1)
	go func() { r.ran <- r.wa.Run(ctx, r.bot) }()
}

// down ends it, as the program does.
func (r *harness) down() {
	r.t.Helper()
	if r.wa == nil {
		return
	}
	if r.cancel != nil {
		r.cancel()
		if err := <-r.ran; err != nil {
			r.t.Errorf("Run: %v", err)
		}
	}
	must(r.t, r.wa.Close(context.Background()))
	r.wa, r.cancel = nil, nil
}

func (r *harness) stands(s whatsapp.Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, s)
	close(r.more)
	r.more = make(chan struct{})
}

// is waits until it stood so since this was asked last, and returns how exactly.
func (r *harness) is(state whatsapp.State) whatsapp.Status {
	r.t.Helper()
	late := time.After(time.Minute)
	for {
		r.mu.Lock()
		more := r.more
		for i, s := range r.states {
			if s.State == state {
				r.states = r.states[i+1:]
				r.mu.Unlock()
				return s
			}
		}
		r.mu.Unlock()
		select {
		case <-more:
		case <-late:
			r.t.Fatalf("it is never %s: %+v", state, r.wa.Status())
		}
	}
}

func (r *harness) until(what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	if r.srv.Until(ctx, holds) != nil {
		r.t.Fatalf("never: %s", what)
	}
}

// person is a person with the office in their chats.
func (r *harness) person(number, name string) *whatsapptest.Chat {
	r.t.Helper()
	return r.srv.Phone(r.t, number, name).Chat(office)
}

// sends has the bot say something.
func (r *harness) sends(to bot.ChatID, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r.bot.mu.Lock()
	r.bot.n++
	id := fmt.Sprint(r.bot.n)
	r.bot.mu.Unlock()
	return r.wa.Send(ctx, to, bot.Reply{Kind: bot.Say, Text: text, ID: id, At: time.Unix(1, 0)})
}

// fakeBot takes updates in.
type fakeBot struct {
	mu   sync.Mutex
	more chan struct{}
	all  []bot.Update
	read int
	fail int // how often it does not keep what it is given; below zero: always
	n    int

	panics int              // how often
	waits  func(bot.Update) // before it keeps one
	hook   func(bot.Update) // is told of each that is new
}

var errFull = errors.New("the disk is full")

// Accept implements bot.Accepter. What comes twice is kept once.
func (b *fakeBot) Accept(_ context.Context, u bot.Update) error {
	b.mu.Lock()
	waits := b.waits
	b.mu.Unlock()
	if waits != nil {
		waits(u)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.panics > 0 {
		b.panics--
		panic("a bug")
	}
	if b.fail != 0 {
		b.fail--
		close(b.more)
		b.more = make(chan struct{})
		return errFull
	}
	for _, old := range b.all {
		if old.Chat == u.Chat && old.ID == u.ID {
			return nil
		}
	}
	b.all = append(b.all, u)
	if b.hook != nil {
		go b.hook(u)
	}
	close(b.more)
	b.more = make(chan struct{})
	return nil
}

// fails sets how often it does not keep what it is given.
func (b *fakeBot) fails(times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = times
}

// waitsIn has it wait before it keeps an update.
func (b *fakeBot) waitsIn(f func(bot.Update)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waits = f
}

// bugs sets how often it panics.
func (b *fakeBot) bugs(times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.panics = times
}

// gets waits for the next update.
func (b *fakeBot) gets(t testing.TB) bot.Update {
	t.Helper()
	late := time.After(time.Minute)
	for {
		b.mu.Lock()
		more := b.more
		if b.read < len(b.all) {
			b.read++
			u := b.all[b.read-1]
			b.mu.Unlock()
			return u
		}
		b.mu.Unlock()
		select {
		case <-more:
		case <-late:
			t.Fatal("the bot gets nothing")
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
