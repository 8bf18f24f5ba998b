package autogestion

import (
	"net/http"
	"net/netip"
)

// peerAddress is the address of the other end of the connection. IPv6 counts by /64: that much is one customer's.
func peerAddress(r *http.Request) string {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	a := ap.Addr().Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
