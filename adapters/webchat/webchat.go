package webchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"llave/adapters/httpx"
	"llave/bot"
	"llave/flows/backend"
)

// Channel is the name under which a [Web] is registered with the engine.
const Channel = "web"

// remembered is how many chats or addresses each limit knows; of those that asked last.
const remembered = 16_384

// account is the bot account: there is one.
const account = "local"

// Options says how the web chat is to run. Path, Key and PublicURL are required.
type Options struct {
	// Path is the SQLite file of the histories. It is made if it is not there.
	Path string
	// Key is 32 bytes. It seals what is kept and signs the cookies: with another key an existing file does not open.
	Key []byte
	// PublicURL is how people's browsers reach the page, without a path: "https://llave.example".
	PublicURL string
	// MesaPhone is the way to a person, printed on the page.
	MesaPhone string
	// Mask takes out of a text that a person wrote what must not be kept. Nil: what is shaped like a CUIL.
	Mask func(text string) string
	// Demo, if there is one, is explained on the page.
	Demo *Demo
	// Address names who is at the other end of a request, to bound floods. Nil: the client that httpx knows.
	Address func(*http.Request) string

	Now func() time.Time
	Log *slog.Logger
}

// Demo is what whoever tries the program needs to know.
type Demo struct{ CUIL, Password, ProviderKey string }

// Web is the channel, and what serves its pages. It is safe for concurrent use.
type Web struct {
	opt     Options
	keys    keys
	history *history
	hub     *hub
	turns   turns
	texts   *texts
	assets  assets

	chats, polls         *httpx.Limiter
	complaints           *httpx.Limiter
	newcomers            newcomers
	beat, patience, hold time.Duration // of streams and polls; see the constants
	stats                Stats

	cancel context.CancelFunc
	swept  chan struct{} // closed when nothing is swept any more
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
	go w.sweeper(ctx, w.swept)
	return w, nil
}

// What a chat may send: as much at once as the engine answers in two minutes, and then what it answers meanwhile.
const (
	chatBurst = 120
	chatEvery = time.Second
)

func open(ctx context.Context, o Options) (w *Web, err error) {
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("public URL is not an http or https address without a path")
	}
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	w = &Web{opt: o, hub: newHub(), swept: make(chan struct{}),
		// Writing fast is answered little by little by the engine; this bounds what a chat can have kept. And one with many
		// pages that poll.
		chats: httpx.NewLimiter(chatBurst, chatEvery, remembered, o.Now), polls: httpx.NewLimiter(pollBurst, pollEvery, remembered, o.Now),
		complaints: httpx.NewLimiter(1, complainEvery, remembered, o.Now), newcomers: limitNewcomers(o.Now), beat: beatEvery, patience: writeTime, hold: holdPoll}
	if w.keys, err = newKeys(o.Key); err != nil {
		return nil, err
	}
	if w.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if w.assets, err = loadAssets(o); err != nil {
		return nil, err
	}
	if w.history, err = openHistory(ctx, o.Path, w.keys, o.Now); err == nil {
		w.history.spoilt = w.spoilt
	}
	return w, err
}

// Leave ends the streams, so that a server that is told to shut down need not wait for people to close their pages.
func (w *Web) Leave() { w.hub.close() }

// Close ends what Open began. Nothing may be sent or served any more.
func (w *Web) Close() error {
	w.Leave()
	w.cancel()
	<-w.swept
	if err := w.history.Close(); err != nil {
		return fmt.Errorf("webchat: close: %w", err)
	}
	return nil
}

// Send implements [bot.Channel]. What it has taken stands in the history; a letter that is repeated stands there once.
func (w *Web) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	return w.keep(ctx, to, r, func(ctx context.Context, chat name) (bool, error) {
		e, file := said(r, w.history.now())
		return w.history.add(ctx, chat, e, file)
	})
}

// Forget implements [bot.Forgetter]. Open pages show nothing of it any more.
func (w *Web) Forget(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	return w.keep(ctx, to, r, func(ctx context.Context, chat name) (bool, error) {
		e, _ := said(r, w.history.now())
		return w.history.erase(ctx, chat, e)
	})
}

// keep changes a chat's history, and tells its pages if it was changed.
func (w *Web) keep(ctx context.Context, to bot.ChatID, r bot.Reply, change func(context.Context, name) (bool, error)) error {
	if to.Channel() != Channel || to.Account() != account || r.ID == "" {
		return &bot.PermanentFailure{Reason: "no letter of the web chat"}
	}
	chat := w.keys.name(to)
	give, err := w.turns.take(ctx, chat)
	if err != nil {
		return err
	}
	defer give()
	changed, err := change(ctx, chat)
	if errors.Is(err, errClosed) {
		return &bot.PermanentFailure{Reason: "the person closed the chat", Gone: true}
	}
	if err != nil {
		return err
	}
	if changed {
		w.hub.wake(chat)
	}
	return nil
}
