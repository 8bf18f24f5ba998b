package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"llave/adapters/autogestion"
	"llave/adapters/telegram"
	"llave/adapters/webchat"
	"llave/bot"
	"llave/bot/engine"
	"llave/flows"
	"llave/flows/backend"
)

// app is the program as an object. build opens its parts in order, start sets them to work, stop ends them in reverse order.
type app struct {
	config
	log *slog.Logger
	now func() time.Time
	// passwordCost is zero, but in tests.
	passwordCost autogestion.Cost

	embedded *autogestion.Service // nil with a remote back end
	remote   *remoteBackend       // nil with the embedded one
	// The ports of the back end, whichever it is.
	tokens  backend.Tokens
	links   backend.Links
	sheets  backend.Sheets
	notices backend.Notices // nil: it has none
	can     backend.Capabilities

	web      *webchat.Web       // nil if it is off
	telegram *telegram.Telegram // nil if it is off
	whatsapp *whatsappChannel   // nil if it is off
	store    conversations
	script   *flows.Script
	engine   *engine.Engine
	desk     deskParts

	publicURLGiven string // as it was configured
	ofTerminal     bool   // this is llave chat
	pinnedApart    bool   // the pinned chats have shards of their own

	events   *prometheus.CounterVec        // of the embedded back end
	stopping atomic.Bool                   // it has been told to stop
	stops    []func(context.Context) error // how to stop what was started, in the order of starting
	failure
}

// channelMaker makes the channels that a command adds to those of the configuration.
type channelMaker func(*app) (map[string]bot.Channel, error)

// noChannels is for commands that add none. What is owed to the terminal waits for the next `llave chat`.
func noChannels(*app) (map[string]bot.Channel, error) { return nil, nil }

// stopTime bounds the stopping of the whole program.
const stopTime = 10 * time.Second

func (p program) logger() *slog.Logger { return slog.New(slog.NewTextHandler(p.stderr, nil)) }

func (p program) newApp(c config) *app {
	return &app{config: c, now: p.now, log: p.logger(), passwordCost: p.passwordCost, events: newAccountEvents()}
}

// build opens all that is kept on disk and connects the parts. Nothing works yet but the HTTP servers. On failure it stops
// what it has started.
func (p program) build(ctx context.Context, c config, channels channelMaker) (*app, error) {
	a := p.newApp(c)
	err := c.checkWhoseChat()
	if err == nil {
		err = a.openData(ctx)
	}
	if err == nil {
		err = a.openParts(ctx, p, channels)
	}
	if err != nil {
		a.stop()
	}
	return a, err
}

// openData opens the data folder with the store of the conversations.
func (a *app) openData(ctx context.Context) error {
	if err := a.checkDemoFolder(ctx); err != nil {
		return err
	}
	if err := os.MkdirAll(a.Data, 0o700); err != nil {
		return refuse("folder", err).because(err)
	}
	if err := a.openRing(); err != nil {
		return err
	}
	return a.openStore(ctx)
}

// openParts listens, and opens the back end, the channels and the engine.
func (a *app) openParts(ctx context.Context, p program, channels channelMaker) error {
	if err := a.openWhatsApp(ctx, p); err != nil { // it may wait for another process, and then nobody should ask this one
		return err
	}
	listener, err := listen("LLAVE_ADDR", a.Addr)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { listener.Close(); return nil })
	a.Addr = listener.Addr().String()
	a.publicURLGiven = a.PublicURL
	if a.PublicURL == "" {
		a.PublicURL = "http://" + a.Addr
	}
	if err := a.openBackend(ctx); err != nil {
		return err
	}
	if a.script, err = flows.New(flows.Config{Phone: a.MesaPhone, Can: a.can, Verify: a.verifyPage(), Site: a.sitePage(), RunBy: a.RunBy}); err != nil {
		return err
	}
	all, err := a.openChannels(ctx, channels)
	if err != nil {
		return err
	}
	if err := a.openDeskData(ctx); err != nil {
		return err
	}
	if err := a.openEngine(ctx, all); err != nil {
		return err
	}
	if err := a.openDesk(all); err != nil {
		return err
	}
	return a.serveHTTP(listener)
}

// start sets the engine and the channels to work.
func (a *app) start(ctx context.Context) error {
	a.startHousekeeping()
	a.onStop(a.engine.Stop)
	if err := a.engine.Start(ctx); err != nil {
		return strangerError(err)
	}
	a.startReplica()
	a.startNotices()
	a.startDesk()
	a.startTelegram()
	a.startWhatsApp()
	debug.FreeOSMemory() // the memory that opening took is not needed again: an idle service stays small
	return nil
}

// onStop adds what stop will do. The last one added comes first.
func (a *app) onStop(f func(context.Context) error) { a.stops = append(a.stops, f) }

// background runs a function until the program stops. Stopping cancels its context and waits for it.
func (a *app) background(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := run(ctx); err != nil {
			a.log.Error(name+" is off", "err", err)
		}
	}()
	a.onStop(func(deadline context.Context) error {
		cancel()
		select {
		case <-ended:
			return nil
		case <-deadline.Done():
			return errors.New(name + ": did not stop in time")
		}
	})
}

// stop stops what runs, in reverse order of starting, within stopTime.
func (a *app) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var errs []error
	for i := len(a.stops) - 1; i >= 0; i-- {
		errs = append(errs, a.stops[i](ctx))
	}
	a.stops = nil
	return errors.Join(errs...)
}
