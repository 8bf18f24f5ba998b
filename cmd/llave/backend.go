package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"llave/adapters/autogestion"
	"llave/flows/backend"
)

// backend checks a back end: for the insurer's team that makes it. It exits with 1 if a check failed.
func (p program) backend(ctx context.Context, args []string) error {
	const use = "uso: llave backend check [-credential ARCHIVO] [-mint] [URL]"
	if len(args) == 0 || args[0] != "check" {
		return &usageError{errors.New(use)}
	}
	set := flag.NewFlagSet("backend check", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	file := set.String("credential", "", "")
	mint := set.Bool("mint", false, "")
	if err := set.Parse(args[1:]); err != nil || set.NArg() > 1 {
		return &usageError{errors.New(use)}
	}
	client, o, err := p.checkWith(set.Arg(0), *file)
	if err != nil {
		return &usageError{err}
	}
	defer client.Close()
	o.Mint = *mint
	report, err := autogestion.Check(ctx, client, o)
	if err != nil {
		return err
	}
	if err := report.Write(p.stdout); err != nil {
		return err
	}
	if !report.Passed() {
		return errors.New("la Autogestión no contesta como debe")
	}
	return nil
}

// checkWith reads what a check needs: the address, the key, and a link's credential if there is one. The credential
// comes in a file, since arguments can be read by everybody on the machine.
func (p program) checkWith(url, file string) (*autogestion.Client, autogestion.CheckOptions, error) {
	var o autogestion.CheckOptions
	c, err := readConfig(p.getenv)
	if err != nil {
		return nil, o, err
	}
	if url == "" {
		url = c.AutogestionURL
	}
	if url == "" {
		return nil, o, errors.New("falta la URL de la Autogestión")
	}
	client, err := c.client(url, p.now)
	if err != nil || file == "" {
		return client, o, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, o, fmt.Errorf("-credential: %w", err)
	}
	if o.Credential = backend.Credential(strings.TrimSpace(string(text))); o.Credential == "" {
		return nil, o, errors.New("-credential: el archivo está vacío")
	}
	return client, o, nil
}
