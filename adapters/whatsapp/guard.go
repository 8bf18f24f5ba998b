package whatsapp

import (
	"context"
	"crypto/cipher"
	"errors"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"golang.org/x/crypto/chacha20poly1305"
)

// guard keeps encrypting and decrypting apart. The library reads a session, changes it and writes it back in both, and
// takes no lock that they share: whichever writes last undoes the other, and what is sent next is silently ignored by
// whoever gets it. The guard is held from the reading of a session to its writing, and not while an answer is awaited.
//
// What remains: a message that somebody could not decrypt is encrypted again by the library outside of it.
type guard chan struct{}

func newGuard() guard { return make(guard, 1) }

// lock waits for the guard until ctx ends.
func (g guard) lock(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g guard) unlock() { <-g }

// hold is one message's hold of the guard. It is used by one goroutine.
type hold struct {
	g    guard
	held bool
}

type holdKey struct{}

// sending is a context in which a message may be encrypted. Free has to be called when the library is done with it.
func (g guard) sending(ctx context.Context) (_ context.Context, free func()) {
	h := &hold{g: g}
	return context.WithValue(ctx, holdKey{}, h), h.free
}

func (h *hold) free() {
	if h != nil && h.held {
		h.held = false
		h.g.unlock()
	}
}

// sessions are the library's, read and written for a message under the guard.
type sessions struct {
	store.SessionStore
}

func holdOf(ctx context.Context) *hold {
	h, _ := ctx.Value(holdKey{}).(*hold)
	return h
}

// GetManySessions is what encrypting begins with.
func (s sessions) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	if h := holdOf(ctx); h != nil && !h.held {
		if err := h.g.lock(ctx); err != nil {
			return nil, err
		}
		h.held = true
	}
	return s.SessionStore.GetManySessions(ctx, addresses)
}

// PutManySessions is what it ends with.
func (s sessions) PutManySessions(ctx context.Context, all map[string][]byte) error {
	defer holdOf(ctx).free()
	return s.SessionStore.PutManySessions(ctx, all)
}

// buffer is what the library keeps of messages, to survive a crash: those that were decrypted and not yet dealt with, and
// those that were sent, in case that somebody cannot decrypt them. Both are sealed: tokens are among them.
type buffer struct {
	store.EventBuffer
	g    guard
	aead cipher.AEAD
}

func newSeal(key []byte) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, errors.New("whatsapp: want a key of 32 bytes")
	}
	return aead, nil
}

// DoDecryptionTxn decrypts one message. The guard comes first: whoever waits for it holds no transaction.
func (b *buffer) DoDecryptionTxn(ctx context.Context, f func(context.Context) error) error {
	if err := b.g.lock(ctx); err != nil {
		return err
	}
	defer b.g.unlock()
	return b.EventBuffer.DoDecryptionTxn(ctx, f)
}

func (b *buffer) PutBufferedEvent(ctx context.Context, hash [32]byte, plain []byte, at time.Time) error {
	return b.EventBuffer.PutBufferedEvent(ctx, hash, seal(b.aead, plain, hash[:]), at)
}

func (b *buffer) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	e, err := b.EventBuffer.GetBufferedEvent(ctx, hash)
	if err != nil || e == nil || e.Plaintext == nil {
		return e, err
	}
	e.Plaintext, err = open(b.aead, e.Plaintext, hash[:])
	return e, err
}

func (b *buffer) AddOutgoingEvent(ctx context.Context, chat types.JID, id types.MessageID, format string, plain []byte) error {
	return b.EventBuffer.AddOutgoingEvent(ctx, chat, id, format, seal(b.aead, plain, []byte(id)))
}

func (b *buffer) GetOutgoingEvent(ctx context.Context, chat, other types.JID, id types.MessageID) (string, []byte, error) {
	format, sealed, err := b.EventBuffer.GetOutgoingEvent(ctx, chat, other, id)
	if err != nil {
		return "", nil, err
	}
	plain, err := open(b.aead, sealed, []byte(id))
	return format, plain, err
}

// nobody forgets what people call themselves: the bot needs it for no longer than a message takes.
type nobody struct{ store.ContactStore }

func (nobody) PutPushName(context.Context, types.JID, string) (bool, string, error) {
	return false, "", nil
}

func (nobody) PutBusinessName(context.Context, types.JID, string) (bool, string, error) {
	return false, "", nil
}

func (nobody) PutContactName(context.Context, types.JID, string, string) error { return nil }

func (nobody) PutAllContactNames(context.Context, []store.ContactEntry) error { return nil }

func (nobody) PutManyRedactedPhones(context.Context, []store.RedactedPhoneEntry) error { return nil }

// install puts all that around a device's store, before a client is made of it.
func (w *WhatsApp) install(dev *store.Device) {
	dev.Sessions = sessions{dev.Sessions}
	dev.EventBuffer = &buffer{dev.EventBuffer, w.guard, w.seal}
	dev.Contacts = nobody{dev.Contacts}
}
