package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"llave/adapters/autogestion"
	"llave/adapters/credential"
	"llave/adapters/telegram"
	"llave/adapters/webchat"
	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/flows"
	"llave/flows/backend"
	"llave/store"
)

// house is the program, built: every part, in the order in which it goes up. It comes down in reverse.
type app struct {
	config
	log      *slog.Logger
	now      func() time.Time
	embedded *autogestion.Service // the embedded one; nil with one outside
	remote   *remoteBackend       // the one outside; nil with the embedded one
	tokens   backend.Tokens       // whichever it is
	links    backend.Links
	sheets   backend.Sheets
	can      backend.Capabilities
	web      *webchat.Web
	telegram *telegram.Telegram // nil: it is not turned on
	whatsapp *whatsappChannel   // nil: it is not turned on
	store    *store.SQLite
	script   *flows.Script
	engine   *engine.Engine
	stops    []func(context.Context) error // how to take down what is up, the last one first
	failure
}

func (p program) logger() *slog.Logger { return slog.New(slog.NewTextHandler(p.stderr, nil)) }

// stopTime is how long stopping may take in all.
const stopTime = 10 * time.Second

// build opens everything that is kept on disk and wires the parts. Nothing runs yet but the page server.
func (p program) build(ctx context.Context, c config, channels func(*app) (map[string]bot.Channel, error)) (h *app, err error) {
	h = &app{config: c, now: p.now, log: p.logger()}
	defer func() {
		if err != nil {
			h.stop()
		}
	}()
	if err := c.checkDemoFolder(ctx); err != nil {
		return h, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return h, fmt.Errorf("carpeta de datos: %w", err)
	}
	if err := h.openRing(); err != nil {
		return h, err
	}
	if h.store, err = store.OpenSQLite(c.path("llave.db")); err != nil {
		return h, openTrouble(err)
	}
	h.stops = append(h.stops, func(context.Context) error { return h.store.Close() })
	listener, err := listen("LLAVE_ADDR", c.Addr)
	if err != nil {
		return h, err
	}
	h.stops = append(h.stops, func(context.Context) error { listener.Close(); return nil })
	h.Addr = listener.Addr().String()
	if h.PublicURL == "" {
		h.PublicURL = "http://" + h.Addr
	}
	if err := h.openBackend(ctx); err != nil {
		return h, err
	}
	if h.script, err = flows.New(flows.Config{Phone: h.MesaPhone, Can: h.can, Verify: h.verifyPage()}); err != nil {
		return h, err
	}
	if err := h.openWeb(ctx); err != nil {
		return h, err
	}
	if err := h.openEngine(ctx, p, channels); err != nil {
		return h, err
	}
	return h, h.serveHTTP(listener)
}

// openBackend turns to the Autogestión outside if there is one, and opens the embedded one if not.
func (h *app) openBackend(ctx context.Context) error {
	if h.AutogestionURL != "" {
		return h.openRemote(ctx)
	}
	return h.openEmbedded(ctx)
}

// openEmbedded opens the embedded Autogestión, with a key and a file of its own.
func (h *app) openEmbedded(ctx context.Context) error {
	key, err := loadOrMakeKey(h.path("autogestion.key"), h.path("autogestion.db"))
	if err != nil {
		return err
	}
	h.embedded, err = autogestion.Open(ctx, autogestion.Options{
		Path: h.path("autogestion.db"), Key: key, PublicURL: h.PublicURL, BotKey: h.AutogestionKey,
		MesaPhone: h.MesaPhone, Demo: h.demo, Register: autogestion.RegisterMode(h.Register), Now: h.now, Log: h.log,
	})
	if err != nil {
		return h.folderTrouble(err)
	}
	h.stops = append(h.stops, func(context.Context) error { return h.embedded.Close() })
	h.tokens, h.links, h.sheets = h.embedded, h.embedded, h.embedded
	if h.can, err = h.embedded.Capabilities(ctx); err != nil {
		return err
	}
	if h.demo {
		return h.embedded.SeedDemo(ctx)
	}
	return nil
}

