//go:build !nowhatsapp

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"llave/adapters/whatsapp"
	"llave/bot"
)

// whatsappDoor is the channel, if it is turned on. What is built with the tag nowhatsapp has none.
type whatsappChannel struct{ *whatsapp.WhatsApp }

// checkWhatsApp finds what is wrong with the channel's configuration.
func (c *config) checkWhatsApp() (wrong []error) {
	if c.WhatsApp != "" && c.WhatsApp != "0" && c.WhatsApp != "1" {
		wrong = append(wrong, fmt.Errorf("LLAVE_WHATSAPP: %q no es 1 ni 0", c.WhatsApp))
	}
	if err := c.realBackend(); c.WhatsApp == "1" && err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// whatsappStore is where the device store is.
func (c *config) whatsappStore() string {
	if c.WhatsAppDB != "" {
		return c.WhatsAppDB
	}
	return c.path("whatsapp.db")
}

// newWhatsApp opens the device store.
func (c *config) newWhatsApp(ctx context.Context, p program, log *slog.Logger, tell func(whatsapp.Status)) (*whatsapp.WhatsApp, error) {
	key, err := loadOrMakeKey(c.path("whatsapp.key"), c.path("whatsapp.db"))
	if err != nil {
		return nil, err
	}
	w, err := whatsapp.Open(ctx, whatsapp.Options{Store: c.whatsappStore(), Key: key, OnStatus: tell, Transport: p.whatsapp, Log: log, Now: p.now})
	if errors.Is(err, whatsapp.ErrInUse) {
		return nil, errors.New("LLAVE_WHATSAPP_DB: lo está usando otro proceso; la sesión de WhatsApp es de uno solo")
	}
	return w, err
}

// openWhatsApp makes the channel, if it is turned on.
func (h *app) openWhatsApp(ctx context.Context, p program, doors map[string]bot.Channel) error {
	if h.WhatsApp != "1" {
		return nil
	}
	w, err := h.newWhatsApp(ctx, p, h.log, h.logWhatsApp)
	if err != nil {
		return err
	}
	h.whatsapp = &whatsappChannel{w}
	doors[whatsapp.Channel] = w
	h.stops = append(h.stops, w.Close) // after the engine
	return nil
}

// tellWhatsApp logs how the channel stands, and what the operator has to do.
func (h *app) logWhatsApp(s whatsapp.Status) {
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
	h.log.Log(context.Background(), level, "whatsapp: how it stands", append(args, "todo", s.Todo)...)
}

// hearWhatsApp begins to hear. It ends before the engine does. However it stands, the rest of the program is left alone.
func (h *app) startWhatsApp() {
	if h.whatsapp == nil {
		return
	}
	h.receive("whatsapp", h.whatsapp.Run)
}

// whatsappReady adds how the channel stands to the page that says whether the program is ready. It does not decide that:
// the other channels work without it.
func (h *app) writeWhatsAppState(w io.Writer) {
	if h.whatsapp == nil {
		return
	}
	s := h.whatsapp.Status()
	channelState{"whatsapp", string(s.State), s.Code, s.Since, s.Until, s.Todo}.print(w)
}

// whatsappMetrics are the channel's counters and state.
func (h *app) whatsappMetrics(reg *prometheus.Registry) {
	if h.whatsapp == nil {
		return
	}
	s := h.whatsapp.Stats()
	for name, c := range map[string]struct {
		help string
		n    *atomic.Int64
	}{
		"llave_whatsapp_heard_total":         {"Messages kept.", &s.Heard},
		"llave_whatsapp_ignored_total":       {"Messages that are nothing for the bot.", &s.Ignored},
		"llave_whatsapp_set_aside_total":     {"Messages that could not be read. Any is worth a look.", &s.SetAside},
		"llave_whatsapp_own_total":           {"Messages that were written on the phone itself.", &s.Own},
		"llave_whatsapp_undecryptable_total": {"Failed tries to read a message; most come again.", &s.Undecryptable},
		"llave_whatsapp_unseen_total":        {"Messages that never will be read; the person was told.", &s.Unseen},
		"llave_whatsapp_sent_total":          {"Replies acknowledged.", &s.Sent},
		"llave_whatsapp_unacked_total":       {"Messages not acknowledged in time.", &s.Unacked},
		"llave_whatsapp_refused_total":       {"Messages refused.", &s.Refused},
		"llave_whatsapp_plain_total":         {"Replies that went without their file or form.", &s.Plain},
		"llave_whatsapp_limited_total":       {"Refusals for writing too much to strangers. Any is worth a look.", &s.Limited},
		"llave_whatsapp_delivered_total":     {"Messages that reached a device of the person's.", &s.Delivered},
		"llave_whatsapp_read_total":          {"Messages that were read.", &s.Read},
		"llave_whatsapp_replaced_total":      {"Another process took the session. Any is worth a look.", &s.Replaced},
		"llave_whatsapp_left_out_total":      {"Small courtesies left out.", &s.Dropped},
	} {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: c.help}, func() float64 { return float64(c.n.Load()) }))
	}
	is := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "llave_whatsapp_up", Help: "1 while messages come and go."}, func() float64 { return is(h.whatsapp.Status().Up()) }))
	for _, state := range whatsapp.States {
		o := prometheus.GaugeOpts{Name: "llave_whatsapp_state", Help: "1 for the state that it is in.", ConstLabels: prometheus.Labels{"state": string(state)}}
		reg.MustRegister(prometheus.NewGaugeFunc(o, func() float64 { return is(h.whatsapp.Status().State == state) }))
	}
}

// whatsappWay is how WhatsApp is reached; nil is the usual.
type whatsappTransport = http.RoundTripper
