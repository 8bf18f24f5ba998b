package whatsapptest

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// bundle is what a client publishes so that others can write to it first.
type bundle struct {
	registration, identity []byte
	signed                 waBinary.Node
	once                   []waBinary.Node // each is given away once
}

// iq answers a question.
func (s *Server) iq(c *clientConn, n waBinary.Node, f *Fault) {
	if f != nil && f.Error != 0 {
		c.send(refusalNode(n, f.Error))
		return
	}
	ask, ok := questions[kind(n)]
	switch {
	case n.Attrs["type"] == "result":
		s.paired(c, n)
	case ok && (c.dev != nil || s.strange[c] != nil):
		ask(s, c, n)
	default:
		c.send(refusalNode(n, 501))
	}
}

// questions are those that are answered.
var questions = map[string]func(*Server, *clientConn, waBinary.Node){
	"iq encrypt count": func(_ *Server, c *clientConn, n waBinary.Node) {
		count := 1 // none at all would have a new client make 812 instead of 50
		if c.dev.keys != nil {
			count = len(c.dev.keys.once)
		}
		c.send(answer(n, waBinary.Node{Tag: "count", Attrs: waBinary.Attrs{"value": count}}))
	},
	"iq encrypt registration":         (*Server).published,
	"iq encrypt key":                  (*Server).bundles,
	"iq passive active":               (*Server).activated,
	"iq passive passive":              func(_ *Server, c *clientConn, n waBinary.Node) { c.dev.active = false; c.send(answer(n)) },
	"iq usync usync":                  (*Server).usync,
	"iq w:m media_conn":               (*Server).mediaConn,
	"iq w:p":                          func(_ *Server, c *clientConn, n waBinary.Node) { c.send(answer(n)) },
	"iq privacy privacy":              (*Server).privacy,
	"iq privacy tokens":               func(_ *Server, c *clientConn, n waBinary.Node) { c.send(answer(n)) },
	"iq md remove-companion-device":   (*Server).loggedOut,
	"iq md link_code_companion_reg":   (*Server).byCode,
	"iq md ref":                       (*Server).passkeyRef,
	"iq md passkey_prologue":          (*Server).prologue,
	"iq md companion_nonce":           (*Server).companionNonce,
	"iq md encrypted_pairing_request": (*Server).pairingRequest,
}

// published takes a client's keys.
func (s *Server) published(c *clientConn, n waBinary.Node) {
	if c.dev.keys == nil {
		c.dev.keys = &bundle{}
	}
	b := c.dev.keys
	b.registration, b.identity = bytesOf(n.GetChildByTag("registration")), bytesOf(n.GetChildByTag("identity"))
	b.signed = n.GetChildByTag("skey")
	list := n.GetChildByTag("list")
	b.once = append(b.once, list.GetChildren()...)
	c.send(answer(n))
}

// bundles gives away clients' keys. Addresses are repeated as they were asked for: clients look them up by that.
func (s *Server) bundles(c *clientConn, n waBinary.Node) {
	ask := n.GetChildByTag("key")
	var users []waBinary.Node
	for _, u := range ask.GetChildren() {
		jid := jidOf(u, "jid")
		d := s.device(jid)
		if d == nil || d.keys == nil {
			users = append(users, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: []waBinary.Node{{Tag: "error", Attrs: waBinary.Attrs{"code": 404, "text": "item-not-found"}}}})
			continue
		}
		content := []waBinary.Node{
			{Tag: "registration", Content: d.keys.registration},
			{Tag: "type", Content: []byte{5}},
			{Tag: "identity", Content: d.keys.identity},
			d.keys.signed,
		}
		if len(d.keys.once) > 0 {
			content = append(content, d.keys.once[0])
			d.keys.once = d.keys.once[1:]
		}
		users = append(users, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: content})
	}
	c.send(answer(n, waBinary.Node{Tag: "list", Content: users}))
}

// usync says which devices people have, and their LIDs.
func (s *Server) usync(c *clientConn, n waBinary.Node) {
	list := n.GetChildByTag("usync", "list")
	var users []waBinary.Node
	for _, u := range list.GetChildren() {
		jid := jidOf(u, "jid")
		a := s.find(jid)
		if a == nil {
			users = append(users, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}})
			continue
		}
		var devices []waBinary.Node
		for _, d := range a.devices {
			if d.keys != nil {
				devices = append(devices, waBinary.Node{Tag: "device", Attrs: waBinary.Attrs{"id": int(d.id), "is_hosted": false}})
			}
		}
		users = append(users, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: []waBinary.Node{
			{Tag: "devices", Content: []waBinary.Node{{Tag: "device-list", Content: devices}}},
			{Tag: "lid", Attrs: waBinary.Attrs{"val": a.lid}},
		}})
	}
	c.send(answer(n, waBinary.Node{Tag: "usync", Content: []waBinary.Node{{Tag: "list", Content: users}}}))
}

func (s *Server) privacy(c *clientConn, n waBinary.Node) {
	var all []waBinary.Node
	for _, name := range []string{"groupadd", "last", "status", "profile", "readreceipts", "online", "calladd"} {
		all = append(all, waBinary.Node{Tag: "category", Attrs: waBinary.Attrs{"name": name, "value": "all"}})
	}
	c.send(answer(n, waBinary.Node{Tag: "privacy", Content: all}))
}

// loggedOut removes the device that asks for it.
func (s *Server) loggedOut(c *clientConn, n waBinary.Node) {
	c.send(answer(n))
	c.forget()
}

// queuedStanza is a stanza that a client has not confirmed.
type queuedStanza struct{ node waBinary.Node }

// activated gives a client what came while it was away.
func (s *Server) activated(c *clientConn, n waBinary.Node) {
	c.send(answer(n))
	d := c.dev
	d.active = true
	count := len(d.queue)
	ib := func(tag string, attrs waBinary.Attrs) {
		c.send(waBinary.Node{Tag: "ib", Attrs: waBinary.Attrs{"from": types.ServerJID}, Content: []waBinary.Node{{Tag: tag, Attrs: attrs}}})
	}
	ib("offline_preview", waBinary.Attrs{"count": count, "message": count, "receipt": 0, "notification": 0, "appdata": 0})
	for _, q := range d.queue {
		s.hand(d, q)
	}
	ib("offline", waBinary.Attrs{"count": count})
}
