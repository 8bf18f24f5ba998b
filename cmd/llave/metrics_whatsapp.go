//go:build !nowhatsapp

package main

import (
	"sync/atomic"

	"llave/adapters/whatsapp"
)

func (a *app) whatsappMetrics(reg registry) {
	if a.whatsapp == nil {
		return
	}
	s := a.whatsapp.Stats()
	for name, c := range map[string]struct {
		help string
		n    *atomic.Int64
	}{
		"llave_whatsapp_heard_total":         {"Messages kept.", &s.Received},
		"llave_whatsapp_ignored_total":       {"Messages that are nothing for the bot.", &s.Ignored},
		"llave_whatsapp_set_aside_total":     {"Messages that could not be read. Any is worth a look.", &s.Unreadable},
		"llave_whatsapp_own_total":           {"Messages that were written on the phone itself.", &s.Own},
		"llave_whatsapp_undecryptable_total": {"Failed tries to read a message; most come again.", &s.Undecryptable},
		"llave_whatsapp_unseen_total":        {"Messages that never will be read; the person was told.", &s.Lost},
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
		reg.counter(name, c.help, c.n.Load)
	}
	reg.gauge("llave_whatsapp_up", "1 while messages come and go.", func() float64 { return oneIf(a.whatsapp.Status().Up()) })
	for _, state := range whatsapp.States {
		reg.gauge("llave_whatsapp_state", "1 for the state that it is in.", func() float64 { return oneIf(a.whatsapp.Status().State == state) }, "state", string(state))
	}
}
