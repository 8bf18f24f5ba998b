package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"llave/adapters/autogestion"
	"llave/adapters/document"
	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

func TestMain(m *testing.M) { os.Exit(webchattest.Main(m)) }

// sharedParts are made once for all fixtures: the file of a back end with the demo in it, and the renderer of pictures and
// documents, which embeds its fonts when it is made.
type sharedParts struct {
	demo     []byte
	renderer bot.Renderer
}

// shared returns the parts. A test calls it before its first bubble: the channel of a renderer that is made in a bubble
// cannot be used outside of it.
func shared(t *testing.T) sharedParts {
	t.Helper()
	parts, err := makeShared()
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

var makeShared = sync.OnceValues(func() (sharedParts, error) {
	dir, err := os.MkdirTemp("", "llave-shared")
	if err != nil {
		return sharedParts{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "autogestion.db")
	if err := seedDemo(path); err != nil {
		return sharedParts{}, err
	}
	demo, err := os.ReadFile(path)
	if err != nil {
		return sharedParts{}, err
	}
	renderer, err := document.New()
	return sharedParts{demo, renderer}, err
})

// seedDemo makes a file with the demo as it is when transcripts begin.
func seedDemo(path string) error {
	ctx := context.Background()
	service, err := openDemo(ctx, path, func() time.Time { return opening })
	if err != nil {
		return err
	}
	if err := service.SeedDemo(ctx); err != nil {
		service.Close()
		return err
	}
	return service.Close()
}

// cheapPasswords is the cost of passwords in tests: those of production take some 20 ms and 19 MiB each.
var cheapPasswords = autogestion.Cost{MemoryKiB: 64, Time: 1, Threads: 1}

// openDemo opens the back end of a fixture. Its passwords cost little.
func openDemo(ctx context.Context, path string, now func() time.Time) (*autogestion.Service, error) {
	return autogestion.Open(ctx, autogestion.Options{
		Path: path, Key: bytes.Repeat([]byte{7}, 32), PublicURL: "http://llave.test", Demo: true, Now: now, Log: slog.New(slog.DiscardHandler),
		Cost: cheapPasswords, MesaPhone: "221-351-0282",
	})
}
