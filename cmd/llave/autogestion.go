package main

import (
	"context"
	"errors"

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
	if err := c.checkWhoseChat(); err != nil {
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
	return a.waitAndStop(ctx)
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
	return p.withEmbedded(ctx, func(s *autogestion.Service) error {
		id, err := s.RotateSheetKey(ctx)
		if err != nil {
			return err
		}
		return write(p.stdout, "sheet_key.rotated", values{"id": id, "file": c.path(autogestion.SheetKeysFile)})
	})
}
