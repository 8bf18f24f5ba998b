package whatsapptest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
)

// clientConn is one connection of a client.
type clientConn struct {
	s     *Server
	w     *wire
	out   chan waBinary.Node
	over  context.Context
	drop  context.CancelFunc
	noise []byte
	dev   *device // nil while it is being paired
}

// maxOut is how many stanzas wait for a client that does not read before it is cut off.
const maxOut = 8192

// serve speaks with a client until one of both ends it.
func (s *Server) serve(ws *websocket.Conn) {
	c := &clientConn{s: s, out: make(chan waBinary.Node, maxOut)}
	c.over, c.drop = context.WithCancel(s.ctx)
	defer c.drop()
	c.w = &wire{ctx: c.over, ws: ws}
	defer ws.CloseNow()
	s.mu.Lock()
	s.conns[c] = true
	s.mu.Unlock()
	defer s.gone(c)
	who, noise, err := s.handshake(c.w)
	if err != nil {
		return
	}
	c.noise = noise
	var writer sync.WaitGroup
	writer.Go(c.write)
	defer writer.Wait()
	defer c.drop()
	s.login(c, who)
	for {
		n, err := c.w.readNode()
		if err != nil {
			return
		}
		s.handle(c, *n)
	}
}

// write sends the queued data, in order.
func (c *clientConn) write() {
	for {
		select {
		case n := <-c.out:
			if n.Tag == last.Tag || c.w.writeNode(n) != nil {
				c.drop()
				return
			}
		case <-c.over.Done():
			return
		}
	}
}

// send has a stanza sent. It does not wait: the lock is held.
func (c *clientConn) send(n waBinary.Node) {
	select {
	case c.out <- n:
	default:
		c.drop()
	}
}

// linger is how long a connection stays open after a client was told that this is the end. Closed at once, clients may
// see the end before the reason, and come back.
const linger = 3 * time.Second

// end sends the last stanza of a connection.
func (c *clientConn) end(n waBinary.Node) {
	c.send(n)
	time.AfterFunc(linger, c.drop)
}

// last is no stanza: the connection is cut when it is its turn.
var last = waBinary.Node{}

// cut ends a connection when all that was to be sent before has been.
func (c *clientConn) cut() { c.send(last) }

// gone forgets a connection.
func (s *Server) gone(c *clientConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	delete(s.strange, c)
	if c.dev != nil && c.dev.conn == c {
		c.dev.conn, c.dev.active = nil, false
	}
	s.change()
}

// login lets a client in, or begins to pair it.
func (s *Server) login(c *clientConn, who *waWa6.ClientPayload) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	if who.GetDevicePairingData() != nil {
		if f := s.fault(faultMoment{on: "pairing"}); f != nil && f.Failure != 0 {
			c.refuse(f)
			return
		}
		s.offer(c, who.GetDevicePairingData())
		return
	}
	number := strconv.FormatUint(who.GetUsername(), 10)
	d := s.device(types.JID{User: number, Server: types.DefaultUserServer, Device: uint16(who.GetDevice())})
	if f := s.fault(faultMoment{on: "login", from: number}); f != nil && f.Failure != 0 {
		c.refuse(f)
		return
	}
	if d == nil || string(d.noise) != string(c.noise) {
		c.refuse(&Fault{Failure: 401})
		return
	}
	if old := d.conn; old != nil {
		old.end(streamError("", "replaced"))
	}
	c.dev, d.conn, d.active = d, c, false
	lid := d.in(types.HiddenUserServer)
	c.send(waBinary.Node{Tag: "success", Attrs: waBinary.Attrs{"t": s.now().Unix(), "lid": lid, "location": "frc"}})
}

