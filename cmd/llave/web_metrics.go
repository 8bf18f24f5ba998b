package main

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// webMetrics are the web chat's counters.
func (h *app) webMetrics(reg *prometheus.Registry) {
	counter := func(name, help string, n *atomic.Int64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(n.Load()) }))
	}
	s := h.web.Stats()
	counter("llave_web_unreadable_total", "Entries and files of the web chat's histories that cannot be read. Any is worth a look.", &s.Unreadable)
	counter("llave_web_postponed_total", "First words that had to wait because their address had begun too many chats.", &s.Postponed)
	counter("llave_web_forgotten_total", "Chats of which the history had its time.", &s.Forgotten)
}
