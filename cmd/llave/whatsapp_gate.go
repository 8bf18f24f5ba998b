//go:build !nowhatsapp

package main

import (
	"llave/adapters/httpx"
	"net/http"
	"net/url"
	"strings"
)

// pairingGate guards the page on which a phone is linked: its visitor can link the insurer's number to a phone of their own.
// It is stricter than [operatorGate] where the two differ.
type pairingGate struct {
	// shared: the page is on the public address. Then only this machine may see it.
	shared bool
	// proxied: PublicURL is not loopback, so a reverse proxy makes remote clients look local. The gate does not rely on the
	// headers of that proxy.
	proxied bool
}

// refuses returns the key of the text for a refused request, or nothing.
func (g pairingGate) refuses(r *http.Request) string {
	switch {
	case g.shared && (g.proxied || !fromThisMachine(r)):
		return "public"
	case !sameOrigin(r):
		return "origin"
	}
	return ""
}

// sameOrigin reports whether a request comes from the page itself or, for a GET, from the address bar. Browsers send
// Sec-Fetch-Site or Origin; a POST with neither is not from a browser.
func sameOrigin(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if site != "" && site != "same-origin" && (site != "none" || r.Method == http.MethodPost) {
		return false
	}
	if r.Method != http.MethodPost {
		return true
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (origin.Scheme == "http" || origin.Scheme == "https") && strings.EqualFold(origin.Host, r.Host)
}

// hasPublicName reports whether people reach the service by a name that is not the machine's own.
func (a *app) hasPublicName() bool {
	u, err := url.Parse(a.PublicURL)
	return err != nil || !httpx.LoopbackHost(u.Host)
}
