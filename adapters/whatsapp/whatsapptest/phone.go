package whatsapptest

import (
	"context"
	"database/sql"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	_ "modernc.org/sqlite" // what a phone remembers
)

// patience is how long is waited for what has to come. A test does not fail because a machine is slow.
const patience = time.Minute

// Phone is a phone: a real client, logged in as the first device of a number. It ends with its test.
type Phone struct {
	Number, Name string
	// Client is the client, for what has no word here.
	Client *whatsmeow.Client

	t       testing.TB
	s       *Server
	acc     *account
	gate    sync.Mutex // the library loses messages if it encrypts and decrypts at the same time
	chats   map[string]*Chat
	passkey bool
}

// Phone makes a phone with an unused number, and connects it.
func (s *Server) Phone(t testing.TB, number, name string) *Phone {
	t.Helper()
	p := &Phone{Number: number, Name: name, t: t, s: s, chats: map[string]*Chat{}}
	dev, err := p.provision(t.Context())
	if err != nil {
		t.Fatalf("whatsapptest: %s: %v", name, err)
	}
	p.Client = whatsmeow.NewClient(dev, nil)
	reach := &http.Client{Transport: s.Transport()}
	p.Client.SetWebsocketHTTPClient(reach)
	p.Client.SetPreLoginHTTPClient(reach)
	p.Client.SetMediaHTTPClient(reach)
	p.Client.EnableDecryptedEventBuffer, p.Client.ManualHistorySyncDownload = true, true
	dev.EventBuffer = &gated{dev.EventBuffer, &p.gate}
	p.Client.AddEventHandler(p.handle)
	t.Cleanup(p.Client.Disconnect)
	p.On()
	return p
}

// gated decrypts nothing while something is encrypted.
type gated struct {
	store.EventBuffer
	gate *sync.Mutex
}

func (g *gated) DoDecryptionTxn(ctx context.Context, f func(context.Context) error) error {
	g.gate.Lock()
	defer g.gate.Unlock()
	return g.EventBuffer.DoDecryptionTxn(ctx, f)
}

// provision makes the number and what a phone remembers, in memory.
func (p *Phone) provision(ctx context.Context) (*store.Device, error) {
	db, err := sql.Open("sqlite", "file::memory:?_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would be a memory of its own
	p.t.Cleanup(func() { db.Close() })
	all := sqlstore.NewWithDB(db, "sqlite", nil)
	if err := all.Upgrade(ctx); err != nil {
		return nil, err
	}
	dev := all.NewDevice()
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	a := p.s.account(p.Number, p.Name)
	a.identity = dev.IdentityKey // a phone signs with what it encrypts with
	a.devices = []*device{{acc: a, noise: dev.NoiseKey.Pub[:]}}
	p.acc = a
	if dev.Account, err = identityOf(a, dev.IdentityKey.Pub[:], 0); err != nil {
		return nil, err
	}
	dev.Account.DeviceSignature = ownSignature(dev)
	jid := a.pn
	dev.ID, dev.LID, dev.PushName, dev.Platform = &jid, a.lid, p.Name, "android"
	return dev, dev.Save(ctx)
}

func ownSignature(dev *store.Device) []byte {
	said := slices.Concat(whatsmeow.AdvDeviceSignaturePrefix, dev.Account.Details, dev.IdentityKey.Pub[:], dev.Account.AccountSignatureKey)
	sig := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*dev.IdentityKey.Priv), said)
	return sig[:]
}

// On connects the phone, and Off takes it off the network.
func (p *Phone) On() {
	p.t.Helper()
	if err := p.Client.Connect(); err != nil {
		p.t.Fatalf("whatsapptest: %s: %v", p.Name, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.t.Context()), patience)
	defer cancel()
	if p.s.Until(ctx, func() bool { return p.s.reachable(p.acc) }) != nil {
		p.t.Fatalf("whatsapptest: %s does not get connected", p.Name)
	}
}

// reachable says whether a number's phone has published its keys and gets its messages.
func (s *Server) reachable(a *account) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.devices[0].active && a.devices[0].keys != nil
}

// Off takes the phone off the network.
func (p *Phone) Off() { p.Client.Disconnect() }

