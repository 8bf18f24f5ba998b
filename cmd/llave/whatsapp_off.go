//go:build nowhatsapp

package main

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"llave/bot"
)

// What is built with the tag nowhatsapp has no WhatsApp in it, and so nothing under the GPL.
type whatsappChannel struct{}

type whatsappTransport = http.RoundTripper

var errNoWhatsApp = errors.New("LLAVE_WHATSAPP: este programa se compiló sin WhatsApp (nowhatsapp)")

func (c *config) checkWhatsApp() []error {
	if c.WhatsApp != "" && c.WhatsApp != "0" {
		return []error{errNoWhatsApp}
	}
	return nil
}

func (a *app) openWhatsApp(context.Context, program, map[string]bot.Channel) error { return nil }
func (a *app) startWhatsApp()                                                      {}
func (a *app) writeWhatsAppState(io.Writer)                                        {}
func (a *app) serveWhatsAppPage(*http.ServeMux, *operatorGate)                     {}
func (a *app) whatsappMetrics(*prometheus.Registry)                                {}

func (p program) whatsappCommand(context.Context, []string) error { return &usageError{errNoWhatsApp} }
