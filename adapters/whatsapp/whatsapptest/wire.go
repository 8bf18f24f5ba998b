package whatsapptest

import (
	"bytes"
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/socket"
	"google.golang.org/protobuf/proto"
)

// wire is one connection below the stanzas: frames in the messages of a websocket, sealed once the handshake is over.
type wire struct {
	ctx         context.Context
	ws          *websocket.Conn
	began       bool
	read, write cipher.AEAD
	in, out     uint32
}

// frame reads one frame. Clients send each in a message of its own.
func (w *wire) frame() ([]byte, error) {
	_, data, err := w.ws.Read(w.ctx)
	if err != nil {
		return nil, err
	}
	if !w.began {
		if !bytes.HasPrefix(data, socket.WAConnHeader) {
			return nil, errors.New("not a client of WhatsApp")
		}
		data, w.began = data[len(socket.WAConnHeader):], true
	}
	if len(data) < 3 || len(data)-3 != int(data[0])<<16|int(data[1])<<8|int(data[2]) {
		return nil, errors.New("not one whole frame")
	}
	return data[3:], nil
}

// send writes one frame in a message of its own: clients misread frames that are split.
func (w *wire) send(data []byte) error {
	n := len(data)
	return w.ws.Write(w.ctx, websocket.MessageBinary, append([]byte{byte(n >> 16), byte(n >> 8), byte(n)}, data...))
}

func (w *wire) readProto(m proto.Message) error {
	data, err := w.frame()
	if err != nil {
		return err
	}
	return proto.Unmarshal(data, m)
}

func (w *wire) writeProto(m proto.Message) error {
	data, err := proto.Marshal(m)
	if err != nil {
		return err
	}
	return w.send(data)
}

// readNode reads one stanza.
func (w *wire) readNode() (*waBinary.Node, error) {
	data, err := w.frame()
	if err != nil {
		return nil, err
	}
	plain, err := w.read.Open(nil, nonce(w.in), data, nil)
	if err != nil {
		return nil, fmt.Errorf("frame %d: %w", w.in, err)
	}
	w.in++
	if plain, err = waBinary.Unpack(plain); err != nil {
		return nil, err
	}
	return waBinary.Unmarshal(plain)
}

// writeNode writes one stanza.
func (w *wire) writeNode(n waBinary.Node) error {
	data, err := waBinary.Marshal(n)
	if err != nil {
		return err
	}
	sealed := w.write.Seal(nil, nonce(w.out), data, nil)
	w.out++
	return w.send(sealed)
}
