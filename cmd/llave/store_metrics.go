package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"llave/bot"
)

// storeMetrics are the counters of what was forgotten and of what could not be read.
func (h *app) storeMetrics(reg *prometheus.Registry) {
	swept := func(what string, n func(bot.Swept) int64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "llave_swept_total", Help: "Rows forgotten because their time was over.", ConstLabels: prometheus.Labels{"what": what},
		}, func() float64 { return float64(n(h.store.Swept())) }))
	}
	swept("ids", func(s bot.Swept) int64 { return s.IDs })
	swept("chats", func(s bot.Swept) int64 { return s.Chats })
	swept("dead_letters", func(s bot.Swept) int64 { return s.DeadLetters })
	counter := func(name, help string, n func() int64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(n()) }))
	}
	counter("llave_sweep_failures_total", "Rows that could not be forgotten. Any is worth a look.", func() int64 { return h.store.Swept().Failed })
	counter("llave_unreadable_total", "What could not be opened with the keys there are. Any is worth a look: llave dead lists it.", h.engine.Stats().Unreadable.Load)
}
