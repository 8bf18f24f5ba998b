package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"

	"llave/adapters/autogestion"
	"llave/adapters/terminal"
	"llave/bot"
	"llave/flows"
	"llave/flows/backend"
)

// chat is the service with the terminal as a channel. It ends with the input, when nothing is owed any more.
func (p program) chat(ctx context.Context, args []string) error {
	var linked string
	_, err := parseFlags("chat", args, 0, 0, func(set *flag.FlagSet) { set.StringVar(&linked, "linked", "", "") })
	if err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if linked != "" && !c.demo {
		return misuse("linked.ask_for_demo", nil)
	}
	var term *terminal.Terminal
	a, err := p.build(ctx, c, func(*app) (map[string]bot.Channel, error) {
		term, err = p.newTerminal(c)
		return map[string]bot.Channel{terminal.Channel: term}, err
	})
	if err != nil {
		return err
	}
	err = a.start(ctx)
	if err == nil && a.standsBy() {
		err = refuse("redis.in_use", nil)
	}
	if err == nil && linked != "" {
		err = a.linkTerminal(ctx, term, linked)
	}
	if err == nil {
		err = p.runTerminal(ctx, a, term)
	}
	return errors.Join(err, a.stop())
}

// newTerminal makes the channel. Files go to the data folder.
func (p program) newTerminal(c config) (*terminal.Terminal, error) {
	term, err := terminal.New("tty", p.stdin, p.stdout, p.now)
	if err != nil {
		return nil, err
	}
	term.Files, err = filepath.Abs(c.path("archivos"))
	return term, err
}

// runTerminal runs the terminal until its input ends and all that is owed is printed, or until a part of the program fails.
func (p program) runTerminal(ctx context.Context, a *app, term *terminal.Terminal) error {
	watched, failed := a.watch(ctx)
	settled := a.engine.Drain
	if isTerminal(p.stdin) {
		write(p.stderr, "chat.started", a.announcement())
		a.announceDemo(p.stderr)
		settled = nil // a person may type "cancelar" while the bot waits
	}
	err := term.Run(watched, a.engine, settled)
	if err == nil {
		err = a.engine.Drain(watched)
	}
	if failure := failed(); failure != nil {
		return failure
	}
	return err
}

// linkTerminal links the terminal's chat without a browser. Only the demo's back end can, and only by a call in this process.
func (a *app) linkTerminal(ctx context.Context, term *terminal.Terminal, cuil string) error {
	chat := term.Chat()
	in := backend.Invitation{Chat: a.engine.ChatRef(chat), Channel: term.Via(), Label: term.Label()}
	g, err := a.embedded.LinkDirect(ctx, cuil, in)
	if errors.Is(err, autogestion.ErrUnknownCUIL) {
		return misuse("linked.no_account", nil).because(err)
	}
	if err != nil {
		return misuse("linked.failed", err).because(err)
	}
	u, err := flows.Linked(chat, "linked/"+a.now().UTC().String(), g)
	if err != nil {
		return err
	}
	return a.engine.Accept(ctx, u)
}

// isTerminal reports whether a person types there.
func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	null, _ := os.Stat(os.DevNull)
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !os.SameFile(info, null)
}
