// Command llave is the whole program. It is the only package that knows all the others: it reads the configuration, builds
// the parts, starts them in order and stops them in reverse.
//
// Read in this order:
//
//	main.go                   the program for the operating system, and its exit codes
//	commands.go               the table of commands; each of them is in a file of its own
//	variables.go, config*.go  the table of variables, and how they are read and checked
//	app*.go                   the program as an object: build, start, stop
//	http.go, operator*.go     the servers, and the guard of the operator's pages
//	texts.go, texts/          all that people read
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"llave/adapters/autogestion"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	vars := environ(os.Environ())
	useThreads(vars)
	p := program{getenv: vars, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: clock()}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// program is what the operating system gives the program. Tests give it something else.
type program struct {
	getenv         map[string]string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	whatsapp       whatsappTransport // nil: the network
	passwordCost   autogestion.Cost  // zero: the cost of production, which no variable changes
}

// Exit codes.
const (
	exitOK    = 0
	exitError = 1 // something failed
	exitUsage = 2 // it was called or configured wrongly
	exitLoss  = 3 // a padrón was refused, because too many would lose their tokens
)

// run runs a command and returns the exit code.
func (p program) run(ctx context.Context, args []string) int {
	command, args, err := findCommand(args)
	if err == nil && !command.anyFolder {
		err = p.checkFolder()
	}
	if err == nil {
		err = command.run(p, ctx, args)
	}
	if err == nil || errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return exitOK
	}
	code := exitError
	var refused *operatorError
	if errors.As(err, &refused) {
		code = refused.code
	}
	if errors.Is(err, autogestion.ErrLoss) {
		err, code = refuse("padron.loss", nil), exitLoss
	}
	fmt.Fprintln(p.stderr, "llave: "+err.Error())
	return code
}

// checkFolder refuses a data folder that is half restored. An error of the configuration is the command's to report.
func (p program) checkFolder() error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return nil
	}
	return c.checkRestored()
}

// environ reads an environment as the operating system gives it.
func environ(list []string) map[string]string {
	m := map[string]string{}
	for _, kv := range list {
		if k, v, ok := strings.Cut(kv, "="); ok {
			m[k] = v
		}
	}
	return m
}
