package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// operator serves what the insurer's operator asks for.
func (h *app) operator(mux *http.ServeMux, gate *operatorGate) {
	mux.Handle("GET /metrics", gate.Only(h.metrics()))
	h.serveWhatsAppPage(mux, gate)
}

// readyz says whether the program is ready: the status to everybody, the words to the operator.
func (h *app) readyz(gate *operatorGate) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h.ready(r.Context()); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n")
		if gate == nil || !gate.allows(r) {
			return
		}
		h.writeTelegramState(w)
		h.writeWhatsAppState(w)
	}
}

// ready says whether an update would be taken and answered. The cause is in the log, not on the page.
func (h *app) ready(ctx context.Context) error {
	if h.engine == nil {
		return h.embedded.Ping(ctx) // Autogestión alone
	}
	if err := h.engine.Ready(); err != nil {
		return err
	}
	if h.embedded == nil {
		return nil // without an answer from outside people are told that there is none: that is an answer, too
	}
	return h.embedded.Ping(ctx)
}

// backendUp says whether Autogestión answered when it was last asked.
func (h *app) backendUp(ctx context.Context) bool {
	if h.remote != nil {
		return h.remote.answers.Load()
	}
	return h.embedded.Ping(ctx) == nil
}

// metrics are the engine's counters and the process's.
func (h *app) metrics() http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s := h.engine.Stats()
	for name, c := range map[string]struct {
		help string
		n    *atomic.Int64
	}{
		"llave_updates_accepted_total":  {"Updates kept.", &s.Accepted},
		"llave_updates_duplicate_total": {"Updates that a channel repeated.", &s.Duplicates},
		"llave_turns_total":             {"Turns committed.", &s.Turns},
		"llave_turns_late_total":        {"Turns whose effect was not answered in time.", &s.Late},
		"llave_updates_set_aside_total": {"Updates that could not be dealt with. Any is worth a look.", &s.Quarantined},
		"llave_turn_conflicts_total":    {"Turns run again because the session had changed.", &s.Conflicts},
		"llave_letters_sent_total":      {"Replies taken by a channel.", &s.Sent},
		"llave_letters_resent_total":    {"Attempts after the first.", &s.Resent},
		"llave_letters_dropped_total":   {"Replies not worth sending any more.", &s.Dropped},
		"llave_letters_dead_total":      {"Replies given up. Any is worth a look.", &s.DeadLetters},
	} {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: c.help}, func() float64 { return float64(c.n.Load()) }))
	}
	h.storeMetrics(reg)
	h.telegramMetrics(reg)
	h.whatsappMetrics(reg)
	h.webMetrics(reg)
	h.padronMetrics(reg)
	gauge := func(name, help string, is func(context.Context) bool) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if !is(ctx) {
				return 0
			}
			return 1
		}))
	}
	gauge("llave_ready", "1 while updates are taken and answered.", func(ctx context.Context) bool { return h.ready(ctx) == nil })
	h.effectMetrics(reg)
	gauge("llave_autogestion_up", "1 while Autogestión answers.", h.backendUp)
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
}

// ownAddr is where the service on this machine is asked how it stands.
func (c *config) ownAddr() string {
	addr := c.Addr
	if c.AdminAddr != "" {
		addr = c.AdminAddr
	}
	if addr[0] == ':' {
		addr = "127.0.0.1" + addr
	}
	return addr
}

// health asks the service on this machine whether it is ready: for a container's health check, which has no shell.
func (p program) health(ctx context.Context, _ []string) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	addr := c.ownAddr()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no responde en %s", addr)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("no está listo (%s)", res.Status)
	}
	_, err = fmt.Fprintln(p.stdout, "listo")
	return err
}
