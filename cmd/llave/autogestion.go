package main

import (
	"context"
	"errors"
	"os"

	"llave/adapters/autogestion"
)

// autogestion serves the embedded back end alone.
func (p program) autogestion(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	listener, err := listen("LLAVE_ADDR", c.Addr)
	if err != nil {
		return err
	}
	c.Addr = listener.Addr().String()
	a, err := p.embeddedAlone(ctx, c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.startHousekeeping()
	a.serveOn(listener, a.publicSide(a.embedded.Handler(), nil))
	write(p.stdout, "autogestion.started", a.PublicURL)
	a.announceDemo(p.stdout)
	return errors.Join(a.wait(ctx), a.stop())
}

// rotateSheetKey makes a new key for signing sheets. A service that runs on the same folder uses it from its next sheet on.
func (p program) rotateSheetKey(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.path("autogestion.db")); err != nil && c.AutogestionURL == "" {
		return misuse("folder.no_backend", c.Data)
	}
	demo := c.demo
	c.demo = false // a missing variable must not add the demo to a folder of people who exist
	a, err := p.embeddedAlone(ctx, c)
	if errors.Is(err, autogestion.ErrDemoFile) && demo {
		c.demo = true
		a, err = p.embeddedAlone(ctx, c)
	}
	if err != nil {
		return err
	}
	id, err := a.embedded.RotateSheetKey(ctx)
	if err == nil {
		write(p.stdout, "sheet_key.rotated", values{"id": id, "file": c.path(autogestion.SheetKeysFile)})
	}
	return errors.Join(err, a.stop())
}