// LID is the phone's address without its number.
func (p *Phone) LID() string { return p.acc.lid.User }

// HidesNumber has the server tell others the LID and never the number.
func (p *Phone) HidesNumber() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.acc.unlisted = true
}

// Scans links the client that shows a QR code, and Types the one that waits for a code. An error says that there is none.
func (p *Phone) Scans(code string) error { return p.s.scan(p.acc, code, p.passkey) }

// Types links the client that waits for a code. A wrong code is no error: only the client can notice it.
func (p *Phone) Types(code string) error { return p.s.typed(p.acc, code) }

// Backup keeps the phone's keys for its chat with a number as they are now. What is sent after they were put back is
// encrypted as messages before were.
func (p *Phone) Backup(number string) (restore func()) {
	p.t.Helper()
	ctx := context.WithoutCancel(p.t.Context())
	p.s.mu.Lock()
	a := p.s.find(types.NewJID(number, types.DefaultUserServer))
	var at []string
	for _, d := range a.devices {
		at = append(at, d.in(types.HiddenUserServer).SignalAddress().String())
	}
	p.s.mu.Unlock()
	p.gate.Lock()
	defer p.gate.Unlock()
	before, err := p.Client.Store.Sessions.GetManySessions(ctx, at)
	if err != nil {
		p.t.Fatalf("whatsapptest: %s: %v", p.Name, err)
	}
	return func() {
		p.gate.Lock()
		defer p.gate.Unlock()
		if err := p.Client.Store.Sessions.PutManySessions(ctx, before); err != nil {
			p.t.Fatalf("whatsapptest: %s: %v", p.Name, err)
		}
	}
}

// NeedsPasskey asks for a passkey whenever a client is linked by QR code.
func (p *Phone) NeedsPasskey() { p.passkey = true }

// Provision links a client without any pairing: dev has to be new. It saves it.
func (p *Phone) Provision(ctx context.Context, dev *store.Device) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	d := &device{acc: p.acc, id: uint16(len(p.acc.devices)), noise: dev.NoiseKey.Pub[:]}
	var err error
	if dev.Account, err = identityOf(p.acc, dev.IdentityKey.Pub[:], uint32(d.id)); err != nil {
		return err
	}
	dev.Account.DeviceSignature = ownSignature(dev)
	jid := d.in(types.DefaultUserServer)
	dev.ID, dev.LID, dev.Platform = &jid, d.in(types.HiddenUserServer), "android"
	p.acc.devices = append(p.acc.devices, d)
	return dev.Save(ctx)
}

// Chat is the phone's chat with a number.
func (p *Phone) Chat(number string) *Chat {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.chat(number)
}

func (p *Phone) chat(number string) *Chat {
	c := p.chats[number]
	if c == nil {
		c = &Chat{Phone: p, With: number, seen: map[string]*Message{}, got: map[string]types.ReceiptType{}}
		p.chats[number] = c
	}
	return c
}

// handle handles an event of the client.
func (p *Phone) handle(event any) {
	switch e := event.(type) {
	case *events.Message:
		p.shows(e)
	case *events.Receipt:
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		c := p.with(e.Chat)
		for _, id := range e.MessageIDs {
			if c.got[id] != types.ReceiptTypeRead { // word that it has come may come later than word that it was read
				c.got[id] = e.Type
			}
		}
		p.s.change()
	case *events.ChatPresence:
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		if e.State == types.ChatPresenceComposing {
			p.with(e.Chat).typing++
		}
		p.s.change()
	}
}

// with is the chat with an address. The lock is held.
func (p *Phone) with(jid types.JID) *Chat {
	if a := p.s.find(jid); a != nil {
		return p.chat(a.pn.User)
	}
	return p.chat(jid.User)
}

// shows puts a message on the screen. One that comes again, with the id of another, is not shown: phones do not, either.
func (p *Phone) shows(e *events.Message) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	defer p.s.change()
	c := p.with(e.Info.Chat)
	if old := c.seen[e.Info.ID]; old != nil {
		old.Repeats++
		return
	}
	m := read(e)
	c.seen[m.ID] = m
	c.screen = append(c.screen, m)
}
