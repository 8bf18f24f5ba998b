package whatsapptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// pairing is a client that is not linked yet.
type pairing struct {
	conn     *clientConn
	identity []byte
	refs     []string
	acc      *account // whose phone has begun to link it
	id       uint16   // of the device that it will be
	signed   []byte   // the identity that it was given

	code    linkCode
	passkey passkey
}

// linkCode is the state of pairing by a code that is typed on the phone.
type linkCode struct {
	phone   types.JID
	ref     string
	wrapped []byte        // the client's key, under the code
	key     *keys.KeyPair // the phone's
	theirs  []byte        // the client's key
}

// offer begins to pair a client: it is given what its QR codes are made of.
func (s *Server) offer(c *clientConn, who *waWa6.ClientPayload_DevicePairingRegistrationData) {
	p := &pairing{conn: c, identity: who.GetEIdent()}
	s.strange[c] = p
	var refs []waBinary.Node
	for range 6 {
		ref := fmt.Sprintf("2@%s", rand.Text())
		p.refs = append(p.refs, ref)
		refs = append(refs, waBinary.Node{Tag: "ref", Content: []byte(ref)})
	}
	c.send(waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": fmt.Sprint(s.next())},
		Content: []waBinary.Node{{Tag: "pair-device", Content: refs}},
	})
}

// Errors of what a phone does to link a client.
var (
	ErrCode = errors.New("whatsapptest: no client shows this code")
	ErrFull = errors.New("whatsapptest: the code is not one of WhatsApp's")
)

// scan is a phone that reads a QR code.
func (s *Server) scan(a *account, code string, gated bool) error {
	_, data, _ := strings.Cut(code, "#")
	parts := strings.Split(data, ",")
	if len(parts) != 5 {
		return ErrFull
	}
	adv, err := fromBase64(parts[3])
	if err != nil {
		return ErrFull
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.strange {
		if !slices.Contains(p.refs, parts[0]) {
			continue
		}
		p.acc = a
		if gated {
			p.askPasskey(s)
			return nil
		}
		return s.link(p, adv)
	}
	return ErrCode
}

// link gives a client its identity, signed by the phone.
func (s *Server) link(p *pairing, adv []byte) error {
	for _, d := range p.acc.devices {
		p.id = max(p.id, d.id)
	}
	p.id++
	signed, err := identityOf(p.acc, p.identity, uint32(p.id))
	if err != nil {
		return err
	}
	p.signed, err = proto.Marshal(signed)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, adv)
	mac.Write(p.signed)
	sealed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: p.signed, HMAC: mac.Sum(nil)})
	if err != nil {
		return err
	}
	d := &device{acc: p.acc, id: p.id}
	p.conn.send(waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": fmt.Sprint(s.next()), "t": s.now().Unix()},
		Content: []waBinary.Node{{Tag: "pair-success", Content: []waBinary.Node{
			{Tag: "device-identity", Content: sealed},
			{Tag: "biz", Attrs: waBinary.Attrs{"name": p.acc.name}},
			{Tag: "device", Attrs: waBinary.Attrs{"jid": d.in(types.DefaultUserServer), "lid": d.in(types.HiddenUserServer)}},
			{Tag: "platform", Attrs: waBinary.Attrs{"name": "android"}},
		}}},
	})
	return nil
}

// identityOf is a device's identity, signed by its account's phone.
func identityOf(a *account, identity []byte, index uint32) (*waAdv.ADVSignedDeviceIdentity, error) {
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: proto.Uint32(7), Timestamp: proto.Uint64(1), KeyIndex: &index})
	if err != nil {
		return nil, err
	}
	sig := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*a.identity.Priv), slices.Concat(whatsmeow.AdvAccountSignaturePrefix, details, identity))
	return &waAdv.ADVSignedDeviceIdentity{Details: details, AccountSignatureKey: a.identity.Pub[:], AccountSignature: sig[:]}, nil
}

// paired takes a client's signature under the identity that it was given, and has it log in.
func (s *Server) paired(c *clientConn, n waBinary.Node) {
	p := s.strange[c]
	sign, ok := n.GetOptionalChildByTag("pair-device-sign", "device-identity")
	if p == nil || !ok || p.signed == nil {
		return
	}
	if f := s.fault(faultMoment{on: "paired"}); f != nil && f.Silent {
		return
	}
	var theirs, ours waAdv.ADVSignedDeviceIdentity
	if proto.Unmarshal(bytesOf(sign), &theirs) != nil || proto.Unmarshal(p.signed, &ours) != nil {
		return
	}
	said := slices.Concat(whatsmeow.AdvDeviceSignaturePrefix, ours.Details, p.identity, p.acc.identity.Pub[:])
	if len(theirs.DeviceSignature) != 64 || !ecc.VerifySignature(ecc.NewDjbECPublicKey([32]byte(p.identity)), said, [64]byte(theirs.DeviceSignature)) {
		c.drop()
		return
	}
	p.acc.devices = append(p.acc.devices, &device{acc: p.acc, id: p.id, noise: c.noise})
	c.end(streamError("515", ""))
}

