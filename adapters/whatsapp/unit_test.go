package whatsapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"llave/adapters/besteffort"
	"llave/bot"
)

// Only messages of a person to the number itself are received.
func TestPerson(t *testing.T) {
	for text, want := range map[string]bool{
		"77000000004036@lid": true, "5492215550101@s.whatsapp.net": true,
		"120363041@g.us": false, "status@broadcast": false, "17000@broadcast": false, "1203@newsletter": false,
		"0@s.whatsapp.net": false, "13135550002@s.whatsapp.net": false, "867051314767696@bot": false, "s.whatsapp.net": false,
	} {
		jid, err := types.ParseJID(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := isPerson(types.MessageSource{Chat: jid, Sender: jid}); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	lid := types.NewJID("77000000004036", types.HiddenUserServer)
	if isPerson(types.MessageSource{Chat: lid, Sender: lid, IsGroup: true}) {
		t.Error("a group is a person")
	}
}

// A group's message is not acknowledged as anything but ignored, whatever it says.
func TestGroupsAreIgnored(t *testing.T) {
	w := &WhatsApp{polls: besteffort.NewCache[string, []string](1)}
	s := &session{w: w, to: refuser{}, ctx: t.Context()}
	text := "token"
	for _, chat := range []types.JID{types.NewJID("120363041", types.GroupServer), types.StatusBroadcastJID, types.NewJID("1203", types.NewsletterServer)} {
		e := &events.Message{Message: &waE2E.Message{Conversation: &text}, Info: types.MessageInfo{ID: "A", MessageSource: types.MessageSource{Chat: chat, IsGroup: true}}}
		if !s.handle(e) {
			t.Errorf("%s: not acknowledged", chat.Server)
		}
	}
	if n := w.stats.Ignored.Load(); n != 3 {
		t.Errorf("%d ignored", n)
	}
}

// After an end the library may say that all is well: it tells of both side by side.
func TestAnEndIsNotTakenBack(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	w := &WhatsApp{now: time.Now, texts: texts, phone: time.Now(), base: Status{State: Connected}}
	s := &session{w: w, ctx: t.Context(), ended: make(chan Status, 1)}
	s.handle(&events.ClientOutdated{})
	s.handle(&events.Connected{})
	s.handle(&events.Disconnected{})
	s.handle(&events.StreamReplaced{})
	if end := <-s.ended; end.State != Outdated || len(s.ended) > 0 || w.Status().State != Connected {
		t.Errorf("ended as %+v, and stands %+v", end, w.Status())
	}
	w.setStatus(Status{State: Outdated})
	s.handle(&events.Connected{})
	if w.Status().State != Outdated {
		t.Errorf("stands %+v", w.Status())
	}
}

// blocked is a bot that takes its time.
type blocked struct{ told, goOn chan bot.Update }

func (b blocked) Accept(_ context.Context, u bot.Update) error {
	b.told <- u
	<-b.goOn
	return nil
}

// The library goes on with the next message when one takes too long: it waits all the same.
func TestNothingOvertakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := blocked{make(chan bot.Update, 2), make(chan bot.Update)}
		s := &session{w: &WhatsApp{}, to: b, ctx: t.Context(), turn: make(chan struct{}, 1)}
		for _, id := range []string{"1", "2"} {
			go s.handOver(bot.Update{ID: id})
			synctest.Wait()
		}
		if len(b.told) != 1 {
			t.Fatal("the second was handed over beside the first")
		}
		b.goOn <- bot.Update{}
		synctest.Wait()
		if first, second := <-b.told, <-b.told; first.ID != "1" || second.ID != "2" {
			t.Errorf("got %s, %s", first.ID, second.ID)
		}
		b.goOn <- bot.Update{}
	})
}

type refuser struct{}

func (refuser) Accept(context.Context, bot.Update) error { panic("nobody is to be told") }

