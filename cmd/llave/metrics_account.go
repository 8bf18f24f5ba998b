package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"llave/adapters/autogestion"
)

// newAccountEvents counts what the embedded back end tells of sign-ins, links, codes and keys. It names nobody.
func newAccountEvents() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "llave_autogestion_events_total",
		Help: "Sign-ins, registrations, resets, links, codes and keys, by their result."}, []string{"event", "result"})
}

// countEvent counts an event of the embedded back end.
func (a *app) countEvent(e autogestion.Event, result string) {
	a.events.WithLabelValues(string(e), result).Inc()
}

// accountMetrics are those of the embedded back end's accounts and e-mail. A figure that cannot be read is -1.
func (a *app) accountMetrics(reg registry) {
	if a.embedded == nil {
		return
	}
	reg.MustRegister(a.events)
	mails := func(of func(waiting, dead int) int) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), askTime)
			defer cancel()
			waiting, dead, err := a.embedded.MailCounts(ctx)
			if err != nil {
				return -1
			}
			return float64(of(waiting, dead))
		}
	}
	reg.gauge("llave_mail_waiting", "E-mails that the mail server has not taken yet.", mails(func(waiting, _ int) int { return waiting }))
	reg.gauge("llave_mail_dead", "E-mails of the last days that were given up. Any is worth a look.", mails(func(_, dead int) int { return dead }))
}