// refuse answers a login with a failure. After those that a client is meant to come back from the connection ends.
func (c *clientConn) refuse(f *Fault) {
	attrs := waBinary.Attrs{"reason": f.Failure, "location": "frc"}
	if f.Code != 0 {
		attrs["code"] = f.Code
	}
	if f.Expire != 0 {
		attrs["expire"] = int64(f.Expire / time.Second)
	}
	n := waBinary.Node{Tag: "failure", Attrs: attrs}
	if f.Failure == 401 || f.Failure == 403 || f.Failure == 406 {
		c.forget()
	}
	if f.Failure == 500 || f.Failure == 503 {
		c.send(n)
		c.cut()
		return
	}
	c.end(n)
}

// forget removes the device that a connection says it is of: what was logged out does not come back. The lock is held.
func (c *clientConn) forget() {
	for _, a := range c.s.accounts {
		a.devices = slices.DeleteFunc(a.devices, func(d *device) bool { return d.id != 0 && string(d.noise) == string(c.noise) })
	}
}

func streamError(code, conflict string) waBinary.Node {
	n := waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": code}}
	if conflict != "" {
		n.Content = []waBinary.Node{{Tag: "conflict", Attrs: waBinary.Attrs{"type": conflict}}}
	}
	return n
}

// Stanza is what a client sent, as far as tests want to know.
type Stanza struct {
	From string // the number; empty while it is being paired
	Kind string // "message", "receipt", "iq usync", "iq encrypt key", …
	ID   string
	To   string // the number
	Type string
	Raw  string
}

// kind names a stanza: its tag, and of a question what it is about.
func kind(n waBinary.Node) string {
	if n.Tag != "iq" {
		return n.Tag
	}
	name, _ := n.Attrs["xmlns"].(string)
	if children := n.GetChildren(); len(children) > 0 {
		name += " " + children[0].Tag
	}
	return "iq " + name
}

// handle deals with one stanza.
func (s *Server) handle(c *clientConn, n waBinary.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	m := faultMoment{on: kind(n)}
	if c.dev != nil {
		m.from = c.dev.acc.pn.User
	}
	if to := s.find(jidOf(n, "to")); to != nil {
		m.to = to.pn.User
	}
	id, _ := n.Attrs["id"].(string)
	typ, _ := n.Attrs["type"].(string)
	s.stanzas = append(s.stanzas, Stanza{From: m.from, Kind: m.on, ID: id, To: m.to, Type: typ, Raw: n.String()})
	f := s.fault(m)
	switch {
	case f != nil && f.Silent:
		return
	case f != nil && f.Cut:
		c.drop()
		return
	}
	if n.Tag == "iq" {
		s.iq(c, n, f)
	}
	if c.dev == nil {
		return // not let in: clients finish on a new connection what they began on an old one
	}
	switch n.Tag {
	case "message":
		s.message(c, n, f)
	case "receipt":
		s.receipt(c, n)
	case "ack":
		s.acked(c, n)
	case "chatstate":
		s.chatstate(c, n)
	}
}

// Stanzas are those of a kind that clients have sent; all, if kind is empty.
func (s *Server) Stanzas(kind string) []Stanza {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Stanza
	for _, st := range s.stanzas {
		if kind == "" || st.Kind == kind {
			out = append(out, st)
		}
	}
	return out
}

func jidOf(n waBinary.Node, attr string) types.JID {
	jid, _ := n.Attrs[attr].(types.JID)
	return jid
}

// bytesOf is a node's content. Clients may send text where bytes are meant, and short texts come packed.
func bytesOf(n waBinary.Node) []byte {
	switch c := n.Content.(type) {
	case []byte:
		return c
	case string:
		return []byte(c)
	}
	return nil
}

// answer is the result of a question.
func answer(n waBinary.Node, content ...waBinary.Node) waBinary.Node {
	out := waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "id": n.Attrs["id"], "type": "result"}}
	if len(content) > 0 {
		out.Content = content
	}
	return out
}

func refusalNode(n waBinary.Node, code int) waBinary.Node {
	return waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "id": n.Attrs["id"], "type": "error"},
		Content: []waBinary.Node{{Tag: "error", Attrs: waBinary.Attrs{"code": code, "text": fmt.Sprint("refused with ", code)}}},
	}
}
