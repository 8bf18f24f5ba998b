// Package whatsapptest is a WhatsApp server for tests. Unmodified clients of go.mau.fi/whatsmeow log in, are paired by QR
// code, by pairing code and with a passkey, exchange keys, messages, receipts and files, and are refused, replaced, logged
// out and cut off in all the ways in which WhatsApp and the network between do that. The server sees ciphertext only.
//
// A [Phone] is a person's phone, with a real client in it; what that person does and sees is said in a few words:
//
//	srv, _ := whatsapptest.New(whatsapptest.Options{})
//	ana := srv.Phone(t, "5492215550101", "Ana").Chat("5492215550100")
//	ana.Says("token")
//	ana.Expects(`Token de Ana: \d{3} \d{3}`)
//	ana.ExpectsDocument("hoja.pdf")
//
// It encodes what whatsmeow thinks of the protocol: it proves a program against whatsmeow, and not whatsmeow against
// WhatsApp. Groups, newsletters and histories are not served.
//
// Reading order: server.go, phone.go and chat.go (what a test uses), conn.go, noise.go and wire.go (a connection), pair.go and
// passkey.go (linking), keys.go, deliver.go and media.go (messages and files), fault.go (what goes wrong).
package whatsapptest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// Options say what server it is. All of them may be left out.
type Options struct {
	// Listener is where it listens; nil is a free port of this machine. Dial leads there, where the network does not.
	Listener net.Listener
	Dial     func(ctx context.Context, network, addr string) (net.Conn, error)
	// Now is the hour that messages get.
	Now func() time.Time
}

// Server is the server. Make it with [New] and Close it.
type Server struct {
	now       func() time.Time
	key       *keys.KeyPair
	cert      []byte
	addr      string
	transport *http.Transport
	http      *http.Server
	ctx       context.Context
	cancel    context.CancelFunc
	work      sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed at every change
	accounts []*account
	strange  map[*clientConn]*pairing // connections that nobody is logged in on yet
	conns    map[*clientConn]bool
	blobs    map[string][]byte
	faults   []*Fault
	stanzas  []Stanza
	serial   int

	downloads int
}

// New starts a server.
func New(o Options) (*Server, error) {
	silenced()
	s := &Server{
		now: o.Now, key: keys.NewKeyPair(), changed: make(chan struct{}), blobs: map[string][]byte{},
		strange: map[*clientConn]*pairing{}, conns: map[*clientConn]bool{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.cert, err = certificate(s.key); err != nil {
		return nil, fmt.Errorf("whatsapptest: %w", err)
	}
	l := o.Listener
	if l == nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("whatsapptest: %w", err)
		}
	}
	s.addr = l.Addr().String()
	s.transport = &http.Transport{DialContext: o.Dial, MaxIdleConnsPerHost: 64}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	s.work.Go(func() { s.http.Serve(l) })
	return s, nil
}

// Transport leads every request of a client to the server, whatever host it is for. A client needs it in all three of
// its HTTP clients.
func (s *Server) Transport() http.RoundTripper { return leading{s} }

// leading sends requests to a server.
type leading struct{ s *Server }

// RoundTrip implements http.RoundTripper.
func (l leading) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL = &url.URL{Scheme: "http", Host: l.s.addr, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	r.Host = ""
	return l.s.transport.RoundTrip(r)
}

// Close ends the server and waits for its work. Disconnect clients before: they would try for ever.
func (s *Server) Close() {
	s.mu.Lock()
	s.cancel()
	for c := range s.conns {
		c.drop()
	}
	s.mu.Unlock()
	s.http.Close()
	s.work.Wait()
	s.transport.CloseIdleConnections()
}

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

// ServeHTTP is WhatsApp's hosts: that of the websocket and those of the files.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/ws/chat" {
		s.media(w, r)
		return
	}
	if !s.begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // clients say they are a page of WhatsApp's
	if err != nil {
		return
	}
	ws.SetReadLimit(1 << 24)
	s.serve(ws)
}

// begin counts a connection, unless the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.work.Add(1)
	return true
}

// next is a number that was not used before. The lock is held.
func (s *Server) next() int {
	s.serial++
	return s.serial
}

// silenced stops the library's own printing.
var silenced = sync.OnceFunc(func() {
	var l logger.Loggable = silence{}
	logger.Setup(&l)
})

type silence struct{}

func (silence) Debug(string, string)   {}
func (silence) Info(string, string)    {}
func (silence) Warning(string, string) {}
func (silence) Error(string, string)   {}
func (silence) Configure(string)       {}

// account is a number.
type account struct {
	pn, lid  types.JID
	name     string
	identity *keys.KeyPair // of its phone, which signs for the other devices
	devices  []*device     // the phone first
	unlisted bool          // the number is not told to others
}

// device is a client of an account.
type device struct {
	acc    *account
	id     uint16
	noise  []byte
	keys   *bundle     // nil until it has uploaded some
	conn   *clientConn // nil: it is not connected
	active bool        // it wants its messages
	queue  []*queuedStanza
}

// in is a device's address as a number or as a LID, whichever server is asked for.
func (d *device) in(server string) types.JID {
	jid := d.acc.pn
	if server == types.HiddenUserServer {
		jid = d.acc.lid
	}
	jid.Device = d.id
	return jid
}

// find is the account of an address, nil if there is none. The lock is held.
func (s *Server) find(jid types.JID) *account {
	for _, a := range s.accounts {
		if jid.User == a.pn.User && jid.Server == a.pn.Server || jid.User == a.lid.User && jid.Server == a.lid.Server {
			return a
		}
	}
	return nil
}

// device is the client of an address, nil if there is none. The lock is held.
func (s *Server) device(jid types.JID) *device {
	if a := s.find(jid); a != nil {
		return a.device(jid.Device)
	}
	return nil
}

func (a *account) device(id uint16) *device {
	for _, d := range a.devices {
		if d.id == id {
			return d
		}
	}
	return nil
}

// account makes a number. LIDs tell nothing of it. The lock is held.
func (s *Server) account(number, name string) *account {
	a := &account{pn: types.NewJID(number, types.DefaultUserServer), name: name, identity: keys.NewKeyPair()}
	a.lid = types.NewJID(fmt.Sprint(77000000000000+uint64(s.next())*1009), types.HiddenUserServer)
	s.accounts = append(s.accounts, a)
	return a
}
