package desk

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"llave/adapters/catalog"
	"llave/adapters/desk/archive"
	"llave/adapters/httpx"
	"llave/bot"
)

// Actor takes what agents do to the affiliate's chat.
type Actor interface {
	// Act keeps an act: nil. What came of it is an entry with the act's id.
	Act(ctx context.Context, chat bot.ChatID, a bot.Act) error
}

// Chats opens the names of chats that the archive keeps and cannot read.
type Chats interface {
	OpenChatRef(ref string) (bot.ChatID, error)
}

// Options configure a desk. Archive, Actor and Chats are required.
type Options struct {
	Archive *archive.Archive
	Actor   Actor
	Chats   Chats
	// Channel is the channel of a chat, nil if there is none: files are fetched and addresses asked for by it, where it can.
	Channel func(bot.ChatID) bot.Channel
	// PublicURL is how browsers reach the desk. With https the cookie is for https only, as for a browser that came
	// by https.
	PublicURL string
	// Await is how long a request waits for the outcome of its act. 0: 5 seconds.
	Await time.Duration

	Now func() time.Time
	Log *slog.Logger
}

// Desk is Mesa de Ayuda.
type Desk struct {
	opt      Options
	db       *archive.Archive
	texts    *catalog.Texts
	pages    *template.Template
	assets   assets
	sessions *scs.SessionManager
	secure   *scs.SessionManager // the same, for browsers that came by https
	signIns  *httpx.Limiter      // by client
	wav      wavCache
	cards    cards
	pictures chan struct{} // one picture is decoded at a time

	beat    time.Duration
	leaving chan struct{} // closed by Leave: streams end
	left    sync.Once
	stop    context.CancelFunc
	fetched chan struct{} // closed when no file is being fetched any more
}

// New makes a desk, and begins to fetch the files that affiliates sent.
func New(o Options) (*Desk, error) {
	if o.Archive == nil || o.Actor == nil || o.Chats == nil {
		return nil, errors.New("desk: an archive, an actor and chats are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Await == 0 {
		o.Await = 5 * time.Second
	}
	if o.Channel == nil {
		o.Channel = func(bot.ChatID) bot.Channel { return nil }
	}
	d := &Desk{opt: o, db: o.Archive, pictures: make(chan struct{}, 1), beat: beatEvery, leaving: make(chan struct{}), fetched: make(chan struct{})}
	var err error
	if d.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if d.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if d.pages, err = d.loadPages(); err != nil {
		return nil, err
	}
	d.sessions, d.secure = newSessions(o)
	d.signIns = httpx.NewLimiter(30, 2*time.Second, 8192, o.Now)
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	go d.fetch(ctx)
	return d, nil
}

// Leave ends the streams, so that a server can be shut down in order. It may be called twice.
func (d *Desk) Leave() { d.left.Do(func() { close(d.leaving) }) }

// Close ends what the desk does in the background. The archive stays open.
func (d *Desk) Close() error {
	d.Leave()
	d.stop()
	<-d.fetched
	return nil
}

func (d *Desk) now() time.Time { return d.opt.Now() }

// client is who asks, as limits count it.
func client(r *http.Request) string { return httpx.ClientOf(r).Key() }
