package webchat

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"llave/adapters/catalog"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// Channel is the name under which a [Web] is registered with the engine.
const Channel = "web"

// limitKeys is how many chats or addresses each limit remembers: those that asked last.
const limitKeys = 16_384

// account is the bot account: there is one.
const account = "local"

// Options configure the web chat. Path or Redis, Key and PublicURL are required.
type Options struct {
	// Path is the SQLite file of the histories. It is created if it is not there.
	Path string
	// Redis, if there is one, keeps the histories in place of a file, for several processes.
	Redis Redis
	// Key is 32 bytes. It seals the histories and signs the cookies: with another key an existing file does not open. Processes on one
	// Redis have the same.
	Key []byte
	// PublicURL is the page's address in people's browsers, without a path: "https://llave.example".
	PublicURL string
	// MesaPhone is the telephone of the help desk, printed on the page.
	MesaPhone string
	// Mask removes from a text of a person what must not be kept. Nil: numbers in the shape of a CUIL.
	Mask func(text string) string
	// Demo, if there is one, is explained on the page.
	Demo *Demo
	// Address is the key of a client for limits. Nil: the client that httpx knows.
	Address func(*http.Request) string

	Now func() time.Time
	Log *slog.Logger
}

// Demo, unless nil, is explained on the page.
type Demo struct{ CUIL, Password, ProviderKey string }

// Web is the channel and the server of its pages. It is safe for concurrent use.
type Web struct {
	opt     Options
	keys    keys
	history history
	hub     *hub
	texts   *catalog.Texts
	assets  assets
	// highlights of the texts of replies
	highlights highlights

	chats, polls                 *httpx.Limiter
	unreadableLog                *httpx.Limiter
	newcomers                    newcomers
	uploads                      uploadCount
	beat, writeTimeout, pollHold time.Duration // of streams and polls; see the constants
	stats                        Stats

	cancel     context.CancelFunc
	background sync.WaitGroup // of what sweeps and watches
}

// Open opens the web chat.
func Open(ctx context.Context, o Options) (*Web, error) {
	if o.Mask == nil {
		o.Mask = backend.MaskCUIL
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Address == nil {
		o.Address = peerAddress
	}
	w, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("webchat: open: %w", err)
	}
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	w.background.Go(func() { w.sweeper(ctx) })
	w.background.Go(func() { w.history.watch(ctx, w.hub) })
	return w, nil
}

// What a chat may send: as much at once as the engine answers in two minutes, and then what it answers meanwhile.
const (
	chatBurst = 120
	chatEvery = time.Second
)

func open(ctx context.Context, o Options) (w *Web, err error) {
	if o.PublicURL, err = httpx.PublicURL(o.PublicURL); err != nil {
		return nil, err
	}
	w = &Web{opt: o, hub: newHub(),
		// Writing fast is answered little by little by the engine; this bounds what a chat can have kept. And one with many
		// pages that poll.
		chats: httpx.NewLimiter(chatBurst, chatEvery, limitKeys, o.Now), polls: httpx.NewLimiter(pollBurst, pollEvery, limitKeys, o.Now),
		unreadableLog: httpx.NewLimiter(1, logUnreadableEvery, limitKeys, o.Now), newcomers: limitNewcomers(o.Now), beat: beatEvery, writeTimeout: writeTime, pollHold: pollHoldTime}
	if w.keys, err = newKeys(o.Key); err != nil {
		return nil, err
	}
	if w.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	w.highlights = newHighlights(o.MesaPhone)
	if w.assets, err = loadAssets(o, w.texts); err != nil {
		return nil, err
	}
	w.history, err = openHistory(ctx, o, sealing{w.keys, w.now, w.logUnreadable})
	return w, err
}

// openHistory opens the history in a file or on a Redis.
func openHistory(ctx context.Context, o Options, s sealing) (history, error) {
	if o.Redis != nil {
		return newRedisHistory(o.Redis, s), nil
	}
	return openFile(ctx, o.Path, s)
}

// now is the present time, without what only this process understands of it.
func (w *Web) now() time.Time { return w.opt.Now().UTC().Round(0) }

// Leave ends the streams, so that a server that shuts down need not wait for people to close their pages.
func (w *Web) Leave() { w.hub.close() }

// Close ends the work that Open began. Nothing may be sent or served any more.
func (w *Web) Close() error {
	w.Leave()
	w.cancel()
	w.background.Wait()
	if err := w.history.Close(); err != nil {
		return fmt.Errorf("webchat: close: %w", err)
	}
	return nil
}
