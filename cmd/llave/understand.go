package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"llave/adapters/autogestion"
	"llave/flows"
)

// understand prints what the conversations understand of texts: one from the arguments, or one a line from the input.
func (p program) understand(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("entiende", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	linked := set.String("linked", "", "CUIL")
	if err := set.Parse(args); err != nil {
		return &usageError{errors.New("uso: llave entiende [-linked CUIL] [TEXTO]")}
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	var group flows.Group
	if *linked != "" {
		if group, err = p.demoGroup(ctx, c, *linked); err != nil {
			return err
		}
	}
	script, err := flows.New(flows.Config{Phone: c.MesaPhone})
	if err != nil {
		return err
	}
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	say := func(text string) error { return out.Encode(script.Understand(group, group.Own, p.now(), text)) }
	if set.NArg() > 0 {
		return say(strings.Join(set.Args(), " "))
	}
	lines := bufio.NewScanner(p.stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := say(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// demoGroup is the family group of a demo account. It is read from a demo of its own, which is gone afterwards: what
// this machine's service keeps is neither needed nor touched.
func (p program) demoGroup(ctx context.Context, c config, cuil string) (flows.Group, error) {
	if !c.demo {
		return flows.Group{}, &usageError{errors.New("-linked solo existe en la demo")}
	}
	dir, err := os.MkdirTemp("", "llave-entiende-")
	if err != nil {
		return flows.Group{}, err
	}
	defer os.RemoveAll(dir)
	s, err := autogestion.Open(ctx, autogestion.Options{
		Path: filepath.Join(dir, "autogestion.db"), Key: make([]byte, 32), PublicURL: "http://127.0.0.1", Demo: true, Now: p.now,
		Log: slog.New(slog.DiscardHandler), Cost: autogestion.Cost{MemoryKiB: 64, Time: 1, Threads: 1}, MesaPhone: c.MesaPhone,
	})
	if err != nil {
		return flows.Group{}, err
	}
	defer s.Close()
	if err := s.SeedDemo(ctx); err != nil {
		return flows.Group{}, err
	}
	g, err := s.LinkDirect(ctx, cuil, flows.Invitation{Chat: "entiende"})
	if errors.Is(err, autogestion.ErrUnknownCUIL) {
		return flows.Group{}, &usageError{errors.New("-linked: no hay ninguna cuenta con ese CUIL en la demo")}
	}
	if err != nil {
		return flows.Group{}, &usageError{fmt.Errorf("-linked: %w", err)}
	}
	return g.Group, nil
}
