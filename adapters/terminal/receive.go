package terminal

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"llave/bot"
)

// maxLine is far beyond the longest message; a longer line is an error.
const maxLine = 1 << 20

// Run hands every line to the bot until the input ends, and calls settled before the next one. Settled waits until
// nothing is pending: through a pipe each line is answered before the next is read. A nil settled does not wait.
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

// lines reads in a goroutine of its own, because a read from a terminal cannot be cancelled.
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
