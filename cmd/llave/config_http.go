package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"llave/adapters/httpx"
)

// passwordMin is the shortest password of the operator's address.
const passwordMin = 12

// checkHTTP checks who may ask, and from where.
func (c *config) checkHTTP() (wrong []error) {
	bad := func(name, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf(name+": "+format, args...))
	}
	var err error
	if c.proxies, err = httpx.ParseProxies(c.TrustedProxies); err != nil {
		bad("LLAVE_TRUSTED_PROXIES", "%q no es una lista de redes como 127.0.0.1/32,10.0.0.0/8; y no puede ser todo el mundo, porque entonces cualquiera diría quién es", c.TrustedProxies)
	}
	if c.AdminAddr == c.Addr && !strings.HasSuffix(c.Addr, ":0") {
		c.AdminAddr = "" // the same as none of its own
	}
	c.adminName = c.AdminAddr
	switch n := utf8.RuneCountInString(c.AdminPassword); {
	case n > 0 && n < passwordMin:
		bad("LLAVE_ADMIN_PASSWORD", "tiene menos de %d caracteres", passwordMin)
	case n == 0 && c.AdminAddr != "" && !loopback(c.AdminAddr):
		bad("LLAVE_ADMIN_PASSWORD", "hace falta, porque a LLAVE_ADMIN_ADDR (%s) se llega desde otras máquinas; poné una de %d caracteres o más, o usá una dirección de esta máquina, como 127.0.0.1:9090", c.AdminAddr, passwordMin)
	}
	return wrong
}
