package whatsapptest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// passkey is the state of pairing an account that has a passkey.
type passkey struct {
	ref    string
	key    *keys.KeyPair // the phone's
	theirs *waCompanionReg.CompanionEphemeralIdentity
	ident  []byte // theirs, as it came
	hash   []byte // what the client is bound to
	bound  bool   // and kept its word
}

// PasskeyChallenge is what a passkey is asked to sign.
const PasskeyChallenge = "a challenge that nobody else has"

// askPasskey has a client bring the answer of a passkey before it is linked.
func (p *pairing) askPasskey(s *Server) {
	p.passkey = passkey{ref: rand.Text(), key: keys.NewKeyPair()}
	options, _ := json.Marshal(map[string]any{
		"challenge": base64.RawURLEncoding.EncodeToString([]byte(PasskeyChallenge)), "timeout": 60000, "rpId": "whatsapp.com", "userVerification": "required",
		"allowCredentials": []any{map[string]any{"id": base64.RawURLEncoding.EncodeToString([]byte("key-1")), "type": "public-key", "transports": []string{"internal"}}},
	})
	p.notify(s, "passkey_prologue_request", waBinary.Node{Tag: "passkey_request_options", Content: options})
}

func (p *pairing) notify(s *Server, typ string, content waBinary.Node) {
	p.conn.send(waBinary.Node{
		Tag: "notification", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": typ, "id": fmt.Sprint(s.next()), "t": s.now().Unix()},
		Content: []waBinary.Node{content},
	})
}

// gated is the pairing of a client that a passkey was asked of; nil is any other, which is refused.
func (s *Server) gated(c *clientConn, n waBinary.Node) *pairing {
	p := s.strange[c]
	if p == nil || p.passkey.key == nil {
		c.send(refusalNode(n, 400))
		return nil
	}
	return p
}

func (s *Server) passkeyRef(c *clientConn, n waBinary.Node) {
	if p := s.gated(c, n); p != nil {
		c.send(answer(n, waBinary.Node{Tag: "ref", Content: []byte(p.passkey.ref)}))
	}
}

// prologue takes the passkey's answer and the client's word what key it will use.
func (s *Server) prologue(c *clientConn, n waBinary.Node) {
	p := s.gated(c, n)
	if p == nil {
		return
	}
	var said struct {
		Response struct {
			Data string `json:"clientDataJSON"`
		} `json:"response"`
	}
	var pro waCompanionReg.ProloguePayload
	var theirs waCompanionReg.CompanionEphemeralIdentity
	if json.Unmarshal(bytesOf(n.GetChildByTag("passkey_prologue", "webauthn_assertion")), &said) != nil || said.Response.Data == "" ||
		proto.Unmarshal(bytesOf(n.GetChildByTag("passkey_prologue", "prologue_payload")), &pro) != nil ||
		proto.Unmarshal(pro.GetCompanionEphemeralIdentity(), &theirs) != nil {
		c.send(refusalNode(n, 400))
		return
	}
	p.passkey.theirs, p.passkey.ident, p.passkey.hash = &theirs, pro.GetCompanionEphemeralIdentity(), pro.GetCommitment().GetHash()
	c.send(answer(n))
	nonce := make([]byte, 32)
	rand.Read(nonce)
	mine, _ := proto.Marshal(&waCompanionReg.PrimaryEphemeralIdentity{PublicKey: p.passkey.key.Pub[:], Nonce: nonce})
	p.notify(s, "crsc_continuation", waBinary.Node{Tag: "primary_ephemeral_identity", Content: mine})
}

// companionNonce is the client keeping its word.
func (s *Server) companionNonce(c *clientConn, n waBinary.Node) {
	p := s.gated(c, n)
	if p == nil {
		return
	}
	sum := sha256.Sum256(append(p.passkey.ident[:len(p.passkey.ident):len(p.passkey.ident)], bytesOf(n.GetChildByTag("companion_nonce"))...))
	if p.passkey.bound = string(sum[:]) == string(p.passkey.hash); !p.passkey.bound {
		c.send(refusalNode(n, 401))
		return
	}
	c.send(answer(n))
}

// pairingRequest is the last step: the client's own secret, encrypted for the phone.
func (s *Server) pairingRequest(c *clientConn, n waBinary.Node) {
	p := s.gated(c, n)
	if p == nil {
		return
	}
	shared, err := curve25519.X25519(p.passkey.key.Priv[:], p.passkey.theirs.GetPublicKey())
	if err != nil || !p.passkey.bound {
		c.send(refusalNode(n, 401))
		return
	}
	salt := fmt.Sprintf("Companion Pairing %d with ref %s", p.passkey.theirs.GetDeviceType(), p.passkey.ref)
	aead := sealer(hkdfutil.SHA256(shared, []byte(salt), []byte("Pairing Information Encryption Key"), 32))
	var sealed waCompanionReg.EncryptedPairingRequest
	var pairing waCompanionReg.PairingRequest
	if proto.Unmarshal(bytesOf(n.GetChildByTag("encrypted_pairing_request")), &sealed) != nil || len(sealed.GetIV()) != 12 {
		c.send(refusalNode(n, 400))
		return
	}
	plain, err := aead.Open(nil, sealed.GetIV(), sealed.GetEncryptedPayload(), nil)
	if err != nil || proto.Unmarshal(plain, &pairing) != nil {
		c.send(refusalNode(n, 401))
		return
	}
	c.send(answer(n))
	s.link(p, pairing.GetAdvSecret())
}

// PasskeyAnswer is what a browser gives for the challenge: JSON, as navigator.credentials.get makes it.
func PasskeyAnswer() []byte {
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	out, _ := json.Marshal(map[string]any{
		"id": b64("key-1"), "rawId": b64("key-1"), "type": "public-key",
		"response": map[string]any{"clientDataJSON": b64(PasskeyChallenge), "authenticatorData": b64("authenticator"), "signature": b64("signature")},
	})
	return out
}

func fromBase64(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }
