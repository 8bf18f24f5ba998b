package autogestion

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/flows/backend"
)

// cheap makes hashing a password fast enough for tests.
var cheap = Cost{MemoryKiB: 64, Time: 1, Threads: 1}

const (
	maria = "27-99999001-6"
	jorge = "20-99999021-6"
)

// clock is a time that moves only by advance and set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

func newClock() *clock {
	// Monday, 10:00 in Buenos Aires.
	return &clock{t: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
}

type fixture struct {
	*Service
	*clock
	path string
}

func testOptions(t testing.TB, c *clock) Options {
	return options(filepath.Join(t.TempDir(), "autogestion.db"), c)
}

func options(path string, c *clock) Options {
	return Options{Path: path, Key: bytes.Repeat([]byte{7}, 32),
		PublicURL: "http://127.0.0.1:8080", Demo: true, MesaPhone: "221-351-0282", BotKey: "bot-key", Now: c.Now, Cost: cheap,
		Wait: func(context.Context, time.Duration) error { return nil }}
}

// seedOnce returns the file of a back end with the demo padrón, made once for all tests: importing it 250 times took half of
// their time.
var seedOnce = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "llave-seeded")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	o := options(filepath.Join(dir, "autogestion.db"), newClock())
	s, err := Open(context.Background(), o)
	if err != nil {
		return nil, err
	}
	err = errors.Join(s.SeedDemo(context.Background()), s.Close())
	if err != nil {
		return nil, err
	}
	return os.ReadFile(o.Path)
})

// seeded is an option of demo: the back end gets a file of its own, with keys of its own, instead of a copy.
func seeded(*Options) {}

// demo returns a back end with the demo padrón.
func demo(t testing.TB, change ...func(*Options)) fixture {
	t.Helper()
	c := newClock()
	o := testOptions(t, c)
	for _, f := range change {
		f(&o)
	}
	copied, err := seedOnce()
	if err == nil && len(change) == 0 {
		err = os.WriteFile(o.Path, copied, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if len(change) > 0 {
		if err := s.SeedDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return fixture{Service: s, clock: c, path: o.Path}
}

// linked links a chat with the account of a CUIL.
func (w fixture) linked(t *testing.T, cuil, chat string) backend.Grant {
	t.Helper()
	g, err := w.LinkDirect(context.Background(), cuil, backend.Invitation{Chat: chat, Channel: "Telegram", Label: "···1234"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func member(t *testing.T, g backend.Group, name string) backend.Member {
	t.Helper()
	for _, m := range g.Members {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("nobody called %s in the group", name)
	return backend.Member{}
}

// readAll returns the contents of a database file and its log.
func readAll(t *testing.T, path string) (texts []string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	return texts
}

// containsNumber looks for six digits that are not part of a longer number.
func containsNumber(text, digits string) bool {
	return strings.Contains(text, digits) && regexp.MustCompile(`(^|[^0-9])`+digits+`($|[^0-9])`).MatchString(text)
}
