package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"llave/adapters/autogestion"
	"llave/bot"
)

// metrics serves the counters of all parts and of the process.
func (a *app) metrics() http.Handler {
	reg := registry{prometheus.NewRegistry()}
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.engineMetrics(reg)
	a.storeMetrics(reg)
	a.replicaMetrics(reg)
	a.telegramMetrics(reg)
	a.whatsappMetrics(reg)
	a.webMetrics(reg)
	a.deskMetrics(reg)
	a.backendMetrics(reg)
	a.accountMetrics(reg)
	return promhttp.HandlerFor(reg.Registry, promhttp.HandlerOpts{})
}

// registry adds short forms to a Prometheus registry. Labels are pairs of name and value.
type registry struct{ *prometheus.Registry }

func (r registry) counter(name, help string, n func() int64, labels ...string) {
	o := prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labelled(labels)}
	r.MustRegister(prometheus.NewCounterFunc(o, func() float64 { return float64(n()) }))
}

func (r registry) gauge(name, help string, value func() float64, labels ...string) {
	o := prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labelled(labels)}
	r.MustRegister(prometheus.NewGaugeFunc(o, value))
}

func labelled(pairs []string) prometheus.Labels {
	labels := prometheus.Labels{}
	for i := 0; i < len(pairs); i += 2 {
		labels[pairs[i]] = pairs[i+1]
	}
	return labels
}

// askTime bounds a question that a metric asks.
const askTime = time.Second

// asking is a gauge's value that takes a call: 1 if the answer is yes.
func asking(is func(context.Context) bool) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		return oneIf(is(ctx))
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (a *app) engineMetrics(reg registry) {
	s := a.engine.Stats()
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
		"llave_unreadable_total":        {"What could not be opened with the keys there are. Any is worth a look: llave dead lists it.", &s.Unreadable},
	} {
		reg.counter(name, c.help, c.n.Load)
	}
	reg.gauge("llave_ready", "1 while updates are taken and answered.", asking(func(ctx context.Context) bool { return a.ready(ctx) == nil }))
	reg.gauge("llave_effects_running", "Calls of Autogestión under way.", func() float64 { n, _, _ := a.engine.Effects(); return float64(n) })
	reg.gauge("llave_effects_waiting", "Calls of Autogestión that wait for their place or their next attempt.", func() float64 { _, n, _ := a.engine.Effects(); return float64(n) })
	reg.gauge("llave_breaker_open", "1 while Autogestión does not answer and is only probed.", func() float64 { _, _, open := a.engine.Effects(); return oneIf(open) })
}

// storeMetrics count what was deleted because its time was over.
func (a *app) storeMetrics(reg registry) {
	swept := func(what string, n func(bot.Swept) int64) {
		reg.counter("llave_swept_total", "Rows forgotten because their time was over.", func() int64 { return n(a.store.Swept()) }, "what", what)
	}
	swept("ids", func(s bot.Swept) int64 { return s.IDs })
	swept("chats", func(s bot.Swept) int64 { return s.Chats })
	swept("dead_letters", func(s bot.Swept) int64 { return s.DeadLetters })
	reg.counter("llave_sweep_failures_total", "Rows that could not be forgotten. Any is worth a look.", func() int64 { return a.store.Swept().Failed })
}

func (a *app) webMetrics(reg registry) {
	if a.web == nil {
		return
	}
	s := a.web.Stats()
	reg.counter("llave_web_unreadable_total", "Entries and files of the web chat's histories that cannot be read. Any is worth a look.", s.Unreadable.Load)
	reg.counter("llave_web_postponed_total", "First words that had to wait because their address had begun too many chats.", s.Postponed.Load)
	reg.counter("llave_web_forgotten_total", "Chats of which the history had its time.", s.Forgotten.Load)
}

// backendMetrics report the back end's state and the last padrón, which another process imported or refused.
func (a *app) backendMetrics(reg registry) {
	reg.gauge("llave_autogestion_up", "1 while Autogestión answers.", asking(a.backendUp))
	if a.embedded == nil {
		return
	}
	last := func(of func(autogestion.LastImport) float64) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), askTime)
			defer cancel()
			last, err := a.embedded.LastImport(ctx)
			if err != nil || last.At.IsZero() {
				return 0
			}
			return of(last)
		}
	}
	reg.gauge("llave_padron_refused", "People who would have lost their tokens by the last padrón, which was refused. Any is an alarm.",
		last(func(l autogestion.LastImport) float64 {
			if !l.Refused {
				return 0
			}
			return float64(l.Losing)
		}))
	reg.gauge("llave_padron_import_timestamp_seconds", "When the last padrón was taken in or refused.",
		last(func(l autogestion.LastImport) float64 { return float64(l.At.Unix()) }))
}
