package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"llave/adapters/autogestion"
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// understand prints what is understood of a text, or of every line of the input: one line of JSON each. It opens
// nothing, and needs no service.
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
	var group backend.Group
	if *linked != "" {
		if group, err = demoGroup(c, *linked); err != nil {
			return err
		}
	}
	parser, err := nlu.New()
	if err != nil {
		return err
	}
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	tell := func(text string) error {
		if utf8.RuneCountInString(text) > bot.MaxText {
			text = "" // the chat does not read it either
		}
		return out.Encode(parser.Understand(text, nlu.Speaker{Group: group, Self: group.Own}, p.now()))
	}
	if set.NArg() > 0 {
		return tell(strings.Join(set.Args(), " "))
	}
	return eachLine(ctx, p.stdin, tell)
}

// demoGroup is whom the account of a CUIL is in charge of, in the demo.
func demoGroup(c config, cuil string) (backend.Group, error) {
	if !c.demo {
		return backend.Group{}, &usageError{errors.New("-linked solo existe en la demo")}
	}
	g, err := autogestion.DemoGroup(cuil)
	if errors.Is(err, autogestion.ErrUnknownCUIL) {
		return g, &usageError{errors.New("-linked: no hay ninguna cuenta con ese CUIL en la demo")}
	}
	return g, err
}

// lineMax is far above what a message can be.
const lineMax = 1 << 20

func eachLine(ctx context.Context, r io.Reader, do func(string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineMax)
	for lines.Scan() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := do(lines.Text()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("entrada: %w", err)
	}
	return nil
}
