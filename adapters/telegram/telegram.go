// Package telegram is the channel of people who write on Telegram: it receives by long polling or by webhook, and sends
// through the Bot API.
//
// Of the library only MakeRequest, UploadFiles and the types around them are used. Its own polling, webhooks and start
// confirm updates before they are kept, wait for ever, or print the bot's token.
//
// Read it in the order in which a message travels:
//
//	poll.go         fetching updates; webhook.go takes pushes, webhook_keep.go keeps the webhook set
//	parse.go        Telegram's form to an update; wire.go has the form, service_message.go the app's own messages
//	media.go        the files that people send, and their address
//	receive.go      an update is handed to the bot; repeats.go finds edits and albums
//	send.go         a reply becomes calls, each made once
//	render.go       which calls; keyboard.go the buttons, choice.go their data, unsupported.go what a server refuses
//	call.go         one call and its errors; transport.go the request, cooldown.go the pauses that Telegram asks for
//	status.go       the state of the channel; stats.go its counters
package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
	"llave/adapters/catalog"
	"llave/bot"
	"llave/bot/rate"
)

// Channel is the name under which a Telegram is registered with the engine.
const Channel = "telegram"

// PublicAPI is Telegram's own server.
const PublicAPI = "https://api.telegram.org"

// WebhookPath is the path of the webhook.
const WebhookPath = "/telegram/webhook"

// Options configure a Telegram. Token is required, and PublicURL with Webhook.
type Options struct {
	Token string
	// API is the Bot API server; empty is [PublicAPI].
	API string
	// Rate is how many calls a second may go out over all chats, beside one a second in each. Zero sets neither limit.
	Rate float64
	// Webhook makes Telegram push its updates to PublicURL; otherwise they are fetched.
	Webhook   bool
	PublicURL string
	// Hold waits until this process may fetch the updates, where several have the same bot, and returns a context that ends
	// when another one may. nil: it always may.
	Hold func(ctx context.Context) (context.Context, error)
	// Secret proves that a push comes from Telegram. If it is empty one is derived from the token.
	Secret string
	// Transport carries the calls; nil is a pool of connections of its own.
	Transport http.RoundTripper
	Log       *slog.Logger
	Now       func() time.Time
}

// Telegram is one bot account. It implements [bot.Channel], [bot.Paced], [bot.Fetcher], [bot.Typist] and [bot.Addresser].
type Telegram struct {
	opt          Options
	account      string
	api          tgbotapi.BotAPI // never called itself: every call takes a copy with its context
	log          *slog.Logger
	texts        *catalog.Texts
	refs         refSealer
	downloads    chan struct{} // one place for each download at a time
	commands     string        // JSON
	pace         *rate.Pace
	cooldown     *cooldown
	typing       *besteffort.Typing[int64]
	queue        *besteffort.Queue                   // of calls that no reply waits for
	name         atomic.Pointer[string]              // the bot's user name, once it is known
	nameAsked    chan struct{}                       // closed after the first attempt to fetch the name
	seen         *besteffort.Cache[string, struct{}] // updates that were received
	lastKeyboard *besteffort.Cache[int64, int]       // the last message with a keyboard of each chat
	sentCalls    *besteffort.Cache[string, int]      // how many parts of a reply were sent
	messageTexts *messageTexts
	albums       *albums

	unsupported   *unsupported
	status        statusHolder
	tokenRefusals tokenRefusals
	stats         Stats
}

