package main

import (
	"context"
	"errors"
	"io"

	"llave/adapters/autogestion"
)

// serve is the command without a name: the service.
func (p program) serve(ctx context.Context, _ []string) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	a, err := p.build(ctx, c, noChannels)
	if err != nil {
		return err
	}
	return a.serve(ctx, p.stdout)
}

// serve runs the service until ctx ends or a part fails that it cannot do without.
func (a *app) serve(ctx context.Context, out io.Writer) error {
	if err := a.start(ctx); err != nil {
		return errors.Join(err, a.stop())
	}
	a.announce(out)
	return a.waitAndStop(ctx)
}

// waitAndStop waits until ctx ends or a part fails, and stops. From then on it is not ready: a proxy sends nobody any more, while
// what is under way is finished.
func (a *app) waitAndStop(ctx context.Context) error {
	err := a.wait(ctx)
	a.stopping.Store(true)
	a.log.Info("stopping")
	return errors.Join(err, a.stop())
}

// announcement fills in the texts that say where the service is.
type announcement struct {
	PublicURL, BackendAddr, OperatorAddr, Data string
	HasWhatsApp                                bool
}

func (a *app) announcement() announcement {
	return announcement{a.PublicURL, a.backendAddr(), a.operatorAddr(), a.Data, a.whatsapp != nil}
}

// announce prints where the service is.
func (a *app) announce(w io.Writer) {
	write(w, "serve.started", a.announcement())
	a.announceDemo(w)
}

// demoCUIL is the account that newcomers to the demo are shown.
const demoCUIL = "27-99999001-6"

// announceDemo prints accounts and password of the demo, if this is the demo. The people in it do not exist.
func (a *app) announceDemo(w io.Writer) {
	if a.demo {
		write(w, "demo", values{"Password": autogestion.DemoPassword, "CUIL": demoCUIL, "ProviderKey": autogestion.DemoProviderKey, "PublicURL": a.PublicURL})
	}
}

// operatorAddr is the address of the operator's pages.
func (a *app) operatorAddr() string {
	if a.AdminAddr != "" {
		return a.AdminAddr
	}
	return a.Addr
}
