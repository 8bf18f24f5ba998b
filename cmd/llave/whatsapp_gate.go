//go:build !nowhatsapp

package main

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// pageGate decides who may see the operator's page: it has no password, and whoever sees it may link the insurer's number
// to a phone of theirs.
type pageGate struct {
	// shared says that the page is on the address that everybody has. Then it is for this machine alone.
	shared bool
	// proxied says that everybody comes by another name than this machine's: something stands in front that passes on what
	// comes from anywhere as if it came from here.
	proxied bool
	// name is what the operator's address is called, if it has a name.
	name string
}

func (h *house) pageGate() pageGate {
	g := pageGate{shared: h.AdminAddr == "" || h.AdminAddr == h.Addr}
	if u, err := url.Parse(h.PublicURL); err != nil || !isLocal(u.Hostname()) {
		g.proxied = true
	}
	g.name, _, _ = net.SplitHostPort(h.operatorAddr())
	return g
}

// isLocal says whether a host is this machine by any of its own names.
func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// refuses names the text that says why a request is refused; empty if it is not.
func (g pageGate) refuses(r *http.Request) string {
	host := (&url.URL{Host: r.Host}).Hostname()
	switch {
	case g.shared && (g.proxied || !fromHere(r) || !isLocal(host)):
		return "public"
	case !g.knows(host):
		return "host"
	case !ownPage(r):
		return "origin"
	}
	return ""
}

// knows says whether a host is one of the operator's address. A page elsewhere whose name has been led here (DNS
// rebinding) asks by that name: any name but the address's own is refused, and a number is nobody's name.
func (g pageGate) knows(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || strings.EqualFold(host, "localhost") || g.name != "" && strings.EqualFold(host, g.name)
}

// fromHere says whether somebody asks on this machine, and for nobody else as far as they say.
func fromHere(r *http.Request) bool {
	for _, passedOn := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(passedOn) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

// ownPage says whether a request comes from the page itself or, if it only looks, from somebody who typed its address.
// Browsers say so in one way or the other; what posts and says nothing is no browser.
func ownPage(r *http.Request) bool {
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
