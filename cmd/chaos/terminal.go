package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"llave/bot/enginetest"
)

// workers run at the same time, each on data of its own.
const workers = 2

// atTerminals lets people at terminals ask for another token, or for a sheet, n times in all.
func atTerminals(ctx context.Context, h *enginetest.History, n int, seed uint64, binary string) (sightings, error) {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return sightings{}, err
	}
	defer remove()
	h.Add(enginetest.Record{What: enginetest.Begun})
	var mu sync.Mutex
	var sum sightings
	var errs []error
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			w := &worker{ctx: ctx, binary: binary, data: filepath.Join(dir, fmt.Sprint(i)), rng: rand.New(rand.NewPCG(seed, uint64(i)))}
			w.notes = notes{history: h, chat: fmt.Sprint("terminal ", i), books: fmt.Sprint(i, ":")}
			err := w.all((n + i) / workers)
			mu.Lock()
			defer mu.Unlock()
			sum.add(w.sightings)
			if err != nil {
				errs = append(errs, fmt.Errorf("terminal %d, seed %d: %w", i, seed, err))
			}
		})
	}
	wg.Wait()
	return sum, errors.Join(errs...)
}

// worker is one person at one terminal.
type worker struct {
	sightings
	notes
	ctx    context.Context
	binary string
	data   string
	rng    *rand.Rand
	waits  string          // the class of what the person waits for; empty: it has come
	shown  map[string]bool // values that were seen
	usual  time.Duration   // how long a process takes from its start to its end, lately
}

func (w *worker) all(n int) error {
	w.shown = map[string]bool{}
	w.begin("token\n", enginetest.Token)
	if _, err := w.finish("token\n", "chat", "-linked", "20-99999021-6"); err != nil {
		return fmt.Errorf("first token: %w", err)
	}
	for i := range n {
		what, class := "otro token\n", enginetest.Token
		if i%5 == 1 && w.Sheets < mostSheets {
			what, class = "agregar 3 preimpresos\n", enginetest.Sheet
		}
		if err := w.conversation(what, class); err != nil {
			return fmt.Errorf("conversation %d: %w", w.Conversations, err)
		}
		w.Conversations++
	}
	tokens, _, err := readBooks(w.ctx, w.history, w.data)
	w.Tokens = tokens - 1
	return err
}

// conversation asks for something and says yes, with the program killed after the question and somewhere around the answer.
func (w *worker) conversation(what, class string) error {
	if err := w.until(what, enginetest.Question); err != nil {
		return err
	}
	if err := w.until("sí\n", class); err != nil {
		return err
	}
	w.Answered++
	if class == enginetest.Sheet {
		w.Sheets++
	}
	return nil
}

// begin records that the person says a line.
func (w *worker) begin(line, class string) {
	w.waits = class
	w.says(strings.TrimSpace(line), class)
}

// until says a line until it is answered, killing the program each time.
func (w *worker) until(line, class string) error {
	for range 30 {
		w.begin(line, class)
		if _, err := w.sendAndKill(line); err != nil {
			return err
		}
		if _, err := w.finish(""); err != nil {
			return err
		}
		if w.waits == "" {
			return nil
		}
		w.Retyped++
	}
	return fmt.Errorf("%q is never answered", line)
}

// reads records what was printed, reply by reply. The documents are read before the next run removes them.
func (w *worker) reads(out string) error {
	fresh := false
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		fresh = fresh || strings.Contains(line, renewed)
		r := classified(line)
		if paper := document.FindStringSubmatch(line); paper != nil {
			value, err := hashOf(paper[1])
			if err != nil {
				return err
			}
			r.Class, r.Value, r.New, r.Text = enginetest.Sheet, value, true, ""
		}
		if r.Class == enginetest.Token {
			r.New, fresh = fresh, false
		}
		if r.Class != enginetest.Answer || w.unexpected(line) {
			w.prints(r)
		}
	}
	return nil
}

// unexpected reports a menu where the answer to a yes is due: what was said before is lost.
func (w *worker) unexpected(line string) bool {
	return strings.Contains(line, menu) && (w.waits == enginetest.Token || w.waits == enginetest.Sheet)
}

// prints records one reply, and whether it is what the person waits for.
func (w *worker) prints(r enginetest.Record) {
	w.sees(r)
	switch {
	case r.Class == w.waits && !(r.New && w.shown[r.Value]):
		w.waits = ""
	case r.Class == enginetest.Question, r.New:
		w.Repeated++
	}
	if r.New {
		w.shown[r.Value] = true
	}
}

// sendAndKill says a line to a fresh process and kills it a random time later. It returns what was printed until then.
func (w *worker) sendAndKill(line string) (string, error) {
	cmd := w.command()
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	out := make(chan string)
	go func() {
		text, _ := io.ReadAll(bufio.NewReader(stdout))
		out <- string(text)
	}()
	io.WriteString(in, line)
	// From the middle of the start to a while after the answer.
	time.Sleep(w.usual/4 + time.Duration(w.rng.Int64N(int64(w.usual))))
	w.history.Add(enginetest.Record{What: enginetest.Fault, Class: enginetest.Kill})
	cmd.Process.Kill()
	text := <-out
	cmd.Wait()
	w.Kills++
	if strings.Contains(log.String(), "panic") {
		return "", fmt.Errorf("it panicked: %s", log.String())
	}
	return text, w.reads(text)
}

// finish runs the program to its end: it prints what is owed.
func (w *worker) finish(input string, args ...string) (string, error) {
	cmd := w.command(args...)
	cmd.Stdin = strings.NewReader(input)
	var log bytes.Buffer
	cmd.Stderr = &log
	begin := time.Now()
	out, err := cmd.Output()
	w.usual = time.Since(begin)
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, log.String())
	}
	return string(out), w.reads(string(out))
}

func (w *worker) command(args ...string) *exec.Cmd {
	if len(args) == 0 {
		args = []string{"chat"}
	}
	cmd := exec.CommandContext(w.ctx, w.binary, args...)
	cmd.Env = append(environment(w.data), "LLAVE_ADDR=127.0.0.1:0")
	return cmd
}
