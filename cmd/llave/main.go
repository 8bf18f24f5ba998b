// Command llave is the whole program: it reads the configuration, builds the parts, starts them in order and stops
// them in reverse. It is the only package that knows all the others.
package main

import (
	"context"
	_ "embed"
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

// program is what the outside gives the program. Tests give it something else.
type program struct {
	getenv         map[string]string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	whatsapp       whatsappTransport // nil: the usual
}

// Exit codes.
const (
	exitOK    = 0
	exitError = 1 // something failed
	exitUsage = 2 // it was called or configured wrongly
	exitLoss  = 3 // a padrón was refused, because too many would lose their tokens
)

//go:embed help.txt
var helpText string

// usageError is a call or a configuration that cannot work.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// run runs a command and returns the exit code.
func (p program) run(ctx context.Context, args []string) int {
	commands := map[string]func(context.Context, []string) error{
		"": p.serve, "chat": p.chat, "entiende": p.understand, "flows": p.flows, "padron": p.padron, "autogestion": p.autogestion,
		"backend": p.backend, "verify": p.verify, "health": p.health, "whatsapp": p.whatsappCommand, "dead": p.dead,
		"help": p.help, "-h": p.help, "--help": p.help, "-help": p.help, "version": p.version,
	}
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	command, ok := commands[name]
	if !ok {
		fmt.Fprintf(p.stderr, "llave: no existe el comando %q. Probá: llave help\n", name)
		return exitUsage
	}
	err := command(ctx, args)
	var usage *usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(p.stderr, "llave: "+err.Error())
		return exitUsage
	case errors.Is(err, autogestion.ErrLoss):
		fmt.Fprintln(p.stderr, "llave: padrón rechazado: sacaría el token a demasiadas personas; no cambió nada")
		return exitLoss
	default:
		fmt.Fprintln(p.stderr, "llave: "+err.Error())
		return exitError
	}
}

func (p program) help(context.Context, []string) error {
	_, err := io.WriteString(p.stdout, helpText)
	return err
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
