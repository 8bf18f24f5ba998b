package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"llave/bot"
)

// Send implements [bot.Channel]: the text, then the choices, each with the number that may be typed for it.
func (t *Terminal) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	if to != t.chat {
		return &bot.PermanentFailure{Reason: "another terminal's chat"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	path, err := t.saveFile(r)
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.out, t.render(r, path)+"\n")
	return err
}

// saveFile writes a reply's file, readable by its owner only, and returns its path. Files of an earlier run are removed
// first: they hold tokens.
func (t *Terminal) saveFile(r bot.Reply) (string, error) {
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
