package main

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/terminal"
	"llave/bot"
)

// A server that stops by itself ends the program, in order, with an error that says why.
func TestAServerThatFailsEndsTheProgram(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	build := func() (program, *app) {
		p := program{stdout: io.Discard, stderr: io.Discard, now: time.Now}
		c, err := readConfig(map[string]string{"LLAVE_ADDR": "127.0.0.1:0", "LLAVE_ADMIN_ADDR": "127.0.0.1:0", "LLAVE_DATA": data})
		if err != nil {
			t.Fatal(err)
		}
		h, err := p.build(t.Context(), c, noChannels)
		if err != nil {
			t.Fatal(err)
		}
		return p, h
	}
	p, h := build()
	broken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.serveOn(broken, nil)
	broken.Close()
	ended := make(chan error, 1)
	go func() { ended <- h.serve(t.Context(), p.stdout) }()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), broken.Addr().String()) {
		t.Errorf("the program ends with %v", err)
	}
	if err := h.engine.Accept(t.Context(), bot.Update{Chat: "web/llave/1", ID: "1", Kind: bot.Message}); err == nil {
		t.Error("the engine goes on")
	}
	_, again := build() // everything was let go of
	if err := again.stop(); err != nil {
		t.Error(err)
	}
}

// A command that reads its input while it serves ends, too.
func TestAFailureEndsWhatIsWatched(t *testing.T) {
	var f failure
	ctx, failed := f.watch(t.Context())
	f.fail(io.ErrUnexpectedEOF)
	f.fail(io.EOF) // the first one counts
	<-ctx.Done()
	if err := failed(); err != io.ErrUnexpectedEOF {
		t.Errorf("failed with %v", err)
	}
	var none failure
	outer, cancel := context.WithCancel(t.Context())
	ctx, failed = none.watch(outer)
	cancel()
	<-ctx.Done()
	if err := failed(); err != nil {
		t.Errorf("nothing failed: %v", err)
	}
}

func TestEveryChannelButTheTerminalIsBounded(t *testing.T) {
	rates := chatRates(map[string]bot.Channel{"web": nil, "telegram": nil, terminal.Channel: nil})
	if rates["web"] != chatRate || rates["telegram"] != chatRate || len(rates) != 2 {
		t.Errorf("rates are %v", rates)
	}
}

func TestOneCoreGetsMoreThreads(t *testing.T) {
	was := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(was)
	useThreads(map[string]string{"GOMAXPROCS": "1"})
	if n := runtime.GOMAXPROCS(0); n != 1 {
		t.Errorf("%d threads where the environment says 1", n)
	}
	useThreads(nil)
	if n := runtime.GOMAXPROCS(0); n != schedulerThreads {
		t.Errorf("%d threads on one core, want %d", n, schedulerThreads)
	}
	runtime.GOMAXPROCS(7)
	useThreads(nil)
	if n := runtime.GOMAXPROCS(0); n != 7 {
		t.Errorf("%d threads on seven cores", n)
	}
}

// Stopping is starting reversed. What does not stop in time is an error, and the rest is stopped all the same.
func TestStopIsStartReversed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := (program{stderr: io.Discard}).newApp(config{})
		var order []string
		add := func(name string) { a.onStop(func(context.Context) error { order = append(order, name); return nil }) }
		add("store")
		stuck := make(chan struct{})
		a.background("stuck", func(context.Context) error { <-stuck; return nil })
		add("engine")
		a.background("channel", func(ctx context.Context) error { <-ctx.Done(); order = append(order, "channel"); return nil })
		begin := time.Now()
		err := a.stop()
		if want := []string{"channel", "engine", "store"}; !slices.Equal(order, want) {
			t.Errorf("stopped %v, want %v", order, want)
		}
		if err == nil || err.Error() != "stuck: did not stop in time" || time.Since(begin) != stopTime {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		if err := a.stop(); err != nil || len(order) != 3 {
			t.Errorf("stopped twice: %v, %v", err, order)
		}
		close(stuck)
	})
}
