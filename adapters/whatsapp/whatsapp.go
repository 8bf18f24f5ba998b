// Package whatsapp is the channel of people who write on WhatsApp. It is a linked device of the insurer's phone, through
// go.mau.fi/whatsmeow: not an official client, see docs/whatsapp.md for what that risks.
//
// A message is acknowledged only when the bot has kept it: acknowledgements are sent after the handler, which only
// accepts, and the decrypted message is kept until then. The id of a message to send is derived from the outbox message,
// so that a reply that is sent again after a crash is the same message, which phones show once.
//
// Read it in the order in which a message travels:
//
//	devices.go      keys and sessions, locked to one process; facts.go small facts about chats
//	crypto_lock.go  encrypting and decrypting kept apart, and sealed at rest
//	run.go          the connection, from one end to the next
//	receive.go      a message becomes an update, and is kept; typing.go shows that an answer is on its way
//	parse.go        its content; unwrap.go and album.go beside it
//	undecrypted.go  messages that cannot be read; unread.go those that cannot be answered yet
//	media.go        the files that people send
//	send.go         a reply is sent; receipts.go how far it has come
//	render.go       a reply becomes messages; message_id.go their ids, timer.go for how long they are shown
//	status.go       the state, and what the operator has to do
//	pair.go         linking a phone and logging out; pairing_flow.go the steps of linking
package whatsapp

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"llave/adapters/besteffort"
	"llave/adapters/catalog"
	"llave/bot"
	"llave/bot/rate"
)

// Channel is the name under which a WhatsApp is registered with the engine.
const Channel = "whatsapp"

// Options configure a WhatsApp. Store and Key are required.
type Options struct {
	// Store is the device store: the path of a file, which is made if need be, or a postgres:// URL.
	Store string
	// Key, of 32 bytes, seals the texts that are kept there until they are confirmed.
	Key []byte
	// OnStatus is called for each change of the status, one at a time. It must not call back.
	OnStatus func(Status)
	// Transport carries all traffic; nil connects to WhatsApp.
	Transport http.RoundTripper
	Timing    Timing
	Log       *slog.Logger
	Now       func() time.Time
}

// Timing is how long things may take. A zero has the usual value.
type Timing struct {
	Ack     time.Duration // WhatsApp's acknowledgement of a message (5s)
	Again   time.Duration // before a connection that was taken over or refused is tried again, doubled each time (30s)
	Typing  time.Duration // before "typing…" is shown (700ms)
	Pairing time.Duration // a pairing, with all that people do in it (160s)
	Cold    time.Duration // between two messages to people who have not written for a day (5s)
	Recover time.Duration // for a message that could not be decrypted to come again (30s)
}

func (t Timing) orUsual() Timing {
	for _, d := range []struct {
		v     *time.Duration
		usual time.Duration
	}{
		{&t.Ack, 5 * time.Second}, {&t.Again, 30 * time.Second}, {&t.Typing, 700 * time.Millisecond},
		{&t.Pairing, 160 * time.Second}, {&t.Cold, 5 * time.Second}, {&t.Recover, 30 * time.Second},
	} {
		if *d.v == 0 {
			*d.v = d.usual
		}
	}
	return t
}

// WhatsApp is one number. It implements [bot.Channel], [bot.Paced], [bot.Fetcher], [bot.Typist], [bot.Marker] and
// [bot.Addresser].
type WhatsApp struct {
	opt        Options
	now        func() time.Time
	log        *slog.Logger
	texts      *catalog.Texts
	devices    *devices
	seal       cipher.AEAD
	cryptoLock cryptoLock
	warm       *rate.Pace // of people who wrote of late
	cold       *rate.Pace // and of all others together
	typing     *besteffort.Typing[types.JID]
	queue      *besteffort.Queue // of calls that no reply waits for
	stats      Stats

	lastWrote   *besteffort.Cache[bot.ChatID, time.Time] // when somebody wrote last
	polls       *besteffort.Cache[string, []string]      // the options of polls, by message
	progress    *besteffort.Cache[string, progress]      // of messages, by id
	textDigests *besteffort.Cache[string, wording]       // digests of what people wrote, by message: an edit may change nothing of it
	albums      *albums
	timers      *chatTimers
	unread      *unreadMessages
	undecrypted *undecrypted

	mu        sync.Mutex
	live      *session // nil: there is none
	pairing   bool
	paired    chan struct{} // closed when a phone has linked it
	base      Status        // of the connection
	limit     time.Time     // nothing is sent until then
	limitedAt time.Time
	limitFor  time.Duration
	limitCode int
	phone     time.Time // when the phone was seen last

	notifying sync.Mutex
	notified  Status
}

