package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"llave/adapters/autogestion"
	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

const verifyUse = "uso: llave verify [-keys ARCHIVO] [-at AAAA-MM] [TEXTO…]"

// verify says whether the signed code of a sheet is authentic: each argument, or each line of the input. It opens
// nothing and asks nobody; the public keys are in a file. It exits with 1 if one is not authentic, or not of the month.
func (p program) verify(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("verify", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	file := set.String("keys", "", "")
	at := set.String("at", string(backend.ThisMonth(p.now())), "")
	if err := set.Parse(args); err != nil {
		return &usageError{errors.New(verifyUse)}
	}
	if _, _, err := backend.Month(*at).Span(time.UTC); err != nil {
		return &usageError{fmt.Errorf("-at: %q no es un mes como 2026-11", *at)}
	}
	keys, err := p.sheetKeys(*file)
	if err != nil {
		return &usageError{err}
	}
	looked, good := 0, 0
	look := func(text string) error {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		report, err := autogestion.ReportSheet(keys, text, backend.Month(*at))
		if err != nil {
			return err
		}
		if looked++; report.Good() {
			good++
		}
		return report.Write(p.stdout)
	}
	if err := p.eachText(ctx, set.Args(), look); err != nil {
		return err
	}
	switch {
	case looked == 0:
		return &usageError{errors.New(verifyUse)}
	case good < looked:
		return fmt.Errorf("valen %d de %d", good, looked)
	}
	return nil
}

// eachText goes through the arguments, or through the lines of the input if there are none.
func (p program) eachText(ctx context.Context, args []string, do func(string) error) error {
	if len(args) == 0 {
		return eachLine(ctx, p.stdin, do)
	}
	for _, text := range args {
		if err := do(text); err != nil {
			return err
		}
	}
	return nil
}

// sheetKeys reads the public keys, from the data folder if no file is named.
func (p program) sheetKeys(file string) (proof.Keys, error) {
	if file == "" {
		c, err := readConfig(p.getenv)
		if err != nil {
			return proof.Keys{}, err
		}
		file = c.path(autogestion.SheetKeysFile)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return proof.Keys{}, fmt.Errorf("claves: %w", err)
	}
	keys, err := proof.ParseKeys(text)
	if err != nil {
		return keys, fmt.Errorf("claves: %s no es lo que Autogestión da en /autogestion/v1/sheet-keys", file)
	}
	return keys, nil
}

// rotateSheetKey makes a new key for signing sheets. A service that runs on the same folder takes it at its next sheet.
func (p program) rotateSheetKey(ctx context.Context) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.path("autogestion.db")); err != nil && c.AutogestionURL == "" {
		return &usageError{fmt.Errorf("no hay ninguna Autogestión en %s", c.Data)}
	}
	demo := c.demo
	c.demo = false // people who exist are not to find the demo beside them, because a variable is missing here
	h, err := p.backendAlone(ctx, c)
	if errors.Is(err, autogestion.ErrDemoFile) && demo {
		c.demo = true
		h, err = p.backendAlone(ctx, c)
	}
	if err != nil {
		return err
	}
	id, err := h.embedded.RotateSheetKey(ctx)
	if err == nil {
		fmt.Fprintf(p.stdout, "Las hojas nuevas se firman con la clave %s. Las públicas están en %s\n", id, c.path(autogestion.SheetKeysFile))
	}
	return errors.Join(err, h.stop())
}