// A message that panics while it is read is dropped as unreadable, and acknowledged.
func TestWhatCannotBeReadIsQuarantined(t *testing.T) {
	w := &WhatsApp{log: logOf(&bytes.Buffer{})}
	s := &session{w: w, to: refuser{}, ctx: t.Context()}
	lid := types.NewJID("77000000004036", types.HiddenUserServer)
	if !s.handle(&events.Message{Info: types.MessageInfo{MessageSource: types.MessageSource{Chat: lid, Sender: lid}}}) {
		t.Error("it would come again for ever")
	}
	if n := w.stats.Unreadable.Load(); n != 1 {
		t.Errorf("%d set aside", n)
	}
}

// What the library logs holds numbers and names only in its arguments: none of them passes.
func TestTheLibrarysLog(t *testing.T) {
	var out bytes.Buffer
	l := logger{log: logOf(&out)}
	for _, f := range []func(string, ...any){l.Errorf, l.Warnf, l.Infof, l.Debugf} {
		f("Failed to encrypt %s for %s: %v", "hola", "5492215550101@s.whatsapp.net", errors.New("5492215550101"))
	}
	if text := out.String(); strings.Contains(text, "549221") || strings.Contains(text, "hola") || strings.Count(text, "Failed to encrypt") != 3 {
		t.Errorf("logged: %s", text)
	}
}

// slow is a store whose sessions can be looked at while they are out.
type slow struct {
	store.SessionStore
	out, back int
}

func (s *slow) GetManySessions(context.Context, []string) (map[string][]byte, error) {
	s.out++
	return nil, nil
}

func (s *slow) PutManySessions(context.Context, map[string][]byte) error { s.back++; return nil }

type txn struct{ store.EventBuffer }

func (txn) DoDecryptionTxn(ctx context.Context, f func(context.Context) error) error { return f(ctx) }

// Nothing is decrypted while a message's sessions are out, and all is again as soon as they are back, before anything is
// acknowledged; a message that is given up halfway holds nothing.
func TestGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newCryptoLock()
		inner := &slow{}
		s, b := lockedSessions{inner}, &buffer{EventBuffer: txn{}, g: g}
		decrypted := make(chan bool, 8)
		decrypt := func() {
			go b.DoDecryptionTxn(t.Context(), func(context.Context) error { decrypted <- true; return nil })
			synctest.Wait()
		}
		ctx, free := g.forSending(t.Context())
		decrypt()
		if len(decrypted) != 1 {
			t.Fatal("held before there is anything to hold")
		}
		s.GetManySessions(ctx, nil)
		decrypt()
		if len(decrypted) != 1 {
			t.Fatal("decrypted in between")
		}
		s.PutManySessions(ctx, nil)
		synctest.Wait()
		if len(decrypted) != 2 {
			t.Fatal("held for longer than need be")
		}
		free()
		ctx, free = g.forSending(t.Context())
		s.GetManySessions(ctx, nil)
		free() // nothing was put back
		decrypt()
		if len(decrypted) != 3 {
			t.Fatal("held for ever")
		}
		s.GetManySessions(t.Context(), nil) // not for a message of ours
		s.PutManySessions(t.Context(), nil)
		first, _ := g.forSending(t.Context())
		s.GetManySessions(first, nil)
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		second, _ := g.forSending(late)
		if _, err := s.GetManySessions(second, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for ever: %v", err)
		}
	})
}

