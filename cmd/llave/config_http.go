package main

import (
	"net"
	"strings"
	"unicode/utf8"

	"llave/adapters/httpx"
)

// passwordMin is the shortest password of the operator's address.
const passwordMin = 12

func (c *config) checkAddr(report errorReport) {
	if !isAddress(c.Addr) {
		report("LLAVE_ADDR.shape", c.Addr)
	}
	c.addrName = c.Addr
}

func (c *config) checkAdminAddr(report errorReport) {
	if c.AdminAddr != "" && !isAddress(c.AdminAddr) {
		report("LLAVE_ADMIN_ADDR.shape", c.AdminAddr)
	}
	if c.AdminAddr == c.Addr && !strings.HasSuffix(c.Addr, ":0") {
		c.AdminAddr = "" // the same as none of its own
	}
	c.adminName = c.AdminAddr
}

func (c *config) checkAdminPassword(report errorReport) {
	switch n := utf8.RuneCountInString(c.AdminPassword); {
	case n > 0 && n < passwordMin:
		report("LLAVE_ADMIN_PASSWORD.short", passwordMin)
	case n == 0 && c.AdminAddr != "" && !loopback(c.AdminAddr):
		report("LLAVE_ADMIN_PASSWORD.missing", values{"addr": c.AdminAddr, "least": passwordMin})
	}
}

func (c *config) checkTrustedProxies(report errorReport) {
	var err error
	if c.proxies, err = httpx.ParseProxies(c.TrustedProxies); err != nil {
		report("LLAVE_TRUSTED_PROXIES.shape", c.TrustedProxies)
	}
}

// checkPublicURL asks for an address that browsers can use: without one, the listen address has to be one.
func (c *config) checkPublicURL(report errorReport) {
	if c.PublicURL == "" {
		if host, _, _ := net.SplitHostPort(c.Addr); isAddress(c.Addr) && (host == "" || net.ParseIP(host).IsUnspecified()) {
			report("LLAVE_PUBLIC_URL.missing", c.Addr)
		}
		return
	}
	public, err := httpx.PublicURL(c.PublicURL)
	if err != nil {
		report("LLAVE_PUBLIC_URL.shape", c.PublicURL)
		return
	}
	c.PublicURL = public
}

// checkWebChat takes 1 and 0.
func (c *config) checkWebChat(report errorReport) {
	if c.WebChat != "1" && c.WebChat != "0" {
		report("LLAVE_WEBCHAT.shape", c.WebChat)
	}
}
