// Package terminal is the channel of whoever sits at the machine: a line in is a message, replies go to standard
// output. It serves people who try the program, and scripts: it works through a pipe.
package terminal

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"llave/bot"
)

// Channel is the name under which a Terminal is registered with the engine.
const Channel = "terminal"

// Terminal is one chat on a reader and a writer.
type Terminal struct {
	chat bot.ChatID
	in   io.Reader
	mu   sync.Mutex // one reply at a time
	out  io.Writer
	now  func() time.Time
	// Files is the folder that files are written to; empty: they are left out.
	Files string
	swept bool
}

// New makes the terminal's chat. Name tells it from the chats of other terminals on the same data.
func New(name string, in io.Reader, out io.Writer, now func() time.Time) (*Terminal, error) {
	chat, err := bot.NewChatID(Channel, "local", name)
	if err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	return &Terminal{chat: chat, in: in, out: out, now: now}, nil
}

// Chat is the terminal's chat.
func (t *Terminal) Chat() bot.ChatID { return t.chat }

// Via and Label are how the channel and the chat are shown to people.
func (t *Terminal) Via() string   { return "Terminal" }
func (t *Terminal) Label() string { return "de esta máquina" }

// Unpaced implements [bot.Unpaced]: through a pipe a line is there before the answer to the one before it.
func (t *Terminal) Unpaced() bool { return true }

// maxLine is far beyond what is read as a message; a line that is longer still is an error.
const maxLine = 1 << 20

// Run hands every line to the bot until the input ends, and then calls settled before the next one. Settled waits
// until nothing is owed: through a pipe each line is answered before the next is read. A nil settled does not wait.
func (t *Terminal) Run(ctx context.Context, to bot.Accepter, settled func(context.Context) error) error {
	run := rand.Text()
	lines, failed := t.lines(ctx)
	for n := 1; ; n++ {
		var line string
		select {
		case <-ctx.Done():
			return ctx.Err()
		case text, ok := <-lines:
			if !ok {
				return <-failed
			}
			line = text
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		u := bot.Update{Chat: t.chat, ID: fmt.Sprintf("%s/%d", run, n), Kind: bot.Message, Text: line, ChannelName: t.Via(), MaskedID: t.Label(), OccurredAt: t.now()}
		if err := to.Accept(ctx, u); err != nil {
			return fmt.Errorf("terminal: %w", err)
		}
		if settled == nil {
			continue
		}
		if err := settled(ctx); err != nil {
			return err
		}
	}
}

// lines reads in a goroutine of its own, because a read from a terminal cannot be called back.
func (t *Terminal) lines(ctx context.Context) (<-chan string, <-chan error) {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		in := bufio.NewScanner(t.in)
		in.Buffer(make([]byte, 4096), maxLine)
		for in.Scan() {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
		err := in.Err()
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("terminal: a line is longer than %d bytes", maxLine)
		}
		failed <- err
	}()
	return lines, failed
}

// Send implements [bot.Channel]: the text, then the choices, each with the number that may be typed for it.
func (t *Terminal) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	if to != t.chat {
		return &bot.PermanentFailure{Reason: "another terminal's chat"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	path, err := t.keep(r)
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.out, Format(r, path)+"\n")
	return err
}

// keep writes a reply's file for its owner's eyes only, and returns where. Files of an earlier run go first: they hold tokens.
func (t *Terminal) keep(r bot.Reply) (string, error) {
	if r.File == nil || t.Files == "" {
		return "", nil
	}
	if !t.swept {
		if err := os.RemoveAll(t.Files); err != nil {
			return "", fmt.Errorf("terminal: old files: %w", err)
		}
		t.swept = true
	}
	if err := os.MkdirAll(t.Files, 0o700); err != nil {
		return "", fmt.Errorf("terminal: %w", err)
	}
	path := filepath.Join(t.Files, r.ID+"-"+filepath.Base(r.File.Name))
	if err := os.WriteFile(path, r.File.Data, 0o600); err != nil {
		return "", fmt.Errorf("terminal: %w", err)
	}
	return path, nil
}

// Format is a reply as it is printed, with the path of its file if it has one.
func Format(r bot.Reply, path string) string {
	var b strings.Builder
	b.WriteString(r.Text)
	b.WriteByte('\n')
	if path != "" {
		fmt.Fprintf(&b, "[archivo] %s\n", path)
	}
	for i, c := range r.Choices {
		fmt.Fprintf(&b, "[%d] %s\n", i+1, c.Text)
	}
	return b.String()
}
