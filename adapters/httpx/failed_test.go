package httpx_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"llave/adapters/httpx"
)

// A client that went away is no error of the server; a server that was too slow is one.
func TestFailed(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		want string
	}{{"waits", t.Context(), "ERROR"}, {"gone", gone, "DEBUG"}, {"too late", late, "ERROR"}} {
		var out bytes.Buffer
		httpx.Failed(c.ctx, slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})), "failed", "route", "GET /")
		if got := out.String(); !strings.Contains(got, "level="+c.want+" msg=failed route=\"GET /\"") {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}