// maxWaiting is how many calls that no reply waits for may wait for each other.
const maxWaiting = 1024

// callTime is the usual limit of a call.
const callTime = 10 * time.Second

// Open opens the device store, which no other process may have open ([ErrInUse]). It touches no network.
func Open(ctx context.Context, o Options) (*WhatsApp, error) {
	silenceLibsignal()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Timing = o.Timing.orUsual()
	if o.Store == "" {
		return nil, errors.New("whatsapp: no device store")
	}
	w := &WhatsApp{opt: o, now: o.Now, log: o.Log, cryptoLock: newCryptoLock(), paired: make(chan struct{})}
	var err error
	if w.seal, err = newSeal(o.Key); err != nil {
		return nil, err
	}
	if w.texts, err = loadTexts(); err != nil {
		return nil, fmt.Errorf("whatsapp: %w", err)
	}
	if w.devices, err = openDevices(ctx, o.Store, o); err != nil {
		return nil, err
	}
	w.warm = rate.NewPace(0, time.Second, burst, o.Now)
	w.cold = rate.NewPace(0, o.Timing.Cold, coldBurst, o.Now)
	w.lastWrote, w.polls, w.progress = besteffort.NewCache[bot.ChatID, time.Time](16384), besteffort.NewCache[string, []string](1024), besteffort.NewCache[string, progress](16384)
	w.textDigests, w.albums = besteffort.NewCache[string, wording](16384), newAlbums()
	if err := w.openFacts(ctx); err != nil {
		return nil, errors.Join(err, w.devices.Close())
	}
	w.queue = besteffort.NewQueue(1, maxWaiting)
	w.typing = &besteffort.Typing[types.JID]{After: o.Timing.Typing, Times: 1}
	w.base = Status{State: Stopped, Since: o.Now()}
	w.limit, w.phone = w.devices.notedTime(ctx, "limited"), w.devices.notedTime(ctx, "phone")
	w.limitedAt, w.limitCode = w.limit, w.devices.notedCode(ctx, "limited")
	return w, nil
}

// openFacts reads the stored facts about chats.
func (w *WhatsApp) openFacts(ctx context.Context) error {
	kept := &factStore{db: w.devices.db, aead: w.seal, key: w.opt.Key, now: w.now}
	if err := kept.prune(ctx); err != nil {
		return err
	}
	w.timers = &chatTimers{besteffort.NewCache[bot.ChatID, chatTimer](16384), kept, w.log}
	var err error
	if w.unread, err = openUnread(ctx, kept); err != nil {
		return err
	}
	w.undecrypted, err = openUndecrypted(ctx, kept, w.opt.Timing.Recover, w.now)
	return err
}

// Stats returns the counters, live.
func (w *WhatsApp) Stats() *Stats { return &w.stats }

// The pace: in a chat one message a second after a burst; to people who have not written for a day one message each
// Timing.Cold, with some chance in it, over all of them together after a burst, for the replies that wait at a restart.
const (
	burst     = 5
	coldBurst = 20
	coldAfter = 24 * time.Hour
)

// Reserve implements [bot.Paced]. A person who wrote within a day gets an answer at once. Many messages to others, such
// as the warning that another chat has linked the account, would look like spam.
func (w *WhatsApp) Reserve(to bot.ChatID) (wait time.Duration, everybody bool) {
	if at, ok := w.lastWrote.Get(to); ok && w.now().Sub(at) < coldAfter {
		return w.warm.Reserve(to)
	}
	if wait, _ = w.cold.Reserve("everybody"); wait > 0 {
		wait += rand.N(w.opt.Timing.Cold/2 + 1)
	}
	return wait, false
}

// Close ends the background work, after the last Send, and lets go of the device store.
func (w *WhatsApp) Close(ctx context.Context) error {
	w.typing.Stop()
	_ = w.queue.Close(ctx) // calls that were cut short lose nothing
	return w.devices.Close()
}