func TestSeal(t *testing.T) {
	aead, err := newSeal(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal(aead, []byte("482913"), []byte("A"))
	if bytes.Contains(sealed, []byte("482913")) {
		t.Error("it can be read")
	}
	if plain, err := unseal(aead, sealed, []byte("A")); err != nil || string(plain) != "482913" {
		t.Errorf("opened: %q %v", plain, err)
	}
	for name, about := range map[string]string{"another message": "B"} {
		if _, err := unseal(aead, sealed, []byte(about)); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	for _, broken := range [][]byte{nil, sealed[:10], append([]byte{1}, sealed...)} {
		if _, err := unseal(aead, broken, []byte("A")); err == nil {
			t.Error("broken, and opened")
		}
	}
	if _, err := newSeal([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTexts(t *testing.T) {
	c, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range States {
		if c.Get("todo."+string(s), nil) == "" {
			t.Errorf("nothing to do in state %s", s)
		}
	}
}

// endless is a host that never stops sending.
type endless struct {
	read int
	says int64
}

func (e *endless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(e), ContentLength: e.says}, nil
}

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }

// A file is read up to its ration and one byte, whatever its host says; an answer without a ration is read whole.
func TestBounded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	host := &endless{says: -1}
	req, err := http.NewRequestWithContext(context.WithValue(ctx, limitKey{}, &ration{1000, cancel}), http.MethodGet, "https://mmg.whatsapp.net/v/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := boundedTransport{host}.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(res.Body); !errors.Is(err, errLarge) || len(data) > 1000 || host.read > 1001 || !errors.Is(context.Cause(ctx), errLarge) {
		t.Errorf("%d bytes of %d: %v", len(data), host.read, err)
	}
	if n, err := res.Body.Read(make([]byte, 10)); n != 0 || !errors.Is(err, errLarge) {
		t.Errorf("and goes on with %d: %v", n, err)
	}
	ctx, cancel = context.WithCancelCause(t.Context())
	if _, err := (boundedTransport{&endless{says: 1001}}).RoundTrip(req.WithContext(context.WithValue(ctx, limitKey{}, &ration{1000, cancel}))); err != nil || !errors.Is(context.Cause(ctx), errLarge) {
		t.Errorf("it says that it is larger, and is read: %v", err)
	}
	res, err = boundedTransport{&endless{}}.RoundTrip(req.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, res.Body, 5000); err != nil {
		t.Errorf("%d bytes of what has no ration: %v", n, err)
	}
	for n, want := range map[int64]int64{0: 26, 15: 26, 16: 42, 1000: 1018, math.MaxInt64: math.MaxInt64} {
		if got := sealedSize(n); got != want {
			t.Errorf("%d bytes are %d while encrypted, want %d", n, got, want)
		}
	}
}

// Addresses of files hold what authorises: an error of a download has none.
func TestErrorsOfFilesHoldNoAddress(t *testing.T) {
	err := classifyDownload(fmt.Errorf("failed to download media from last host: %w", &url.Error{Op: "Get", URL: "https://mmg.whatsapp.net/v/secret", Err: io.ErrUnexpectedEOF}))
	var never *bot.PermanentFailure
	if errors.As(err, &never) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a cut: %v", err)
	}
	if !errors.As(classifyDownload(errors.New("failed to decrypt file: ciphertext isn't a multiple of block size")), &never) {
		t.Error("what cannot be decrypted is tried again")
	}
}

// A message stayed where it was if writing it was never begun, or found the connection closed at the first try. What was
// written once and could not be written again may have come.
func TestStayed(t *testing.T) {
	for name, c := range map[string]struct {
		took whatsmeow.MessageDebugTimings
		err  error
		want bool
	}{
		"never written":         {whatsmeow.MessageDebugTimings{GetDevices: 1}, errors.New("usync"), true},
		"no connection":         {whatsmeow.MessageDebugTimings{Send: 1}, fmt.Errorf("failed to send message node: %w", whatsmeow.ErrNotConnected), true},
		"closed":                {whatsmeow.MessageDebugTimings{Send: 1}, fmt.Errorf("failed to send message node: %w", socket.ErrSocketClosed), true},
		"broken while writing":  {whatsmeow.MessageDebugTimings{Send: 1}, io.ErrShortWrite, false},
		"not acknowledged":      {whatsmeow.MessageDebugTimings{Send: 1}, whatsmeow.ErrMessageTimedOut, false},
		"cut, and no way back":  {whatsmeow.MessageDebugTimings{Send: 1, Resp: 1, Retry: 1}, whatsmeow.ErrNotConnected, false},
		"cut, and closed again": {whatsmeow.MessageDebugTimings{Send: 1, Resp: 1}, socket.ErrSocketClosed, false},
	} {
		if got := notWritten(c.took, c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	w := &WhatsApp{now: time.Now}
	var later *bot.RetryAfter
	if err := w.classify(whatsmeow.ErrNotConnected, false); errors.As(err, &later) {
		t.Errorf("what may have come is sent again: %v", err)
	}
	if err := w.classify(&bot.NotSent{Err: whatsmeow.ErrNotConnected}, false); !errors.As(err, &later) {
		t.Errorf("no connection: %v", err)
	}
}

// Run waits for all that it began, also when it ends because of the store.
func TestRunLeavesNothingBehind(t *testing.T) {
	w, err := Open(t.Context(), Options{Store: filepath.Join(t.TempDir(), "whatsapp.db"), Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	w.devices.db.Close()
	if err := w.Run(t.Context(), refuser{}); err == nil {
		t.Fatal("the store is closed, and nothing said")
	}
	var all bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&all, 1)
	if strings.Contains(all.String(), "announcing") {
		t.Error("it goes on announcing")
	}
	w.Close(t.Context())
}

// What was started is waited for, and nothing is started after that.
func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		goOn, over := make(chan bool), false
		g.start(func() { <-goOn; over = true })
		closed := make(chan bool)
		go func() { g.close(); close(closed) }()
		synctest.Wait()
		select {
		case <-closed:
			t.Fatal("it did not wait")
		default:
		}
		g.start(func() { t.Error("started after the end") })
		goOn <- true
		<-closed
		if !over {
			t.Error("not over")
		}
	})
}

// Facts about chats are sealed, name no person, and are removed when they are old. A file of an earlier version gets their table.
func TestFacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "whatsapp.db")
	now := clockAt()
	o := Options{Store: path, Key: bytes.Repeat([]byte{7}, 32), Now: func() time.Time { return now }}
	open := func() *WhatsApp {
		t.Helper()
		w, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := open()
	if _, err := w.devices.db.Exec(`DROP TABLE llave_whatsapp_chats`); err != nil { // as an earlier version left it
		t.Fatal(err)
	}
	w.Close(t.Context())
	w = open()
	chat := bot.ChatID("whatsapp/770/77000000004036@lid")
	day := &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{ContextInfo: &waE2E.ContextInfo{Expiration: proto.Uint32(86400)}}}
	w.timers.learn(t.Context(), chat, day)
	if err := w.unread.add(t.Context(), unreadMessage{Chat: chat, ID: "3EB0"}); err != nil {
		t.Fatal(err)
	}
	var kind, value, id string
	if err := w.devices.db.QueryRow(`SELECT group_concat(id), group_concat(kind), group_concat(value) FROM llave_whatsapp_chats`).Scan(&id, &kind, &value); err != nil {
		t.Fatal(err)
	}
	if text := id + value; strings.Contains(text, "86400") || strings.Contains(text, "770000") || strings.Contains(text, "3EB0") || kind != "timer,unread" {
		t.Errorf("it can be read: %s %s", kind, text)
	}
	w.Close(t.Context())
	now = now.Add(100 * 24 * time.Hour)
	w = open()
	if got := w.timers.of(t.Context(), chat); got.Seconds != 86400 {
		t.Errorf("after 100 days: %+v", got)
	}
	w.timers.learn(t.Context(), chat, day) // it is in use
	w.Close(t.Context())
	now = now.Add(100 * 24 * time.Hour)
	w = open()
	if got := w.timers.of(t.Context(), chat); got.Seconds != 86400 || w.unread.n != 0 {
		t.Errorf("in use: %+v; %d unread of long ago", got, w.unread.n)
	}
	w.Close(t.Context())
}
