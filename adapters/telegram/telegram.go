// Package telegram is the channel of people who write on Telegram: it hears by long polling or by webhook, and says
// what the bot says, through the Bot API.
//
// Of the library only MakeRequest, UploadFiles and the types around them are used. What it does by itself (polling,
// webhooks, start) confirms updates before they are kept, waits for ever, or prints the bot's token.
package telegram

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
	"llave/bot"
	"llave/bot/rate"
)

// Channel is the name under which a Telegram is registered with the engine.
const Channel = "telegram"

// PublicAPI is where Telegram itself answers.
const PublicAPI = "https://api.telegram.org"

// WebhookPath is where the webhook is to be mounted.
const WebhookPath = "/telegram/webhook"

// Options is what a Telegram is made of. Token is required, and PublicURL with Webhook.
type Options struct {
	Token string
	// API is the Bot API server; empty is [PublicAPI].
	API string
	// Rate is how many calls a second may go out over all chats, beside one a second in each. Zero sets neither limit.
	Rate float64
	// Webhook has Telegram push its updates to PublicURL instead of being asked for them.
	Webhook   bool
	PublicURL string
	// Secret proves that a push comes from Telegram. If it is empty one is made of the token.
	Secret string
	// Transport carries the calls; nil is a pool of connections of its own.
	Transport http.RoundTripper
	Log       *slog.Logger
	Now       func() time.Time
}

// Telegram is one bot account. It implements [bot.Channel] and [bot.Paced].
type Telegram struct {
	opt     Options
	account string
	api     tgbotapi.BotAPI // never called itself: every call takes a copy with its context
	log     *slog.Logger
	texts   *catalog
	pace    *rate.Pace
	hush    *hush
	typing  *besteffort.Typing[int64]
	queue   *besteffort.Queue                   // of calls that no reply waits for
	name    atomic.Pointer[string]              // the bot's user name, once it is known
	met     chan struct{}                       // closed when the name was asked for once
	seen    *besteffort.Cache[string, struct{}] // updates that were received
	boards  *besteffort.Cache[int64, int]       // the last message with a keyboard of each chat
	partial *besteffort.Cache[string, int]      // how many parts of a reply were sent
	told    *told
	albums  *albums

	lacks    *lacks
	standing standing
	doubt    doubt
	stats    Stats
}

// TokenShape is what the token of a bot looks like.
var TokenShape = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]{30,}$`)

// SecretShape is what Telegram takes as a secret.
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
	t := &Telegram{opt: o, log: o.Log, met: make(chan struct{}), hush: newHush(o.Now), lacks: newLacks(o.Now), queue: besteffort.NewQueue(maxWorkers, maxWaiting), told: newTold(), albums: newAlbums()}
	t.standing.at = Status{State: Stopped, Since: o.Now()}
	t.account, _, _ = strings.Cut(o.Token, ":")
	if o.Rate > 0 {
		t.pace = rate.NewPace(o.Rate, time.Second, burst, o.Now)
	} else {
		t.pace = rate.NewPace(0, 0, 0, o.Now)
	}
	var err error
	if t.texts, err = loadCatalog(); err != nil {
		return nil, err
	}
	t.stats.init()
	t.api = tgbotapi.BotAPI{Token: o.Token, Client: newTransport(o.Transport, o.Token, &t.stats)}
	t.api.SetAPIEndpoint(strings.TrimRight(o.API, "/") + "/bot%s/%s")
	t.typing = &besteffort.Typing[int64]{After: typingAfter, Every: typingEvery, Times: typingTimes}
	t.seen, t.boards, t.partial = besteffort.NewCache[string, struct{}](4096), besteffort.NewCache[int64, int](16384), besteffort.NewCache[string, int](1024)
	return t, nil
}

// At most so many calls that no reply waits for run at a time, and so many wait.
const (
	maxWorkers = 32
	maxWaiting = 4096
)

// burst is how many letters a chat may be sent at once before it has one a second.
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

// Slot implements [bot.Paced].
func (t *Telegram) Reserve(to bot.ChatID) (wait time.Duration, everybody bool) {
	return t.pace.Reserve(to)
}

// Run hears until ctx ends, whatever the Bot API says meanwhile, and then returns nil: [Telegram.Status] says how it
// stands. Once it has returned it hands nothing to the bot any more; Send goes on working until Close.
func (t *Telegram) Run(ctx context.Context, to bot.Accepter) error {
	ctx, cancel := context.WithCancel(ctx)
	t.stand(Connecting, 0)
	defer t.stand(Stopped, 0)
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
		t.awaitPushes(ctx)
	} else {
		t.poll(ctx, to)
	}
	return nil
}

// Close ends what goes on in the background, after the last Send, and gives it until ctx's end to finish.
func (t *Telegram) Close(ctx context.Context) error {
	t.typing.Stop()
	err := t.queue.Close(ctx)
	t.api.Client.(*transport).close()
	return err
}

// introduce asks for the bot's name and sets its commands, for as long as it takes.
func (t *Telegram) introduce(ctx context.Context) {
	err := t.learnName(ctx)
	close(t.met)
	if err != nil && t.persist(ctx, "getMe", t.learnName) != nil {
		return
	}
	t.persist(ctx, "setMyCommands", func(ctx context.Context) error {
		_, err := t.call(ctx, callTime, "setMyCommands", tgbotapi.Params{"commands": t.texts.commands})
		return err
	})
}

// awaitName waits until the name was asked for once: what comes of the first update may need a link back.
func (t *Telegram) awaitName(ctx context.Context) {
	select {
	case <-t.met:
	case <-ctx.Done():
	}
}

var nameShape = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// learnName asks who the bot is: without its name there is no link back into the chat.
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

// userName is the bot's, or "" while it is not known.
func (t *Telegram) userName() string {
	if name := t.name.Load(); name != nil {
		return *name
	}
	return ""
}
