package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"llave/adapters/autogestion"
)

// addProvider makes a provider and prints its key, which is shown once.
func (p program) addProvider(ctx context.Context, args []string) error {
	return p.changeProvider(ctx, "provider add", args, func(s *autogestion.Service, name string) error {
		key, err := s.NewProvider(ctx, name)
		if err != nil {
			return err
		}
		return write(p.stdout, "provider.key", values{"Name": name, "Key": key})
	})
}

// rotateProvider makes a new key for a provider, and with -end ends the one before.
func (p program) rotateProvider(ctx context.Context, args []string) error {
	end := len(args) > 0 && args[0] == "-end"
	if end {
		args = args[1:]
	}
	return p.changeProvider(ctx, "provider rotate", args, func(s *autogestion.Service, name string) error {
		if end {
			if err := s.EndRotation(ctx, name); err != nil {
				return err
			}
			return write(p.stdout, "provider.rotation_ended", name)
		}
		key, err := s.RotateProvider(ctx, name)
		if err != nil {
			return err
		}
		return write(p.stdout, "provider.rotated", values{"Name": name, "Key": key})
	})
}

// disableProvider ends the keys of a provider at once.
func (p program) disableProvider(ctx context.Context, args []string) error {
	return p.changeProvider(ctx, "provider disable", args, func(s *autogestion.Service, name string) error {
		if err := s.DisableProvider(ctx, name); err != nil {
			return err
		}
		return write(p.stdout, "provider.disabled", name)
	})
}

// listProviders lists the providers, a line each.
func (p program) listProviders(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return usage("provider")
	}
	return p.withEmbedded(ctx, func(s *autogestion.Service) error {
		all, err := s.Providers(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return write(p.stdout, "provider.none", nil)
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, o := range all {
			fmt.Fprintf(w, "%s\t%s\n", o.Name, render("provider.state", o))
		}
		return w.Flush()
	})
}

// changeProvider does something with the one provider that the arguments name.
func (p program) changeProvider(ctx context.Context, command string, args []string, do func(*autogestion.Service, string) error) error {
	if len(args) != 1 || args[0] == "" || args[0][0] == '-' {
		return usage(command)
	}
	return p.withEmbedded(ctx, func(s *autogestion.Service) error {
		err := do(s, args[0])
		switch {
		case errors.Is(err, autogestion.ErrProviderExists):
			return refuse("provider.exists", args[0]).because(err)
		case errors.Is(err, autogestion.ErrProviderUnknown):
			return refuse("provider.unknown", args[0]).because(err)
		}
		return err
	})
}

// withEmbedded opens the embedded back end, beside a running service or without one. It makes no folder and adds no demo.
func (p program) withEmbedded(ctx context.Context, do func(*autogestion.Service) error) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.path("autogestion.db")); err != nil && c.AutogestionURL == "" {
		return misuse("folder.no_backend", c.Data)
	}
	c.actor = operator()
	a, err := p.embeddedAsItIs(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(do(a.embedded), a.stop())
}

// embeddedAsItIs opens the embedded back end alone, as the demo only if its file is the demo's: a missing variable must not add
// the demo to a folder of people who exist.
func (p program) embeddedAsItIs(ctx context.Context, c config) (*app, error) {
	demo := c.demo
	c.demo = false
	a, err := p.embeddedAlone(ctx, c)
	if errors.Is(err, autogestion.ErrDemoFile) && demo {
		c.demo = true
		a, err = p.embeddedAlone(ctx, c)
	}
	return a, err
}