// byCode is a client that wants to be linked by a code: first its key comes, under the code, and later what it found out.
func (s *Server) byCode(c *clientConn, n waBinary.Node) {
	p, reg := s.strange[c], n.GetChildByTag("link_code_companion_reg")
	if p == nil {
		c.send(refusalNode(n, 400))
		return
	}
	if reg.Attrs["stage"] == "companion_finish" {
		c.send(answer(n))
		s.codeDone(p, reg)
		return
	}
	display := string(bytesOf(reg.GetChildByTag("companion_platform_display")))
	if !strings.Contains(display, "(") { // "Chrome (Linux)"
		c.send(refusalNode(n, 400))
		return
	}
	p.code = linkCode{phone: jidOf(reg, "jid"), ref: rand.Text(), wrapped: bytesOf(reg.GetChildByTag("link_code_pairing_wrapped_companion_ephemeral_pub"))}
	c.send(answer(n, waBinary.Node{Tag: "link_code_companion_reg", Attrs: waBinary.Attrs{"stage": "companion_hello"}, Content: []waBinary.Node{
		{Tag: "link_code_pairing_ref", Content: []byte(p.code.ref)},
	}}))
}

// underCode encrypts or decrypts a key with what is typed on a phone.
func underCode(code string, salt, iv, key []byte) ([]byte, error) {
	secret, err := pbkdf2.Key(sha256.New, code, salt, 2<<16, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(key))
	cipher.NewCTR(block, iv).XORKeyStream(out, key)
	return out, nil
}

// typed is a code that was typed on a phone. Whether it is right only the client will know.
func (s *Server) typed(a *account, code string) error {
	code = strings.ReplaceAll(code, "-", "")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.strange {
		if p.code.phone.User != a.pn.User || len(p.code.wrapped) != 80 {
			continue
		}
		p.acc, p.code.key = a, keys.NewKeyPair()
		w := p.code.wrapped
		var err error
		if p.code.theirs, err = underCode(code, w[:32], w[32:48], w[48:]); err != nil {
			return err
		}
		salt, iv := make([]byte, 32), make([]byte, 16)
		rand.Read(salt)
		rand.Read(iv)
		mine, err := underCode(code, salt, iv, p.code.key.Pub[:])
		if err != nil {
			return err
		}
		p.conn.send(waBinary.Node{
			Tag: "notification", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "link_code_companion_reg", "id": fmt.Sprint(s.next()), "t": s.now().Unix()},
			Content: []waBinary.Node{{Tag: "link_code_companion_reg", Attrs: waBinary.Attrs{"stage": "primary_hello"}, Content: []waBinary.Node{
				{Tag: "link_code_pairing_wrapped_primary_ephemeral_pub", Content: slices.Concat(salt, iv, mine)},
				{Tag: "primary_identity_pub", Content: a.identity.Pub[:]},
				{Tag: "link_code_pairing_ref", Content: []byte(p.code.ref)},
			}}},
		})
		return nil
	}
	return ErrCode
}

// codeDone opens what a client found out. With a wrong code it cannot be opened, and nothing more happens.
func (s *Server) codeDone(p *pairing, reg waBinary.Node) {
	bundle, theirs := bytesOf(reg.GetChildByTag("link_code_pairing_wrapped_key_bundle")), bytesOf(reg.GetChildByTag("companion_identity_public"))
	if len(bundle) < 44 || p.code.key == nil {
		return
	}
	shared, err := curve25519.X25519(p.code.key.Priv[:], p.code.theirs)
	if err != nil {
		return
	}
	aead := sealer(hkdfutil.SHA256(shared, bundle[:32], []byte("link_code_pairing_key_bundle_encryption_key"), 32))
	plain, err := aead.Open(nil, bundle[32:44], bundle[44:], nil)
	if err != nil || len(plain) != 96 {
		return
	}
	identities, err := curve25519.X25519(p.acc.identity.Priv[:], theirs)
	if err != nil {
		return
	}
	adv := hkdfutil.SHA256(slices.Concat(shared, identities, plain[64:]), nil, []byte("adv_secret"), 32)
	s.link(p, adv)
}
