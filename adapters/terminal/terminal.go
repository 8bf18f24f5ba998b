// Package terminal is the channel of the person at the machine: a line of input is a message, replies go to standard
// output. It serves people who try the program, and scripts: it works through a pipe.
//
//	receive.go  lines become updates
//	send.go     replies are printed; render.go their form
package terminal

import (
	"fmt"
	"io"
	"sync"
	"time"

	"llave/adapters/catalog"
	"llave/bot"
)

// Channel is the name under which a Terminal is registered with the engine.
const Channel = "terminal"

// Terminal is one chat on a reader and a writer.
type Terminal struct {
	chat  bot.ChatID
	in    io.Reader
	mu    sync.Mutex // one reply at a time
	out   io.Writer
	now   func() time.Time
	texts *catalog.Texts
	// Files is the folder for files; empty: they are left out.
	Files string
	swept bool // of files of an earlier run
}

// New makes the terminal's chat. Name distinguishes it from the chats of other terminals on the same data.
func New(name string, in io.Reader, out io.Writer, now func() time.Time) (*Terminal, error) {
	chat, err := bot.NewChatID(Channel, "local", name)
	if err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	all, err := catalog.Parse(texts, "via", "label", "file", "choice", "from")
	if err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	return &Terminal{chat: chat, in: in, out: out, now: now, texts: all}, nil
}

// Chat is the terminal's chat.
func (t *Terminal) Chat() bot.ChatID { return t.chat }

// Via names the channel to people.
func (t *Terminal) Via() string { return t.texts.Get("via", nil) }

// Label names the chat to people in other chats.
func (t *Terminal) Label() string { return t.texts.Get("label", nil) }

// Unpaced implements [bot.Unpaced]: through a pipe a line is there before the answer to the one before it.
func (t *Terminal) Unpaced() bool { return true }
