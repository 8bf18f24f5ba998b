//go:build !race

package whatsapptest_test

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"llave/adapters/whatsapp/whatsapptest"
)

const (
	office = "5492215550100"
	ana    = "5492215550101"
	beto   = "5492215550102"
)

func serve(t *testing.T) *whatsapptest.Server {
	t.Helper()
	s, err := whatsapptest.New(whatsapptest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// companion is a client that is linked to a number beside its phone. It tells what happens to it.
type companion struct {
	*whatsmeow.Client
	t      *testing.T
	mu     sync.Mutex
	events []any
	more   chan struct{}
	fails  int // how many messages it refuses to take
}

func client(t *testing.T, s *whatsapptest.Server) *companion {
	t.Helper()
	return remembering(t, s, nil)
}

// closeAll closes a database and waits for its last connection: a client that was logged out still deletes its keys, and the
// folder of the file is about to be removed.
func closeAll(t *testing.T, db *sql.DB) {
	db.Close()
	for began := time.Now(); db.Stats().OpenConnections > 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Error("a connection of the device store is never given back")
			return
		}
	}
}

// remembering is a client whose memory is prepared before it is made.
func remembering(t *testing.T, s *whatsapptest.Server, prepare func(*store.Device)) *companion {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "wa.db")+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(t, db) })
	all := sqlstore.NewWithDB(db, "sqlite", nil)
	if err := all.Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	dev := all.NewDevice()
	if prepare != nil {
		prepare(dev)
	}
	c := &companion{Client: whatsmeow.NewClient(dev, nil), t: t, more: make(chan struct{})}
	reach := &http.Client{Transport: s.Transport()}
	c.SetWebsocketHTTPClient(reach)
	c.SetPreLoginHTTPClient(reach)
	c.SetMediaHTTPClient(reach)
	c.EnableDecryptedEventBuffer, c.SynchronousAck, c.UseRetryMessageStore = true, true, true
	c.AddEventHandlerWithSuccessStatus(func(e any) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.events = append(c.events, e)
		close(c.more)
		c.more = make(chan struct{})
		if _, ok := e.(*events.Message); ok && c.fails > 0 {
			c.fails--
			return false
		}
		return true
	})
	t.Cleanup(c.Disconnect)
	return c
}

// linked is a client that is linked already.
func linked(t *testing.T, s *whatsapptest.Server, p *whatsapptest.Phone) *companion {
	t.Helper()
	c := remembering(t, s, func(dev *store.Device) { must(t, p.Provision(t.Context(), dev)) })
	c.connects()
	return c
}

func (c *companion) connects() {
	c.t.Helper()
	if err := c.Connect(); err != nil {
		c.t.Fatal(err)
	}
	expect[*events.Connected](c, nil)
}

// expect waits for an event of a type.
func expect[T any](c *companion, like func(T) bool) T {
	c.t.Helper()
	late := time.After(time.Minute)
	for at := 0; ; {
		c.mu.Lock()
		for ; at < len(c.events); at++ {
			if e, ok := c.events[at].(T); ok && (like == nil || like(e)) {
				c.events = append(c.events[:at:at], c.events[at+1:]...)
				c.mu.Unlock()
				return e
			}
		}
		more := c.more
		c.mu.Unlock()
		select {
		case <-more:
		case <-late:
			var none T
			c.t.Fatalf("no %T", none)
		}
	}
}

func text(want string) func(*events.Message) bool {
	return func(m *events.Message) bool { return m.Message.GetConversation() == want }
}

