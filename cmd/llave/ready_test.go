package main

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// From the moment at which it is told to stop the program says that it is not ready, and answers all the same until what is under
// way is finished.
func TestWhoStopsIsNotReady(t *testing.T) {
	t.Parallel()
	p := program{stdout: io.Discard, stderr: io.Discard, now: time.Now}
	c, err := readConfig(map[string]string{"LLAVE_ADDR": "127.0.0.1:0", "LLAVE_DATA": filepath.Join(t.TempDir(), "data")})
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.build(t.Context(), c, noChannels)
	if err != nil {
		t.Fatal(err)
	}
	told, finish := make(chan struct{}), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	out := newOutput()
	go func() { ended <- a.serve(ctx, out) }()
	base := out.waitFor(t, `Estado +(http://\S+)/readyz`)[1]
	status := func(path string) int {
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if got := status("/readyz"); got != http.StatusOK {
		t.Errorf("before: %d", got)
	}
	a.background("work under way", func(ctx context.Context) error { <-ctx.Done(); close(told); <-finish; return nil })
	stop()
	<-told
	for path, want := range map[string]int{"/readyz": http.StatusServiceUnavailable, "/healthz": http.StatusOK, "/": http.StatusOK} {
		if got := status(path); got != want {
			t.Errorf("%s while it stops: %d, want %d", path, got, want)
		}
	}
	close(finish)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
