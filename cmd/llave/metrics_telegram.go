package main

import (
	"sync/atomic"

	"llave/adapters/telegram"
)

func (a *app) telegramMetrics(reg registry) {
	if a.telegram == nil {
		return
	}
	s := a.telegram.Stats()
	for name, c := range map[string]struct {
		help string
		n    *atomic.Int64
	}{
		"llave_telegram_heard_total":       {"Updates kept.", &s.Received},
		"llave_telegram_ignored_total":     {"Updates that are nothing for the bot.", &s.Ignored},
		"llave_telegram_set_aside_total":   {"Updates that could not be read. Any is worth a look.", &s.Unreadable},
		"llave_telegram_sent_total":        {"Replies sent.", &s.Sent},
		"llave_telegram_too_many_total":    {"Calls refused because there were too many.", &s.TooMany},
		"llave_telegram_conflicts_total":   {"Somebody else hears for this bot. Any is worth a look.", &s.Conflicts},
		"llave_telegram_undecorated_total": {"Calls made again without a button, picture or file that was refused.", &s.Undecorated},
		"llave_telegram_forged_total":      {"Pushes without the secret.", &s.Forged},
		"llave_telegram_left_out_total":    {"Small courtesies left out when there was no room for them.", &s.Dropped},
	} {
		reg.counter(name, c.help, c.n.Load)
	}
	s.ByCall(func(method string, calls, failed *atomic.Int64) {
		reg.counter("llave_telegram_calls_total", "Calls of the Bot API.", calls.Load, "method", method)
		reg.counter("llave_telegram_calls_failed_total", "Calls that failed.", failed.Load, "method", method)
	})
	for _, state := range telegram.States {
		reg.gauge("llave_telegram_state", "1 for the state that it is in.", func() float64 { return oneIf(a.telegram.Status().State == state) }, "state", string(state))
	}
	reg.gauge("llave_telegram_up", "1 while Telegram is heard.", func() float64 { return float64(s.Up.Load()) })
}