func TestTextsBothWays(t *testing.T) {
	t.Parallel()
	s := serve(t)
	phone := s.Phone(t, office, "IOMA")
	bot := linked(t, s, phone)
	chat := s.Phone(t, ana, "Ana").Chat(office)
	id := chat.Says("hola")
	m := expect(bot, text("hola"))
	if m.Info.Sender.User == ana || m.Info.Sender.Server != "lid" || m.Info.SenderAlt.User != ana || m.Info.PushName != "Ana" {
		t.Errorf("from %+v", m.Info)
	}
	bot.answers(m, "¿qué necesitás?")
	chat.Expects("¿qué (necesitás)\\?")
	phone.Chat(ana).WaitsFor("hola")
	if err := s.Until(t.Context(), func() bool { _, ok := chat.Receipt(id); return ok }); err != nil {
		t.Error(err)
	}
	for _, st := range s.Stanzas("") {
		if strings.Contains(st.Raw, "hola") || strings.Contains(st.Raw, "necesitás") {
			t.Errorf("the server can read: %s", st.Raw)
		}
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	s := serve(t)
	bot := linked(t, s, s.Phone(t, office, "IOMA"))
	chat := s.Phone(t, ana, "Ana").Chat(office)
	chat.Says("hoja")
	m := expect(bot, text("hoja"))
	pdf := bytes.Repeat([]byte("%PDF-1.7 "), 30000)
	u, err := bot.Upload(t.Context(), pdf, whatsmeow.MediaDocument)
	if err != nil {
		t.Fatal(err)
	}
	bot.sends(m.Info.Chat.String(), &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		FileName: proto.String("hoja.pdf"), Mimetype: proto.String("application/pdf"), Caption: proto.String("tu hoja"), URL: &u.URL, DirectPath: &u.DirectPath,
		MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
	}})
	got, data := chat.ExpectsDocument("hoja.pdf")
	if !bytes.Equal(data, pdf) || got.Text != "tu hoja" || got.Document.Type != "application/pdf" {
		t.Errorf("got %d bytes, %+v", len(data), got)
	}
	for _, b := range s.Blobs() {
		if bytes.Contains(b, []byte("%PDF")) {
			t.Error("the server can read the file")
		}
	}
	chat.SendsVoice([]byte("OggS and so on"), 3)
	v := expect(bot, func(m *events.Message) bool { return m.Message.GetAudioMessage() != nil })
	if data, err := bot.Download(t.Context(), v.Message.GetAudioMessage()); err != nil || string(data) != "OggS and so on" {
		t.Errorf("voice: %q %v", data, err)
	}
}

