package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
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
	var linked string
	args, err := parseFlags("entiende", args, 0, -1, func(set *flag.FlagSet) { set.StringVar(&linked, "linked", "", "") })
	if err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	var group backend.Group
	if linked != "" {
		if group, err = demoGroup(c, linked); err != nil {
			return err
		}
	}
	parser, err := nlu.New()
	if err != nil {
		return err
	}
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	encode := func(text string) error {
		if utf8.RuneCountInString(text) > bot.MaxText {
			text = "" // the chat does not read it either
		}
		return out.Encode(parser.Understand(text, nlu.Speaker{Group: group, Self: group.Own}, p.now()))
	}
	if len(args) > 0 {
		return encode(strings.Join(args, " "))
	}
	return eachLine(ctx, p.stdin, encode)
}

// demoGroup is the family group of an account, in the demo.
func demoGroup(c config, cuil string) (backend.Group, error) {
	if !c.demo {
		return backend.Group{}, misuse("linked.no_demo", nil)
	}
	g, err := autogestion.DemoGroup(cuil)
	if errors.Is(err, autogestion.ErrUnknownCUIL) {
		return g, misuse("linked.no_account", nil).because(err)
	}
	return g, err
}

// lineMax bounds a line of the input, far above the longest message.
const lineMax = 1 << 20

// eachLine calls a function with every line of the input.
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
		return refuse("input", err).because(err)
	}
	return nil
}
