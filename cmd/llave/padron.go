package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"llave/adapters/autogestion"
)

const padronUse = "uso: llave padron import [-dry-run] [-accept-loss] ARCHIVO (o - para leer de la entrada)"

// padron imports a file into the embedded Autogestión. It exits with 1 if a line was not taken in, and with exitLoss if the
// file was refused.
func (p program) padron(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] != "import" {
		return &usageError{errors.New(padronUse)}
	}
	set := flag.NewFlagSet("padron import", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	var o autogestion.ImportOptions
	set.BoolVar(&o.DryRun, "dry-run", false, "")
	set.BoolVar(&o.AcceptLoss, "accept-loss", false, "")
	if err := set.Parse(args[1:]); err != nil || set.NArg() != 1 {
		return &usageError{errors.New(padronUse)}
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	c.demo = c.Demo != "" && c.demo // a padrón of real people is not to find the demo beside it
	in, err := p.open(set.Arg(0))
	if err != nil {
		return &usageError{err}
	}
	defer in.Close()
	h, err := p.backendAlone(ctx, c)
	if err != nil {
		return err
	}
	defer h.stop()
	o.Progress = p.importProgress()
	report, err := h.embedded.ImportWith(ctx, in, o)
	if err != nil && ctx.Err() != nil {
		return errors.New("se interrumpió: lo que alcanzó a cargarse queda cargado; corré el comando de nuevo para completarlo")
	}
	if err != nil && !errors.Is(err, autogestion.ErrLoss) {
		return err
	}
	if written := report.Write(p.stdout); err == nil {
		err = written
	}
	if err == nil && report.Refused {
		err = autogestion.ErrLoss
	}
	if err == nil && report.BadLines > 0 {
		err = errors.New("hay renglones con errores")
	}
	return err
}

// open opens a file, or standard input for "-".
func (p program) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(p.stdin), nil
	}
	f, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("no existe el archivo %s", name)
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("no hay permiso para leer el archivo %s", name)
	}
	return f, err
}

// progressEvery is after how many lines a long import gives a sign of life.
const progressEvery = 20_000

// importProgress tells on standard error how far a long import is. A short one is silent.
func (p program) importProgress() func(autogestion.ImportStep, int, int) {
	read, told := 0, 0
	return func(step autogestion.ImportStep, done, of int) {
		switch {
		case step == autogestion.ImportReading:
			if read = done; read%progressEvery == 0 {
				fmt.Fprintf(p.stderr, "Leyendo: %d renglones…\n", read)
			}
		case read < progressEvery:
		case step == autogestion.ImportComparing:
			fmt.Fprintf(p.stderr, "Leídos %d renglones. Comparando con el padrón…\n", read)
		case done-told >= progressEvery || done == of:
			told = done
			fmt.Fprintf(p.stderr, "Cargando: %d %%\n", done*100/max(of, 1))
		}
	}
}

// padronMetrics tell whoever watches the service what became of the last padrón, which another process took in or refused.
func (h *app) padronMetrics(reg *prometheus.Registry) {
	if h.embedded == nil {
		return
	}
	gauge := func(name, help string, of func(autogestion.LastImport) float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			last, err := h.embedded.LastImport(ctx)
			if err != nil || last.At.IsZero() {
				return 0
			}
			return of(last)
		}))
	}
	gauge("llave_padron_refused", "People who would have lost their tokens by the last padrón, which was refused. Any is an alarm.", func(l autogestion.LastImport) float64 {
		if !l.Refused {
			return 0
		}
		return float64(l.Losing)
	})
	gauge("llave_padron_import_timestamp_seconds", "When the last padrón was taken in or refused.", func(l autogestion.LastImport) float64 {
		return float64(l.At.Unix())
	})
}
