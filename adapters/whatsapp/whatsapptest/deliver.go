package whatsapptest

import (
	"maps"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// message takes a message and hands it out to the devices that it was encrypted for.
func (s *Server) message(c *clientConn, n waBinary.Node, f *Fault) {
	ack := waBinary.Node{Tag: "ack", Attrs: waBinary.Attrs{"class": "message", "id": n.Attrs["id"], "from": n.Attrs["to"], "t": s.now().Unix()}}
	if f != nil && f.Error != 0 {
		ack.Attrs["error"] = f.Error
		c.send(ack)
		return
	}
	if !s.fanOut(c, n) {
		ack.Attrs["error"] = 479 // it was encrypted for nobody whom it is for
	}
	switch {
	case f != nil && f.Lost:
		c.drop()
	case f != nil && f.Unacked:
	default:
		c.send(ack)
	}
}

// fanOut hands out a message. False: there was nothing in it for the account that it is addressed to.
func (s *Server) fanOut(c *clientConn, n waBinary.Node) bool {
	to := jidOf(n, "to")
	var others []waBinary.Node
	for _, child := range n.GetChildren() {
		if child.Tag != "participants" && child.Tag != "enc" {
			others = append(others, child)
		}
	}
	if enc, ok := n.GetOptionalChildByTag("enc"); ok {
		return s.deliver(c.dev, to, to, n, append([]waBinary.Node{enc}, others...))
	}
	reached := false
	all := n.GetChildByTag("participants")
	for _, p := range all.GetChildren() {
		at := jidOf(p, "jid")
		ok := s.deliver(c.dev, to, at, n, append(slices.Clone(p.GetChildren()), others...))
		reached = reached || ok && s.find(at) == s.find(to)
	}
	return reached
}

// deliver queues a message for one device. What a number's own other devices get says which chat it was in.
func (s *Server) deliver(from *device, chat, at types.JID, n waBinary.Node, content []waBinary.Node) bool {
	d := s.device(at)
	if d == nil {
		return false
	}
	attrs := waBinary.Attrs{"from": from.in(at.Server), "id": n.Attrs["id"], "t": s.now().Unix(), "type": n.Attrs["type"], "notify": from.acc.name}
	for _, name := range []string{"edit", "category"} {
		if v, ok := n.Attrs[name]; ok {
			attrs[name] = v
		}
	}
	switch {
	case n.Attrs["category"] == "peer":
	case d.acc == from.acc && n.Attrs["recipient"] != nil: // sent once more
		attrs["recipient"] = n.Attrs["recipient"]
	case d.acc == from.acc:
		attrs["recipient"] = chat.ToNonAD()
	case at.Server == types.HiddenUserServer:
		attrs["addressing_mode"] = "lid"
		if !from.acc.unlisted {
			attrs["sender_pn"] = from.acc.pn
		}
	default:
		attrs["sender_lid"] = from.acc.lid
	}
	s.queue(d, waBinary.Node{Tag: "message", Attrs: attrs, Content: content})
	return true
}

// queue keeps a stanza for a device until that has confirmed it.
func (s *Server) queue(d *device, n waBinary.Node) {
	q := &queuedStanza{node: n}
	d.queue = append(d.queue, q)
	if d.active {
		s.hand(d, q)
	}
}

// hand sends a stanza to a device that is connected.
func (s *Server) hand(d *device, q *queuedStanza) {
	n := q.node
	if n.Tag == "message" && (d.id != 0 || len(d.acc.devices) == 1) {
		if f := s.fault(faultMoment{"deliver", s.find(jidOf(n, "from")).pn.User, d.acc.pn.User}); f != nil {
			switch {
			case f.Silent:
				return
			case f.Garbled:
				n = garbled(n)
			case f.Unavailable != "":
				n = unavailable(n, f.Unavailable)
			case f.Repeated:
				d.conn.send(n)
			}
		}
	}
	d.conn.send(n)
}

// garbled is a message that cannot be decrypted.
func garbled(n waBinary.Node) waBinary.Node {
	n.Attrs = maps.Clone(n.Attrs)
	children := slices.Clone(n.GetChildren())
	for i, c := range children {
		if c.Tag == "enc" {
			data := slices.Clone(bytesOf(c))
			data[len(data)-1] ^= 0xff
			children[i].Content = data
		}
	}
	n.Content = children
	return n
}

// unavailable is a message that is kept from linked devices.
func unavailable(n waBinary.Node, why string) waBinary.Node {
	attrs := waBinary.Attrs{}
	if why != "unknown" {
		attrs["type"] = why
	}
	n.Attrs = maps.Clone(n.Attrs)
	n.Content = []waBinary.Node{{Tag: "unavailable", Attrs: attrs}}
	return n
}

// receipt confirms a message that was handed out, and goes on to who sent it.
func (s *Server) receipt(c *clientConn, n waBinary.Node) {
	id, _ := n.Attrs["id"].(string)
	to := jidOf(n, "to")
	c.dev.confirmed("message", id)
	ack := waBinary.Attrs{"class": "receipt", "id": id, "from": n.Attrs["to"]}
	if t, ok := n.Attrs["type"]; ok {
		ack["type"] = t
	}
	c.send(waBinary.Node{Tag: "ack", Attrs: ack})
	a := s.find(to)
	if a == nil {
		return
	}
	for _, d := range a.devices {
		if d == c.dev || to.Device != 0 && d.id != to.Device {
			continue
		}
		attrs := maps.Clone(n.Attrs)
		delete(attrs, "to")
		attrs["from"], attrs["t"] = c.dev.in(to.Server), s.now().Unix()
		s.queue(d, waBinary.Node{Tag: "receipt", Attrs: attrs, Content: n.Content})
	}
}

// acked is a client's word that it needs to see a stanza no more.
func (s *Server) acked(c *clientConn, n waBinary.Node) {
	class, _ := n.Attrs["class"].(string)
	id, _ := n.Attrs["id"].(string)
	if c.dev != nil {
		c.dev.confirmed(class, id)
	}
}

// confirmed forgets the first stanza of a kind and an id.
func (d *device) confirmed(tag, id string) {
	for i, q := range d.queue {
		if q.node.Tag == tag && q.node.Attrs["id"] == id {
			d.queue = slices.Delete(d.queue, i, i+1)
			return
		}
	}
}

// chatstate shows a person that another one types.
func (s *Server) chatstate(c *clientConn, n waBinary.Node) {
	to := jidOf(n, "to")
	if a := s.find(to); a != nil {
		for _, d := range a.devices {
			if d.conn != nil {
				d.conn.send(waBinary.Node{Tag: "chatstate", Attrs: waBinary.Attrs{"from": c.dev.in(to.Server).ToNonAD()}, Content: n.Content})
			}
		}
	}
}