// TokenShape matches a bot's token.
var TokenShape = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]{30,}$`)

// SecretShape matches a secret that Telegram takes.
var SecretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)

// New makes the channel. It touches no network.
func New(o Options) (*Telegram, error) {
	if o.API == "" {
		o.API = PublicAPI
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Secret == "" {
		o.Secret = secretOf(o.Token)
	}
	t := &Telegram{opt: o, log: o.Log, nameAsked: make(chan struct{}), cooldown: newCooldown(o.Now), unsupported: newUnsupported(o.Now), queue: besteffort.NewQueue(maxWorkers, maxWaiting), messageTexts: newMessageTexts(), albums: newAlbums(), refs: newRefSealer(o.Token), downloads: make(chan struct{}, maxDownloads)}
	t.status.current = Status{State: Stopped, Since: o.Now()}
	t.account, _, _ = strings.Cut(o.Token, ":")
	if o.Rate > 0 {
		t.pace = rate.NewPace(o.Rate, time.Second, burst, o.Now)
	} else {
		t.pace = rate.NewPace(0, 0, 0, o.Now)
	}
	var err error
	if t.texts, err = loadTexts(); err == nil {
		t.commands, err = commandsOf(t.texts.Get("commands", nil))
	}
	if err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	t.stats.init()
	t.api = tgbotapi.BotAPI{Token: o.Token, Client: newTransport(o.Transport, o.Token, &t.stats)}
	t.api.SetAPIEndpoint(strings.TrimRight(o.API, "/") + "/bot%s/%s")
	t.typing = &besteffort.Typing[int64]{After: typingAfter, Every: typingEvery, Times: typingTimes}
	t.seen, t.lastKeyboard, t.sentCalls = besteffort.NewCache[string, struct{}](4096), besteffort.NewCache[int64, int](16384), besteffort.NewCache[string, int](1024)
	return t, nil
}

// At most so many calls that no reply waits for run at a time, and so many wait.
const (
	maxWorkers = 32
	maxWaiting = 4096
)

// burst is how many messages a chat may be sent at once before it gets one a second.
const burst = 5

func (o *Options) check() error {
	if !TokenShape.MatchString(o.Token) {
		return errors.New("telegram: the token has not the shape of one")
	}
	u, err := url.Parse(o.API)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(o.API, "%?#@") {
		return errors.New("telegram: the API's address is none")
	}
	if o.Secret != "" && !SecretShape.MatchString(o.Secret) {
		return errors.New("telegram: want a secret of 16 to 256 characters of A-Z a-z 0-9 _ -")
	}
	if o.Webhook && o.PublicURL == "" {
		return errors.New("telegram: a webhook needs a public address")
	}
	return nil
}

// Stats returns the counters, live.
func (t *Telegram) Stats() *Stats { return &t.stats }

// Reserve implements [bot.Paced].
func (t *Telegram) Reserve(to bot.ChatID) (wait time.Duration, everybody bool) {
	return t.pace.Reserve(to)
}

// Share says which part of the bot's messages this process writes, where several processes write in its name: Telegram's rate
// is for all of them.
func (t *Telegram) Share(part float64) { t.pace.Share(part) }

// Run receives until ctx ends and then returns nil; failures only change [Telegram.Status]. After it has returned it
// hands nothing to the bot any more; Send works until Close.
func (t *Telegram) Run(ctx context.Context, to bot.Accepter) error {
	ctx, cancel := context.WithCancel(ctx)
	t.setStatus(Connecting, 0)
	defer t.setStatus(Stopped, 0)
	defer t.typing.Stop()
	introduced := make(chan struct{})
	go func() {
		defer close(introduced)
		t.introduce(ctx)
	}()
	defer func() {
		cancel()
		<-introduced
	}()
	if t.opt.Webhook {
		t.runWebhook(ctx)
	} else {
		t.pollWhileHeld(ctx, to)
	}
	return nil
}

// pollWhileHeld fetches updates when this process may, until ctx ends.
func (t *Telegram) pollWhileHeld(ctx context.Context, to bot.Accepter) {
	if t.opt.Hold == nil {
		t.poll(ctx, to)
		return
	}
	for ctx.Err() == nil {
		held, err := t.opt.Hold(ctx)
		if err != nil {
			return
		}
		t.poll(held, to)
		t.setStatus(Connecting, 0)
	}
}

// Close ends the background work, after the last Send, and gives it until the end of ctx to finish.
func (t *Telegram) Close(ctx context.Context) error {
	t.typing.Stop()
	err := t.queue.Close(ctx)
	t.api.Client.(*transport).close()
	return err
}

// introduce fetches the bot's name and sets its commands, however long that takes.
func (t *Telegram) introduce(ctx context.Context) {
	err := t.learnName(ctx)
	close(t.nameAsked)
	if err != nil && t.untilDone(ctx, "getMe", t.learnName) != nil {
		return
	}
	t.untilDone(ctx, "setMyCommands", func(ctx context.Context) error {
		_, err := t.call(ctx, callTime, "setMyCommands", tgbotapi.Params{"commands": t.commands})
		return err
	})
}

// awaitName waits for the first attempt to fetch the name: the first update may need a link back into the chat.
func (t *Telegram) awaitName(ctx context.Context) {
	select {
	case <-t.nameAsked:
	case <-ctx.Done():
	}
}

var nameShape = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// learnName fetches the bot's name, without which there is no link back into the chat.
func (t *Telegram) learnName(ctx context.Context) error {
	var me tgbotapi.User
	if err := t.callInto(ctx, &me, "getMe", nil); err != nil {
		return err
	}
	if !nameShape.MatchString(me.UserName) {
		return errors.New("getMe: no user name")
	}
	t.name.Store(&me.UserName)
	return nil
}

// userName is the bot's name, empty while it is unknown.
func (t *Telegram) userName() string {
	if name := t.name.Load(); name != nil {
		return *name
	}
	return ""
}
