//go:build !nowhatsapp

package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"llave/adapters/whatsapp"
	"llave/bot"
)

// whatsappChannel is the channel. A build with the tag nowhatsapp has another one, which is empty.
type whatsappChannel struct{ *whatsapp.WhatsApp }

func (c *config) checkWhatsApp(report errorReport) {
	if c.WhatsApp != "" && c.WhatsApp != "0" && c.WhatsApp != "1" {
		report("LLAVE_WHATSAPP.unknown", c.WhatsApp)
	}
	if c.WhatsApp == "1" && !c.knowsRealPeople() {
		report("LLAVE_AUTOGESTION_URL.missing", nil)
	}
}

// whatsappStore is the path or URL of the device store.
func (c *config) whatsappStore() string {
	if c.WhatsAppDB != "" {
		return c.WhatsAppDB
	}
	return c.path("whatsapp.db")
}

// newWhatsApp opens the device store.
func (c *config) newWhatsApp(ctx context.Context, p program, log *slog.Logger, key []byte, onStatus func(whatsapp.Status)) (*whatsapp.WhatsApp, error) {
	w, err := whatsapp.Open(ctx, whatsapp.Options{Store: c.whatsappStore(), Key: key, OnStatus: onStatus, Transport: p.whatsapp, Log: log, Now: p.now})
	if errors.Is(err, whatsapp.ErrInUse) {
		return nil, refuse("LLAVE_WHATSAPP_DB.in_use", nil).because(err)
	}
	return w, err
}

// restoredWhatsApp tells a device store that it came from a copy.
func restoredWhatsApp(ctx context.Context, path string) error { return whatsapp.Restored(ctx, path) }

// openWhatsApp opens the channel if it is on. On Redis it waits while another process has the device, which is in a Postgres then: this
// one takes its place. Its key is the store's, so that it opens what the other one has written.
func (a *app) openWhatsApp(ctx context.Context, p program) error {
	if !a.whatsappOn() {
		return nil
	}
	key, err := a.sharedKey(ctx, whatsappKeyName, "whatsapp.key", "whatsapp.db")
	if err != nil {
		return strangerError(err)
	}
	for told := false; ; told = true {
		w, err := a.newWhatsApp(ctx, p, a.log, key, a.logWhatsApp)
		if err == nil {
			a.whatsapp = &whatsappChannel{w}
			a.onStop(w.Close) // after the engine
			return nil
		}
		if !errors.Is(err, whatsapp.ErrInUse) || a.Store == sqliteStore || a.WhatsAppDB == "" {
			return err
		}
		if !told {
			a.log.Warn("whatsapp: waiting: another process has the device")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// whatsappKeyName is the name of the channel's key in a store of several processes.
const whatsappKeyName = "whatsapp key"

// addWhatsApp adds the channel to the others if it is open.
func (a *app) addWhatsApp(channels map[string]bot.Channel) {
	if a.whatsapp != nil {
		channels[whatsapp.Channel] = a.whatsapp.WhatsApp
	}
}

// logWhatsApp logs the state of the channel, and what the operator should do.
func (a *app) logWhatsApp(s whatsapp.Status) {
	level := slog.LevelInfo
	if s.State != whatsapp.Connected && s.State != whatsapp.Connecting && s.State != whatsapp.Stopped {
		level = slog.LevelWarn
	}
	args := []any{"state", string(s.State)}
	if s.Code != 0 {
		args = append(args, "code", s.Code)
	}
	if !s.Until.IsZero() {
		args = append(args, "until", s.Until)
	}
	a.log.Log(context.Background(), level, "whatsapp: how it stands", append(args, "todo", s.Todo)...)
}

// startWhatsApp begins to receive. A failure of the channel leaves the rest of the program alone.
func (a *app) startWhatsApp() {
	if a.whatsapp != nil {
		a.receive("whatsapp", a.whileHolding(a.whatsapp.Run))
	}
}

// writeWhatsAppState adds the channel's state to /readyz.
func (a *app) writeWhatsAppState(w io.Writer) {
	if a.whatsapp == nil {
		return
	}
	s := a.whatsapp.Status()
	channelState{"whatsapp", string(s.State), s.Code, s.Since, s.Until, s.Todo}.print(w)
}

// whatsappTransport is how WhatsApp is reached; nil is the network.
type whatsappTransport = http.RoundTripper
