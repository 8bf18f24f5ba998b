package main

import (
	"context"
	"flag"
	"os"
	"strings"
	"time"

	"llave/adapters/autogestion"
	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// verify checks the signed code of a sheet: each argument, or each line of the input. It opens nothing and makes no calls;
// the public keys are in a file. It exits with 1 if a code is not authentic, or not of the month.
func (p program) verify(ctx context.Context, args []string) error {
	var file, at string
	args, err := parseFlags("verify", args, 0, -1, func(set *flag.FlagSet) {
		set.StringVar(&file, "keys", "", "")
		set.StringVar(&at, "at", string(backend.ThisMonth(p.now())), "")
	})
	if err != nil {
		return err
	}
	if _, _, err := backend.Month(at).Span(time.UTC); err != nil {
		return misuse("verify.month", at)
	}
	keys, err := p.sheetKeys(file)
	if err != nil {
		return err
	}
	checked, good := 0, 0
	check := func(text string) error {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		report, err := proof.Examine(keys, text, backend.Month(at))
		if err != nil {
			return err
		}
		if checked++; report.Good() {
			good++
		}
		return report.Write(p.stdout)
	}
	if err := p.eachText(ctx, args, check); err != nil {
		return err
	}
	switch {
	case checked == 0:
		return usage("verify")
	case good < checked:
		return refuse("verify.some_bad", values{"good": good, "all": checked})
	}
	return nil
}

// eachText calls a function with every argument, or with every line of the input if there are no arguments.
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
		return proof.Keys{}, misuse("verify.keys", err).because(err)
	}
	keys, err := proof.ParseKeys(text)
	if err != nil {
		return keys, misuse("verify.keys_shape", file).because(err)
	}
	return keys, nil
}
