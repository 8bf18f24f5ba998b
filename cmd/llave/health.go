package main

import (
	"context"
	"net/http"
	"time"
)

// health asks the service on this machine whether it is ready: for a container's health check, which has no shell.
func (p program) health(ctx context.Context, _ []string) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	res, err := c.askService(ctx)
	if err != nil {
		return refuse("health.silent", c.ownAddr())
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return refuse("health.not_ready", res.Status)
	}
	return write(p.stdout, "health.ready", nil)
}

// askService gets /readyz of the service on this machine.
func (c *config) askService(ctx context.Context) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.ownAddr()+"/readyz", nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

// ownAddr is the address at which the service on this machine reports its state.
func (c *config) ownAddr() string {
	addr := c.Addr
	if c.AdminAddr != "" {
		addr = c.AdminAddr
	}
	if addr[0] == ':' {
		addr = "127.0.0.1" + addr
	}
	return addr
}
