package whatsapp

import (
	"io"
	"log/slog"
)

func logOf(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