// openWeb opens the web chat, with a key and a file of its own.
func (h *app) openWeb(ctx context.Context) error {
	key, err := loadOrMakeKey(h.path("webchat.key"), h.path("webchat.db"))
	if err != nil {
		return err
	}
	o := webchat.Options{Path: h.path("webchat.db"), Key: key, PublicURL: h.PublicURL, MesaPhone: h.MesaPhone, Now: h.now, Log: h.log,
		Mask: func(text string) string { return h.script.Mask(text).Text }}
	if h.demo {
		o.Demo = &webchat.Demo{CUIL: demoCUIL, Password: autogestion.DemoPassword, ProviderKey: autogestion.DemoProviderKey}
	}
	if h.web, err = webchat.Open(ctx, o); err != nil {
		return err
	}
	h.stops = append(h.stops, func(context.Context) error { return h.web.Close() })
	return nil
}

// openRing reads the keys of the store: from the configuration, or from the data folder.
func (h *app) openRing() error {
	if h.ring != nil {
		return nil
	}
	key, err := loadOrMakeKey(h.path("llave.key"), h.path("llave.db"))
	if err != nil {
		return err
	}
	h.ring, err = keyring.New(key)
	return err
}

// openEngine wires the conversations with the store, the back end and the channels.
func (h *app) openEngine(ctx context.Context, p program, channels func(*app) (map[string]bot.Channel, error)) error {
	doors, err := channels(h)
	if err != nil {
		return err
	}
	studio, err := credential.New()
	if err != nil {
		return err
	}
	if doors == nil {
		doors = map[string]bot.Channel{}
	}
	doors[webchat.Channel] = h.web
	if err := h.openTelegram(doors); err != nil {
		return err
	}
	if err := h.openWhatsApp(ctx, p, doors); err != nil {
		return err
	}
	performer := &flows.Effects{Tokens: h.tokens, Links: h.links, Sheets: h.sheets}
	h.engine, err = engine.New(engine.Config{Store: h.store, Script: h.script, Effects: performer, Channels: doors, Renderer: studio, Keys: h.ring, Log: h.log, Now: h.now, Rates: chatRates(doors)})
	if err != nil {
		return err
	}
	performer.Chats = h.engine
	return nil
}

// verifyPage is where the signature of a sheet is checked: at the back end, whichever it is.
func (h *app) verifyPage() string {
	at := h.PublicURL
	if h.AutogestionURL != "" {
		at = h.AutogestionURL
	}
	return strings.TrimRight(at, "/") + "/autogestion/verificar"
}

// start sets the engine to work.
func (h *app) start(ctx context.Context) error {
	h.startHousekeeping()
	h.stops = append(h.stops, h.engine.Stop)
	if err := h.engine.Start(ctx); err != nil {
		return err
	}
	h.startTelegram()
	h.startWhatsApp()
	debug.FreeOSMemory() // what opening took is not needed again: an idle service is a small one
	return nil
}

// hear has a channel hear until the house comes down, which is before the engine does.
func (h *app) receive(name string, run func(context.Context, bot.Accepter) error) {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := run(ctx, h.engine); err != nil {
			h.log.Error(name+" is off", "err", err)
		}
	}()
	h.stops = append(h.stops, func(down context.Context) error {
		cancel()
		select {
		case <-over:
			return nil
		case <-down.Done():
			return errors.New(name + ": did not stop in time")
		}
	})
}

// down takes down what is up, the last one first, within stopTime.
func (h *app) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var errs []error
	for i := len(h.stops) - 1; i >= 0; i-- {
		errs = append(errs, h.stops[i](ctx))
	}
	h.stops = nil
	return errors.Join(errs...)
}

// keptKey reads a key from a file of the data folder, or makes it there, for its owner's eyes only. It makes none
// where the file that it opens is there already: a new key would only hide that the old one is missing.
func loadOrMakeKey(path, opens string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(opens); err == nil {
			return nil, fmt.Errorf("clave: falta %s, sin la que %s no se puede leer", path, opens)
		}
		key := make([]byte, keyring.KeySize)
		rand.Read(key)
		text = []byte(base64.StdEncoding.EncodeToString(key) + "\n")
		return key, writeNew(path, text)
	}
	if err != nil {
		return nil, fmt.Errorf("clave: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyring.KeySize {
		return nil, fmt.Errorf("clave: %s no tiene %d bytes en base64", path, keyring.KeySize)
	}
	return key, nil
}

// writeNew writes a file that must not be there, durably: a key that is lost takes all that it sealed with it.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("clave: %w", err)
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("clave: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("clave: %w", err)
	}
	return f.Close()
}
