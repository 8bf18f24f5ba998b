package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"

	"llave/adapters/autogestion"
)

// importPadron imports a file into the embedded back end. It exits with 1 if a line was not taken in, and with exitLoss if the
// file was refused.
func (p program) importPadron(ctx context.Context, args []string) error {
	var o autogestion.ImportOptions
	args, err := parseFlags("padron import", args, 1, 1, func(set *flag.FlagSet) {
		set.BoolVar(&o.DryRun, "dry-run", false, "")
		set.BoolVar(&o.AcceptLoss, "accept-loss", false, "")
	})
	if err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	c.actor = operator()
	c.demo = c.Demo != "" && c.demo // an import must not add the demo to people who exist
	in, err := p.open(args[0])
	if err != nil {
		return err
	}
	defer in.Close()
	a, err := p.embeddedAlone(ctx, c)
	if err != nil {
		return err
	}
	defer a.stop()
	o.Progress = p.importProgress()
	report, err := a.embedded.ImportWith(ctx, in, o)
	if err != nil && ctx.Err() != nil {
		return refuse("padron.interrupted", nil) // without its cause: being cancelled is no success here
	}
	if err != nil && !errors.Is(err, autogestion.ErrLoss) {
		return err
	}
	if written := report.Write(p.stdout); err == nil {
		err = written
	}
	switch {
	case err != nil:
		return err
	case report.Refused:
		return autogestion.ErrLoss
	case report.BadLines > 0:
		return refuse("padron.bad_lines", nil)
	}
	return nil
}

// open opens a file, or standard input for "-".
func (p program) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(p.stdin), nil
	}
	f, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, misuse("file.missing", name).because(err)
	case errors.Is(err, fs.ErrPermission):
		return nil, misuse("file.forbidden", name).because(err)
	case err != nil:
		return nil, asMisuse(err)
	}
	return f, nil
}

// progressEvery is after how many lines a long import prints its progress.
const progressEvery = 20_000

// importProgress prints on standard error how far a long import is. A short one prints nothing.
func (p program) importProgress() func(autogestion.ImportStep, int, int) {
	read, printed := 0, 0
	return func(step autogestion.ImportStep, done, of int) {
		switch {
		case step == autogestion.ImportReading:
			if read = done; read%progressEvery == 0 {
				write(p.stderr, "padron.reading", read)
			}
		case read < progressEvery:
		case step == autogestion.ImportComparing:
			write(p.stderr, "padron.comparing", read)
		case done-printed >= progressEvery || done == of:
			printed = done
			write(p.stderr, "padron.loading", done*100/max(of, 1))
		}
	}
}
