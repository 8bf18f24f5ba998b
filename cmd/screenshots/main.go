// Command screenshots takes the pictures of the README: it starts the real program on a free port, with the demo and a
// data folder of its own, and walks through it with a headless Chromium as a newcomer would.
//
//	go run ./cmd/screenshots            # writes docs/img
//
// It needs chromium in PATH (or CHROMIUM) and pdftoppm, and is never shipped.
//
// Reading order: main.go, walk.go (what a newcomer does), sheet.go (a sheet as a picture), palette.go.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	out := flag.String("out", "docs/img", "folder for the pictures")
	flag.Parse()
	if err := run(ctx, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

// tooLong ends a walk in which something never comes.
const tooLong = 3 * time.Minute

func run(ctx context.Context, out string, say io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, tooLong)
	defer cancel()
	dir, err := os.MkdirTemp("", "llave-screenshots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "llave")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "./cmd/llave").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, l := range looks() {
		if err := l.shoot(ctx, bin, filepath.Join(dir, l.name), out, say); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	if err := shootSheet(ctx, bin, filepath.Join(dir, "sheet"), out, say); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

// shoot takes one walk through a program of its own: the second person to link an account is asked other things.
func (l look) shoot(ctx context.Context, bin, data, out string, say io.Writer) error {
	base, stop, err := serve(ctx, bin, data)
	if err != nil {
		return err
	}
	defer stop()
	pictures, seen, err := l.walk(ctx, base)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, l.name+".txt"), []byte(seen), 0o644); err != nil {
		return err
	}
	for _, p := range pictures {
		path := filepath.Join(out, p.name+".png")
		if err := os.WriteFile(path, p.png, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(say, "%s, %d kB\n", path, (len(p.png)+1023)/1024)
	}
	return nil
}

// serve starts the program, and returns its address.
func serve(ctx context.Context, bin, data string) (base string, stop func(), err error) {
	p := exec.CommandContext(ctx, bin)
	p.Env = append(environment(), "LLAVE_ADDR=127.0.0.1:0", "LLAVE_DATA="+data, "LLAVE_DEMO=1")
	printed, err := p.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := p.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = p.Process.Signal(os.Interrupt); _ = p.Wait() }
	address := regexp.MustCompile(`Chat web +(http://\S+)/`)
	lines := bufio.NewScanner(printed)
	for lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, printed) // so that it never waits for us
			return m[1], stop, nil
		}
	}
	stop()
	return "", nil, errors.New("the program does not say where it is")
}

// environment is ours without what would configure the program.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LLAVE_") })
}
