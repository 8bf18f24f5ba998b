package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow"

	"llave/bot"
)

// idBytes is how many bytes of an id are ours; the last one tells the messages of agents from all others.
const idBytes = 9

// messageID is the id of a reply's message. It is derived from the outbox message, and so the same after a crash. The
// text is part of it, since the text in place of an expired reply has the same reply id; so is the time, since an
// outbox that was lost counts from the beginning, and phones ignore a message whose id they know.
//
// The last byte of the id of an agent's message is a MAC of the rest. So a receipt for one is recognised by a later process,
// without a table.
func (w *WhatsApp) messageID(to bot.ChatID, r bot.Reply, part int) string {
	h := sha256.New()
	h.Write(w.opt.Key)
	fmt.Fprintf(h, "%q %q %d %q %d", string(to), r.ID, r.At.UnixNano(), r.Text, part)
	id := h.Sum(nil)[:idBytes]
	switch proof := w.proofOf(id[:idBytes-1]); {
	case r.Kind == bot.Spoken:
		id[idBytes-1] = proof
	case id[idBytes-1] == proof:
		id[idBytes-1] ^= 1
	}
	return whatsmeow.WebMessageIDPrefix + strings.ToUpper(hex.EncodeToString(id))
}

// proofOf is the last byte of the id of an agent's message.
func (w *WhatsApp) proofOf(rest []byte) byte {
	h := hmac.New(sha256.New, w.opt.Key)
	h.Write([]byte("id of an agent's message\x00"))
	h.Write(rest)
	return h.Sum(nil)[0]
}

// isSpoken reports whether an id is that of an agent's message. One in 256 of the ids that others make up looks like one.
func (w *WhatsApp) isSpoken(id string) bool {
	digits, ours := strings.CutPrefix(id, whatsmeow.WebMessageIDPrefix)
	if !ours || len(digits) != 2*idBytes {
		return false
	}
	b, err := hex.DecodeString(digits)
	return err == nil && digits == strings.ToUpper(digits) && b[idBytes-1] == w.proofOf(b[:idBytes-1])
}

// Marks implements [bot.Marker]: the ids of the messages that an agent's reply is sent as, in whatever form. Other replies have
// none.
func (w *WhatsApp) Marks(to bot.ChatID, r bot.Reply) []string {
	if r.Kind != bot.Spoken {
		return nil
	}
	parts := []int{0, plainPart}
	if r.File != nil { // a long text is a message before the file
		parts = append(parts, 1, plainPart+1)
	}
	var out []string
	for _, part := range parts {
		out = append(out, w.messageID(to, r, part))
	}
	return out
}
