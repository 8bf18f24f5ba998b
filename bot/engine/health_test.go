package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/store"
)

// A caller that gives up, by hanging up or by its deadline, is told so. It is no fault of the store, and the engine
// stays ready.
func TestACallerThatGivesUpIsNoFaultOfTheStore(t *testing.T) {
	sqlite, err := store.OpenSQLite(filepath.Join(t.TempDir(), "llave.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer sqlite.Close()
	for name, s := range map[string]bot.Store{"memory": memory(), "sqlite": sqlite} {
		for how, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
			"hung up": context.WithCancel,
			"too late": func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithDeadline(ctx, time.Now().Add(-time.Second))
			},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				h := open(t, s)
				defer h.stop()
				ctx, cancel := end(t.Context())
				cancel()
				for i := range 20 {
					err := h.Accept(ctx, bot.Update{Chat: chatA, ID: fmt.Sprint(how, i), Kind: bot.Message, Text: "hello"})
					if err == nil {
						t.Error("acknowledged to a caller that has gone")
					}
					if err := h.Ready(); err != nil {
						t.Fatalf("not ready after call %d: %v", i, err)
					}
				}
			})
		}
	}
}

// A store that fails while the caller waits is a fault of the store, also if the error looks like a caller's.
func TestAStoreThatFailsForACallerThatWaitsIsAFault(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s)
		defer h.stop()
		s.set(&s.accept, func() error { return errors.Join(errors.New("writer"), context.DeadlineExceeded) })
		if err := h.Accept(t.Context(), bot.Update{Chat: chatA, ID: "1", Kind: bot.Message}); err == nil {
			t.Error("acknowledged")
		}
		synctest.Wait()
		if h.Ready() == nil {
			t.Error("ready while the store takes nothing")
		}
	})
}
