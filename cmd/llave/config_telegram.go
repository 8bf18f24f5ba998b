package main

import (
	"math"
	"net/url"
	"strings"

	"llave/adapters/telegram"
)

// telegramPushes reports whether Telegram pushes its updates. Otherwise the program polls.
func (c *config) telegramPushes() bool { return c.TelegramWebhook == "1" }

// checkTelegramToken does not repeat the token in what it reports.
func (c *config) checkTelegramToken(report errorReport) {
	if c.TelegramToken == "" {
		return
	}
	if !c.knowsRealPeople() {
		report("LLAVE_AUTOGESTION_URL.missing", nil)
	}
	if !telegram.TokenShape.MatchString(c.TelegramToken) {
		report("LLAVE_TELEGRAM_TOKEN.shape", nil)
	}
}

func (c *config) checkTelegramAPI(report errorReport) {
	if c.TelegramAPI == "" {
		return
	}
	u, err := url.Parse(c.TelegramAPI)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(c.TelegramAPI, "%?#@") {
		report("LLAVE_TELEGRAM_API.shape", telegram.PublicAPI)
	}
}

func (c *config) checkTelegramWebhook(report errorReport) {
	switch {
	case c.TelegramWebhook != "" && c.TelegramWebhook != "0" && c.TelegramWebhook != "1":
		report("LLAVE_TELEGRAM_WEBHOOK.unknown", c.TelegramWebhook)
	case c.telegramPushes() && c.TelegramToken == "":
		report("LLAVE_TELEGRAM_WEBHOOK.no_token", nil)
	case c.telegramPushes() && c.TelegramAPI == "" && !strings.HasPrefix(c.PublicURL, "https://"):
		report("LLAVE_TELEGRAM_WEBHOOK.no_https", nil)
	}
}

// checkTelegramSecret does not repeat the secret in what it reports.
func (c *config) checkTelegramSecret(report errorReport) {
	if c.TelegramSecret != "" && !telegram.SecretShape.MatchString(c.TelegramSecret) {
		report("LLAVE_TELEGRAM_SECRET.shape", nil)
	}
}

func (c *config) checkTelegramRate(report errorReport) {
	if !(c.TelegramRate >= 0) || math.IsInf(c.TelegramRate, 0) {
		report("LLAVE_TELEGRAM_RATE.shape", nil)
	}
}