func TestPairing(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string]func(t *testing.T, p *whatsapptest.Phone, c *companion){
		"QR": func(t *testing.T, p *whatsapptest.Phone, c *companion) {
			must(t, p.Scans(expect[*events.QR](c, nil).Codes[0]))
		},
		"code": func(t *testing.T, p *whatsapptest.Phone, c *companion) {
			expect[*events.QR](c, nil)
			code, err := c.PairPhone(t.Context(), p.Number, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
			must(t, err)
			must(t, p.Types(code))
		},
		"passkey": func(t *testing.T, p *whatsapptest.Phone, c *companion) {
			p.NeedsPasskey()
			must(t, p.Scans(expect[*events.QR](c, nil).Codes[2]))
			ask := expect[*events.PairPasskeyRequest](c, nil)
			if string(ask.PublicKey.Challenge) != whatsapptest.PasskeyChallenge {
				t.Errorf("challenge %q", ask.PublicKey.Challenge)
			}
			must(t, c.SendPasskeyResponse(t.Context(), passkeyAnswer(t)))
			expect[*events.PairPasskeyConfirmation](c, nil)
			must(t, c.SendPasskeyConfirmation(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			phone := s.Phone(t, office, "IOMA")
			c := client(t, s)
			must(t, c.Connect())
			pair(t, phone, c)
			if e := expect[*events.PairSuccess](c, nil); e.ID.User != office || e.ID.Device == 0 {
				t.Errorf("paired as %v", e.ID)
			}
			expect[*events.Connected](c, nil)
			chat := s.Phone(t, ana, "Ana").Chat(office)
			chat.Says("hola")
			c.answers(expect(c, text("hola")), "hola, Ana")
			chat.Expects("hola, Ana")
			must(t, c.Logout(t.Context()))
		})
	}
}

func TestAWrongCodePairsNobody(t *testing.T) {
	t.Parallel()
	s := serve(t)
	phone := s.Phone(t, office, "IOMA")
	c := client(t, s)
	must(t, c.Connect())
	expect[*events.QR](c, nil)
	_, err := c.PairPhone(t.Context(), office, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	must(t, err)
	must(t, phone.Types("ABCD-EFGH"))
	must(t, s.Until(t.Context(), func() bool { return len(s.Stanzas("iq md link_code_companion_reg")) == 2 }))
	if s.Online(office) {
		t.Error("it is linked")
	}
	if err := s.Phone(t, ana, "Ana").Types("ABCD-EFGH"); err != whatsapptest.ErrCode {
		t.Errorf("typed on another phone: %v", err)
	}
	if _, err := c.PairPhone(t.Context(), office, true, whatsmeow.PairClientChrome, "Llave"); err == nil {
		t.Error("a display name that WhatsApp refuses was taken")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, k := range []struct {
		fault whatsapptest.Fault
		want  func(c *companion)
	}{
		{whatsapptest.Fault{Failure: 401}, func(c *companion) { expect[*events.LoggedOut](c, nil) }},
		{whatsapptest.Fault{Failure: 403}, func(c *companion) { expect[*events.LoggedOut](c, nil) }},
		{whatsapptest.Fault{Failure: 406}, func(c *companion) { expect[*events.LoggedOut](c, nil) }},
		{whatsapptest.Fault{Failure: 402, Code: 101, Expire: time.Hour}, func(c *companion) {
			expect(c, func(b *events.TemporaryBan) bool { return b.Expire == time.Hour && b.Code == 101 })
		}},
		{whatsapptest.Fault{Failure: 405}, func(c *companion) { expect[*events.ClientOutdated](c, nil) }},
		{whatsapptest.Fault{Failure: 409}, func(c *companion) { expect[*events.ConnectFailure](c, nil) }},
		{whatsapptest.Fault{Failure: 503, Times: 1}, func(c *companion) { expect[*events.Disconnected](c, nil); expect[*events.Connected](c, nil) }},
	} {
		t.Run(strconv.Itoa(k.fault.Failure), func(t *testing.T) {
			s := serve(t)
			c := linked(t, s, s.Phone(t, office, "IOMA"))
			k.fault.On, k.fault.From = "login", office
			s.Fault(k.fault)
			s.Cut(office)
			expect[*events.Disconnected](c, nil)
			k.want(c)
		})
	}
}

func TestStreamErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	phone := s.Phone(t, office, "IOMA")
	c := linked(t, s, phone)
	s.StreamError(office, "503")
	expect[*events.Disconnected](c, nil)
	expect[*events.Connected](c, nil)
	s.StreamError(office, "999")
	expect(c, func(e *events.StreamError) bool { return e.Code == "999" })
	expect[*events.Connected](c, nil)
	s.Timelock(office, time.Now().Add(time.Hour))
	expect(c, func(e *events.NotifyAccountReachoutTimelock) bool {
		return e.IsActive && time.Until(e.TimeEnforcementEnds.Time) > 0
	})
	s.Replace(office)
	expect[*events.StreamReplaced](c, nil)
	d := linked(t, s, phone)
	s.Unlink(office)
	expect(d, func(e *events.LoggedOut) bool { return !e.OnConnect })
}

// What a client does not confirm it is given again, in order, and what arrives garbled is sent again by its sender.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := linked(t, s, s.Phone(t, office, "IOMA"))
	chat := s.Phone(t, ana, "Ana").Chat(office)
	chat.Says("uno")
	expect(c, text("uno"))
	must(t, s.Until(t.Context(), func() bool { return s.Owed(office) == 0 }))
	c.mu.Lock()
	c.fails = 1
	c.mu.Unlock()
	chat.Says("dos")
	expect(c, text("dos"))
	c.Disconnect()
	chat.Says("tres")
	if n := s.Owed(office); n != 2 {
		t.Errorf("%d messages are owed", n)
	}
	c.connects()
	expect(c, text("dos"))
	expect(c, text("tres"))
	must(t, s.Until(t.Context(), func() bool { return s.Owed(office) == 0 }))
	s.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Garbled: true})
	chat.Says("cuatro")
	expect[*events.UndecryptableMessage](c, nil)
	if m := expect(c, text("cuatro")); m.RetryCount != 1 {
		t.Errorf("sent again %d times", m.RetryCount)
	}
}

