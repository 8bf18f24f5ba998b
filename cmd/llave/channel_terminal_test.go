package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"llave/adapters/terminal"
	"llave/bot"
)

// ttys is the terminal: lines in, text out, numbers for buttons.
type ttys struct {
	w    *fixture
	m    map[string]*tty
	done sync.WaitGroup
}

type tty struct {
	w    *fixture
	term *terminal.Terminal
	in   *io.PipeWriter
	out  strings.Builder // only Send writes, and one at a time

	mu      sync.Mutex
	unread  []string
	options []string // of the last reply that had some
}

func newTTYs(string) channelDriver { return &ttys{m: map[string]*tty{}} }

func (d *ttys) channels(w *fixture) map[string]bot.Channel {
	d.w = w
	for who := range maskedIDs {
		r, in := io.Pipe()
		y := &tty{w: w, in: in}
		term, err := terminal.New(who, r, &y.out, func() time.Time { return w.now().Add(-w.ago) })
		if err != nil {
			w.t.Fatal(err)
		}
		term.Files = filepath.Join(w.t.TempDir(), who)
		y.term, d.m[who] = term, y
	}
	return map[string]bot.Channel{terminal.Channel: d}
}

func (d *ttys) open() {
	for _, y := range d.m {
		d.done.Go(func() { y.term.Run(d.w.t.Context(), d.w.engine, nil) })
	}
}

func (d *ttys) close() {
	for _, y := range d.m {
		y.in.Close()
	}
	d.done.Wait()
}

func (d *ttys) chat(who string) (bot.ChatID, string, string) {
	t := d.m[who].term
	return t.Chat(), t.Via(), t.Label()
}

// Send implements bot.Channel: it finds the terminal.
func (d *ttys) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	for _, y := range d.m {
		if y.term.Chat() == to {
			return y.send(ctx, r)
		}
	}
	return &bot.PermanentFailure{Reason: "nobody there"}
}

func (y *tty) send(ctx context.Context, r bot.Reply) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	if err := y.term.Send(ctx, y.term.Chat(), r); err != nil {
		return err
	}
	out := strings.TrimRight(y.out.String(), "\n")
	y.out.Reset()
	for line := range strings.Lines(out) {
		if path, ok := strings.CutPrefix(line, "[archivo] "); ok {
			data, err := os.ReadFile(strings.TrimSpace(path))
			if err != nil {
				y.w.t.Error(err)
			}
			y.w.files.wantRendered(y.w.t, r.File.Name, data)
		}
	}
	text := strings.ReplaceAll(out, y.term.Files+"/", "")
	y.unread = append(y.unread, text)
	if len(r.Choices) > 0 {
		y.options = nil
		for _, c := range r.Choices {
			y.options = append(y.options, c.Text)
		}
	}
	return nil
}

func (d *ttys) say(who, text string) {
	y := d.m[who]
	if text = y.types(text); text == "" {
		return
	}
	if _, err := io.WriteString(y.in, text+"\n"); err != nil {
		d.w.t.Fatal(err)
	}
	synctest.Wait()
	d.w.ago = 0
}

// types is the line that a person types for a line of a transcript; empty if a terminal cannot do it.
func (y *tty) types(text string) string {
	y.mu.Lock()
	defer y.mu.Unlock()
	if text[0] == '[' {
		for i, o := range y.options {
			if "["+o+"]" == text {
				return fmt.Sprint(i + 1)
			}
		}
	}
	if text[0] == '[' || text[0] == '(' || text[0] == '/' {
		y.unread = append(y.unread, notOnThisChannel)
		return ""
	}
	return text
}

func (d *ttys) repeat() {}

func (d *ttys) newMessages() []shownMessage {
	return collectUnread(func(who string) (*sync.Mutex, *[]string) { y := d.m[who]; return &y.mu, &y.unread })
}
