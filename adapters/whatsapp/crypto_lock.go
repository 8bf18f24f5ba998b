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

// cryptoLock keeps encrypting and decrypting apart. In both, the library reads a session, changes it and writes it
// back, without a common lock: the last writer undoes the other, and the next message is silently ignored by the
// recipient. The lock is held from the reading of a session to its writing, and not while waiting for an answer.
//
// One case remains: the library encrypts a message again outside of the lock when a recipient could not decrypt it.
type cryptoLock chan struct{}

func newCryptoLock() cryptoLock { return make(cryptoLock, 1) }

// lock waits for the lock until ctx ends.
func (g cryptoLock) lock(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g cryptoLock) unlock() { <-g }

// lockHold is one message's hold of the lock. One goroutine uses it.
type lockHold struct {
	g    cryptoLock
	held bool
}

type lockHoldKey struct{}

// forSending is a context in which a message may be encrypted. The caller must call free when the library is done with
// it.
func (g cryptoLock) forSending(ctx context.Context) (_ context.Context, free func()) {
	h := &lockHold{g: g}
	return context.WithValue(ctx, lockHoldKey{}, h), h.free
}

func (h *lockHold) free() {
	if h != nil && h.held {
		h.held = false
		h.g.unlock()
	}
}

// lockedSessions are the library's sessions, read and written under the lock.
type lockedSessions struct {
	store.SessionStore
}

func holdOf(ctx context.Context) *lockHold {
	h, _ := ctx.Value(lockHoldKey{}).(*lockHold)
	return h
}

// GetManySessions begins an encryption.
func (s lockedSessions) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	if h := holdOf(ctx); h != nil && !h.held {
		if err := h.g.lock(ctx); err != nil {
			return nil, err
		}
		h.held = true
	}
	return s.SessionStore.GetManySessions(ctx, addresses)
}

// PutManySessions ends an encryption.
func (s lockedSessions) PutManySessions(ctx context.Context, all map[string][]byte) error {
	defer holdOf(ctx).free()
	return s.SessionStore.PutManySessions(ctx, all)
}

// buffer keeps messages for the library over a crash: decrypted messages that are not handled yet, and sent ones, in
// case that a recipient cannot decrypt them. Both are sealed: they hold tokens.
type buffer struct {
	store.EventBuffer
	g    cryptoLock
	aead cipher.AEAD
}

func newSeal(key []byte) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, errors.New("whatsapp: want a key of 32 bytes")
	}
	return aead, nil
}

// DoDecryptionTxn decrypts one message. It takes the lock first: while it waits it holds no transaction.
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
	e.Plaintext, err = unseal(b.aead, e.Plaintext, hash[:])
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
	plain, err := unseal(b.aead, sealed, []byte(id))
	return format, plain, err
}

// noContacts forgets the names of people: the bot needs them for the time of one message.
type noContacts struct{ store.ContactStore }

func (noContacts) PutPushName(context.Context, types.JID, string) (bool, string, error) {
	return false, "", nil
}

func (noContacts) PutBusinessName(context.Context, types.JID, string) (bool, string, error) {
	return false, "", nil
}

func (noContacts) PutContactName(context.Context, types.JID, string, string) error { return nil }

func (noContacts) PutAllContactNames(context.Context, []store.ContactEntry) error { return nil }

func (noContacts) PutManyRedactedPhones(context.Context, []store.RedactedPhoneEntry) error {
	return nil
}

// install wraps a device's store, before a client is made of it.
func (w *WhatsApp) install(dev *store.Device) {
	dev.Sessions = lockedSessions{dev.Sessions}
	dev.EventBuffer = &buffer{dev.EventBuffer, w.cryptoLock, w.seal}
	dev.Contacts = noContacts{dev.Contacts}
}
