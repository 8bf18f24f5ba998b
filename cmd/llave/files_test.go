package main

import (
	"context"
	"crypto/sha256"
	"sync"
	"testing"

	"llave/bot"
)

// renderedFiles renders files, and recognises what it has rendered.
type renderedFiles struct {
	bot.Renderer
	mu   sync.Mutex
	made map[[sha256.Size]byte]bool
}

func (f *renderedFiles) Render(ctx context.Context, chat bot.ChatID, file bot.File) ([]byte, error) {
	data, err := f.Renderer.Render(ctx, chat, file)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made == nil {
		f.made = map[[sha256.Size]byte]bool{}
	}
	f.made[sha256.Sum256(data)] = true
	return data, err
}

// wantRendered checks that a file that came out of a channel was rendered here, byte for byte.
func (f *renderedFiles) wantRendered(t *testing.T, name string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.made[sha256.Sum256(data)] {
		t.Errorf("%s came as %d other bytes than were made", name, len(data))
	}
}
