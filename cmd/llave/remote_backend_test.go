package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/autogestion/client"
	"llave/flows/backend"
)

// scriptedRemote is a remote back end with scripted answers; it repeats the last one.
type scriptedRemote struct {
	remoteBackend
	at   []time.Duration
	text bytes.Buffer
}

type scriptedAnswer struct {
	can backend.Capabilities
	err error
}

func newScriptedRemote(t *testing.T, says ...scriptedAnswer) *scriptedRemote {
	t.Helper()
	a, start := &scriptedRemote{}, time.Now()
	a.remoteBackend = remoteBackend{path: filepath.Join(t.TempDir(), "can.json"), url: "https://ioma.example", log: slog.New(slog.NewTextHandler(&a.text, nil))}
	a.call = func(context.Context) (backend.Capabilities, error) {
		a.at = append(a.at, time.Since(start))
		s := says[min(len(a.at), len(says))-1]
		return s.can, s.err
	}
	return a
}

var errRemoteDown = errors.New("down")

// At a first start it waits until the back end answers, asking less and less often.
func TestAFirstStartWaitsForTheBackEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := scriptedAnswer{err: errRemoteDown}
		a := newScriptedRemote(t, down, down, down, down, down, down, down, down, down, scriptedAnswer{can: backend.Capabilities{Keys: true}})
		can, err := a.capabilities(t.Context())
		if err != nil || !can.Keys || !a.answers.Load() {
			t.Errorf("%+v, %v, up %v", can, err, a.answers.Load())
		}
		for n, want := range []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond, 3500 * time.Millisecond} {
			if a.at[n] != want {
				t.Errorf("try %d after %s, want %s", n, a.at[n], want)
			}
		}
		if last := a.at[9] - a.at[8]; len(a.at) != 10 || last != longestPause {
			t.Errorf("%d tries, the last after %s", len(a.at), last)
		}
		if n := strings.Count(a.text.String(), "does not answer"); n != 9 {
			t.Errorf("logged %d times", n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := newScriptedRemote(t, down).capabilities(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stopped: %v", err)
		}
	})
}

func TestAKeyThatIsRefusedIsNotWaitedFor(t *testing.T) {
	a := newScriptedRemote(t, scriptedAnswer{err: &client.NoAnswer{Op: "capabilities", Why: "bot_key", Err: client.ErrBotKey}})
	a.save(backend.Capabilities{Keys: true})
	if _, err := a.capabilities(t.Context()); !errors.Is(err, client.ErrBotKey) || len(a.at) != 1 {
		t.Errorf("%v after %d tries", err, len(a.at))
	}
}

// A start while the back end is down goes on with what it said before; what another one said does not count.
func TestAStartWhileTheBackEndIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newScriptedRemote(t, scriptedAnswer{can: backend.Capabilities{Keys: true, SignInPages: true}}, scriptedAnswer{err: errRemoteDown})
		if _, err := a.capabilities(t.Context()); err != nil {
			t.Fatal(err)
		}
		can, err := a.capabilities(t.Context())
		if err != nil || !can.Keys || !can.SignInPages || can.Sheets || a.answers.Load() || len(a.at) != 2 {
			t.Errorf("%+v, %v, up %v after %d tries", can, err, a.answers.Load(), len(a.at))
		}
		if info, err := os.Stat(a.path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		a.url = "https://other.example"
		if _, ok := a.load(); ok {
			t.Error("what another back end said is used")
		}
		a.url = "https://ioma.example"
		if err := os.WriteFile(a.path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := a.load(); ok || !strings.Contains(a.text.String(), "cannot be read") {
			t.Error("a damaged file is used, or not told of")
		}
	})
}

// What changes is logged, once; whether it is up is known within one look.
func TestTheBackEndIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		is, other := scriptedAnswer{can: backend.Capabilities{Keys: true}}, scriptedAnswer{can: backend.Capabilities{Keys: true, Void: true}}
		down, refused := scriptedAnswer{err: errRemoteDown}, scriptedAnswer{err: client.ErrBotKey}
		a := newScriptedRemote(t, is, is, down, down, is, other, other, refused, is, is)
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		can, _ := a.capabilities(ctx)
		go func() { defer close(over); a.probe(ctx, can) }()
		for n, up := range []bool{true, false, false, true, true, true, false, true} {
			time.Sleep(probeInterval)
			synctest.Wait()
			if a.answers.Load() != up {
				t.Errorf("look %d: up is %v", n, a.answers.Load())
			}
		}
		cancel()
		<-over
		for text, want := range map[string]int{"does not answer": 1, "autogestion answers": 2, "has changed": 2, "refuses LLAVE_AUTOGESTION_KEY": 1} {
			if n := strings.Count(a.text.String(), text); n != want {
				t.Errorf("%q was logged %d times, want %d:\n%s", text, n, want, a.text.String())
			}
		}
	})
}
