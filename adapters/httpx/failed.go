package httpx

import (
	"context"
	"errors"
	"log/slog"
)

// Failed logs, as an error, that the server failed at a request whose context is ctx. If the client went away meanwhile there is
// nobody whom the server failed: what was cut short by that is logged for debugging only.
func Failed(ctx context.Context, log *slog.Logger, msg string, args ...any) {
	level := slog.LevelError
	if errors.Is(ctx.Err(), context.Canceled) {
		level = slog.LevelDebug
	}
	log.Log(ctx, level, msg, args...)
}
