package whatsapptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// root signs the certificates of every server of this process. Clients know one root only, in a variable of the
// library's that nothing guards: it is set once, before the first client can be made.
var root = sync.OnceValue(func() *keys.KeyPair {
	k := keys.NewKeyPair()
	whatsmeow.WACertPubKey = *k.Pub
	return k
})

// certificate is a chain from the root to a server's key, which does not expire.
func certificate(server *keys.KeyPair) ([]byte, error) {
	middle := keys.NewKeyPair()
	sign := func(by *keys.KeyPair, serial, issuer uint32, key []byte) (*waCert.CertChain_NoiseCertificate, error) {
		details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
			Serial: &serial, IssuerSerial: &issuer, Key: key, NotBefore: proto.Uint64(0), NotAfter: proto.Uint64(math.MaxInt32),
		})
		if err != nil {
			return nil, err
		}
		sig := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*by.Priv), details)
		return &waCert.CertChain_NoiseCertificate{Details: details, Signature: sig[:]}, nil
	}
	between, err := sign(root(), 1, whatsmeow.WACertIssuerSerial, middle.Pub[:])
	if err != nil {
		return nil, err
	}
	leaf, err := sign(middle, 2, 1, server.Pub[:])
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&waCert.CertChain{Intermediate: between, Leaf: leaf})
}

// noiseResponder is the responder's side of Noise_XX_25519_AESGCM_SHA256.
type noiseResponder struct {
	hash, salt []byte
	aead       cipher.AEAD
	n          uint32
}

func newNoise() *noiseResponder {
	start := []byte(socket.NoiseStartPattern) // exactly as long as a hash, and so used as one
	h := &noiseResponder{hash: start, salt: start, aead: sealer(start)}
	h.mixHash(socket.WAConnHeader)
	return h
}

func sealer(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // every key here has 32 bytes
	}
	aead, _ := cipher.NewGCM(block)
	return aead
}

func nonce(n uint32) []byte { return binary.BigEndian.AppendUint32(make([]byte, 8, 12), n) }

func (h *noiseResponder) mixHash(data []byte) {
	sum := sha256.Sum256(append(h.hash[:len(h.hash):len(h.hash)], data...))
	h.hash = sum[:]
}

// expand makes two keys of the chaining key and a secret.
func (h *noiseResponder) expand(secret []byte) (first, second []byte) {
	both, err := hkdf.Key(sha256.New, secret, h.salt, "", 64)
	if err != nil {
		panic(err)
	}
	return both[:32], both[32:]
}

func (h *noiseResponder) mixKey(private, public []byte) error {
	secret, err := curve25519.X25519(private, public)
	if err != nil {
		return err
	}
	var key []byte
	h.salt, key = h.expand(secret)
	h.aead, h.n = sealer(key), 0
	return nil
}

func (h *noiseResponder) encrypt(plain []byte) []byte {
	out := h.aead.Seal(nil, nonce(h.n), plain, h.hash)
	h.n++
	h.mixHash(out)
	return out
}

func (h *noiseResponder) decrypt(in []byte) ([]byte, error) {
	plain, err := h.aead.Open(nil, nonce(h.n), in, h.hash)
	h.n++
	h.mixHash(in)
	return plain, err
}

// handshake answers a client: what it says first, what is answered, what it says then. It leaves who the client is, and
// the two keys of what follows.
func (s *Server) handshake(w *wire) (*waWa6.ClientPayload, []byte, error) {
	var hello waWa6.HandshakeMessage
	if err := w.readProto(&hello); err != nil {
		return nil, nil, err
	}
	theirs := hello.GetClientHello().GetEphemeral()
	h, mine := newNoise(), keys.NewKeyPair()
	h.mixHash(theirs)
	h.mixHash(mine.Pub[:])
	if err := h.mixKey(mine.Priv[:], theirs); err != nil {
		return nil, nil, err
	}
	static := h.encrypt(s.key.Pub[:])
	if err := h.mixKey(s.key.Priv[:], theirs); err != nil {
		return nil, nil, err
	}
	answer := &waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{Ephemeral: mine.Pub[:], Static: static, Payload: h.encrypt(s.cert)}}
	if err := w.writeProto(answer); err != nil {
		return nil, nil, err
	}
	return h.finish(w, mine)
}

// finish reads who the client is, and sets the keys of what follows.
func (h *noiseResponder) finish(w *wire, mine *keys.KeyPair) (*waWa6.ClientPayload, []byte, error) {
	var done waWa6.HandshakeMessage
	if err := w.readProto(&done); err != nil {
		return nil, nil, err
	}
	static, err := h.decrypt(done.GetClientFinish().GetStatic())
	if err != nil {
		return nil, nil, fmt.Errorf("the client's key: %w", err)
	}
	if err := h.mixKey(mine.Priv[:], static); err != nil {
		return nil, nil, err
	}
	raw, err := h.decrypt(done.GetClientFinish().GetPayload())
	if err != nil {
		return nil, nil, fmt.Errorf("who the client is: %w", err)
	}
	var who waWa6.ClientPayload
	if proto.Unmarshal(raw, &who) != nil {
		return nil, nil, errors.New("who the client is: not understood")
	}
	read, write := h.expand(nil)
	w.read, w.write = sealer(read), sealer(write)
	return &who, static, nil
}
