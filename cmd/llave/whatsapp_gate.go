//go:build !nowhatsapp

package main

import (
	"net/http"
	"net/url"
	"strings"
)

// pageGate decides who may see the page on which a phone is linked: whoever sees it may link the insurer's number to a
// phone of theirs. It is stricter than [operatorGate] where the two differ.
type pairingGate struct {
	// shared says that the page is on the address that everybody has. Then it is for this machine alone.
	shared bool
	// proxied says that people come by another name than this machine's, so that a proxy stands in front. Whether it says
	// of each request that it passes it on is not relied on here, whatever the configuration says of the proxy.
	proxied bool
}

// refuses names the text that says why a request is refused; empty if it is not.
func (g pairingGate) refuses(r *http.Request) string {
	switch {
	case g.shared && (g.proxied || !fromThisMachine(r)):
		return "public"
	case !sameOrigin(r):
		return "origin"
	}
	return ""
}

// ownPage says whether a request comes from the page itself or, if it only looks, from somebody who typed its address.
// Browsers say so in one way or the other; what posts and says nothing is no browser.
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
