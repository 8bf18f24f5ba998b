package main

import (
	"fmt"
	"io"
	"math"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"llave/adapters/telegram"
	"llave/bot"
)

// telegramPushes says whether Telegram pushes its updates instead of being asked for them.
func (c *config) telegramPushes() bool { return c.TelegramWebhook == "1" }

// checkTelegram finds what is wrong with the channel's configuration. The token and the secret are not repeated.
func (c *config) checkTelegram() (wrong []error) {
	bad := func(name, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf(name+": "+format, args...))
	}
	if err := c.realBackend(); c.TelegramToken != "" && err != nil {
		wrong = append(wrong, err)
	}
	if c.TelegramToken != "" && !telegram.TokenShape.MatchString(c.TelegramToken) {
		bad("LLAVE_TELEGRAM_TOKEN", "no tiene la forma de un token de @BotFather (números, dos puntos y 30 o más letras)")
	}
	if c.TelegramSecret != "" && !telegram.SecretShape.MatchString(c.TelegramSecret) {
		bad("LLAVE_TELEGRAM_SECRET", "se esperan de 16 a 256 letras sin acentos, números, _ o -")
	}
	if u, err := url.Parse(c.TelegramAPI); c.TelegramAPI != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(c.TelegramAPI, "%?#@")) {
		bad("LLAVE_TELEGRAM_API", "no es una dirección como %s", telegram.PublicAPI)
	}
	if !(c.TelegramRate >= 0) || math.IsInf(c.TelegramRate, 0) {
		bad("LLAVE_TELEGRAM_RATE", "se espera un número desde 0")
	}
	switch {
	case c.TelegramWebhook != "" && c.TelegramWebhook != "0" && c.TelegramWebhook != "1":
		bad("LLAVE_TELEGRAM_WEBHOOK", "%q no es 1 ni 0", c.TelegramWebhook)
	case c.telegramPushes() && c.TelegramToken == "":
		bad("LLAVE_TELEGRAM_WEBHOOK", "falta LLAVE_TELEGRAM_TOKEN")
	case c.telegramPushes() && c.TelegramAPI == "" && !strings.HasPrefix(c.PublicURL, "https://"):
		bad("LLAVE_TELEGRAM_WEBHOOK", "Telegram solo manda los mensajes a una LLAVE_PUBLIC_URL que empiece con https://")
	}
	return wrong
}

// openTelegram makes the channel, if it is turned on.
func (h *app) openTelegram(doors map[string]bot.Channel) (err error) {
	if h.TelegramToken == "" {
		return nil
	}
	h.telegram, err = telegram.New(telegram.Options{
		Token: h.TelegramToken, API: h.TelegramAPI, Rate: h.TelegramRate, Webhook: h.telegramPushes(),
		PublicURL: h.PublicURL, Secret: h.TelegramSecret, Log: h.log, Now: h.now,
	})
	if err != nil {
		return err
	}
	doors[telegram.Channel] = h.telegram
	h.stops = append(h.stops, h.telegram.Close) // after the engine, which still sends while it stops
	return nil
}

// hearTelegram begins to hear. It ends before the engine does. A token that is refused leaves the rest of the program
// alone: the other channels work, and what is owed to this one waits until the token is accepted.
func (h *app) startTelegram() {
	if h.telegram == nil {
		return
	}
	h.receive("telegram", h.telegram.Run)
}

// telegramReady adds how the channel stands to the text that says whether the program is ready. It does not decide that:
// the other channels work without it.
func (h *app) writeTelegramState(w io.Writer) {
	if h.telegram == nil {
		return
	}
	s := h.telegram.Status()
	channelState{channel: "telegram", state: string(s.State), code: s.Code, since: s.Since, advice: s.Todo}.print(w)
}

// telegramMetrics are the channel's counters and state.
func (h *app) telegramMetrics(reg *prometheus.Registry) {
	if h.telegram == nil {
		return
	}
	counter := func(name, help, method string, n *atomic.Int64) {
		o := prometheus.CounterOpts{Name: name, Help: help}
		if method != "" {
			o.ConstLabels = prometheus.Labels{"method": method}
		}
		reg.MustRegister(prometheus.NewCounterFunc(o, func() float64 { return float64(n.Load()) }))
	}
	s := h.telegram.Stats()
	counter("llave_telegram_heard_total", "Updates kept.", "", &s.Heard)
	counter("llave_telegram_ignored_total", "Updates that are nothing for the bot.", "", &s.Ignored)
	counter("llave_telegram_set_aside_total", "Updates that could not be read. Any is worth a look.", "", &s.SetAside)
	counter("llave_telegram_sent_total", "Replies sent.", "", &s.Sent)
	counter("llave_telegram_too_many_total", "Calls refused because there were too many.", "", &s.TooMany)
	counter("llave_telegram_conflicts_total", "Somebody else hears for this bot. Any is worth a look.", "", &s.Conflicts)
	counter("llave_telegram_undecorated_total", "Calls made again without a button, picture or file that was refused.", "", &s.Undecorated)
	counter("llave_telegram_forged_total", "Pushes without the secret.", "", &s.Forged)
	counter("llave_telegram_left_out_total", "Small courtesies left out when there was no room for them.", "", &s.Dropped)
	s.ByCall(func(method string, calls, failed *atomic.Int64) {
		counter("llave_telegram_calls_total", "Calls of the Bot API.", method, calls)
		counter("llave_telegram_calls_failed_total", "Calls that failed.", method, failed)
	})
	for _, state := range telegram.States {
		o := prometheus.GaugeOpts{Name: "llave_telegram_state", Help: "1 for the state that it is in.", ConstLabels: prometheus.Labels{"state": string(state)}}
		reg.MustRegister(prometheus.NewGaugeFunc(o, func() float64 {
			if h.telegram.Status().State == state {
				return 1
			}
			return 0
		}))
	}
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "llave_telegram_up", Help: "1 while Telegram is heard."}, func() float64 { return float64(s.Up.Load()) }))
}