func TestFaultsOfSending(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := linked(t, s, s.Phone(t, office, "IOMA"))
	chat := s.Phone(t, ana, "Ana").Chat(office)
	chat.Says("hola")
	to := expect(c, text("hola")).Info.Chat
	send := func(id, text string) error {
		_, err := c.SendMessage(t.Context(), to, &waE2E.Message{Conversation: &text}, whatsmeow.SendRequestExtra{ID: id, Timeout: 200 * time.Millisecond})
		return err
	}
	s.Fault(whatsapptest.Fault{On: "message", From: office, Error: 463, Times: 1})
	if err := send("A", "no"); err == nil || !strings.Contains(err.Error(), "463") {
		t.Errorf("refused: %v", err)
	}
	s.Fault(whatsapptest.Fault{On: "message", From: office, Unacked: true, Times: 1})
	if err := send("B", "sí"); err != whatsmeow.ErrMessageTimedOut {
		t.Errorf("not acknowledged: %v", err)
	}
	chat.Expects("^sí$")
	must(t, send("B", "sí")) // the same id again
	s.Fault(whatsapptest.Fault{On: "message", From: office, Lost: true, Times: 1})
	if _, err := c.SendMessage(t.Context(), to, &waE2E.Message{Conversation: proto.String("fin")}); err != nil {
		t.Errorf("cut before the answer: %v", err)
	}
	chat.Expects("^fin$")
	if n := chat.Screen()[1].Repeats; n != 1 {
		t.Errorf("the message that was sent twice came again %d times", n)
	}
	s.Fault(whatsapptest.Fault{On: "iq encrypt key", From: office, Error: 503})
	s.Phone(t, beto, "Beto").Chat(office).Says("hola")
	other := expect(c, text("hola")).Info.Chat
	must(t, c.Store.Sessions.DeleteAllSessions(context.Background(), other.User+"_1"))
	if _, err := c.SendMessage(t.Context(), other, &waE2E.Message{Conversation: proto.String("nadie lo lee")}); err == nil || !strings.Contains(err.Error(), "479") {
		t.Errorf("encrypted for nobody: %v", err)
	}
}

// A number that is hidden does not reach others.
func TestHiddenNumber(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := linked(t, s, s.Phone(t, office, "IOMA"))
	p := s.Phone(t, ana, "Ana")
	p.HidesNumber()
	p.Chat(office).Says("hola")
	m := expect(c, text("hola"))
	if m.Info.Sender.User != p.LID() || !m.Info.SenderAlt.IsEmpty() {
		t.Errorf("from %+v", m.Info.MessageSource)
	}
	c.answers(m, "hola")
	p.Chat(office).Expects("hola")
}

// An unmodified client that knows another root stays away.
func TestOnlyTheServersRoot(t *testing.T) {
	s := serve(t)
	key := whatsmeow.WACertPubKey
	defer func() { whatsmeow.WACertPubKey = key }()
	whatsmeow.WACertPubKey[3]++
	if err := client(t, s).Connect(); err == nil || !strings.Contains(err.Error(), "cert") {
		t.Errorf("connected: %v", err)
	}
}
