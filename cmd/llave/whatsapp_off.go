//go:build nowhatsapp

package main

import (
	"context"
	"io"
	"net/http"

	"llave/bot"
)

// A build with the tag nowhatsapp has no WhatsApp in it, and so nothing under the GPL.

type whatsappChannel struct{}

type whatsappTransport = http.RoundTripper

func (c *config) checkWhatsApp(report errorReport) {
	if c.WhatsApp != "" && c.WhatsApp != "0" {
		report("LLAVE_WHATSAPP.not_built", nil)
	}
}

func (a *app) openWhatsApp(context.Context, program) error     { return nil }
func (a *app) addWhatsApp(map[string]bot.Channel)              {}
func restoredWhatsApp(context.Context, string) error           { return nil }
func (a *app) startWhatsApp()                                  {}
func (a *app) writeWhatsAppState(io.Writer)                    {}
func (a *app) serveWhatsAppPage(*http.ServeMux, *operatorGate) {}
func (a *app) whatsappMetrics(registry)                        {}

func (p program) whatsappPair(context.Context, []string) error {
	return misuse("LLAVE_WHATSAPP.not_built", nil)
}

func (p program) whatsappStatus(context.Context, []string) error {
	return misuse("LLAVE_WHATSAPP.not_built", nil)
}

func (p program) whatsappLogout(context.Context, []string) error {
	return misuse("LLAVE_WHATSAPP.not_built", nil)
}
