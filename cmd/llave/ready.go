package main

import (
	"context"
	"io"
	"net/http"

	"llave/bot"
)

// readyz reports whether the program is ready: the status to everybody, the text to the operator.
func (a *app) readyz(gate *operatorGate) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := a.ready(r.Context()); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n")
		if gate == nil || !gate.allows(r) {
			return
		}
		a.writeTelegramState(w)
		a.writeWhatsAppState(w)
	}
}

// ready fails if an update would not be accepted and answered. The cause is in the log, not on the page.
func (a *app) ready(ctx context.Context) error {
	if a.stopping.Load() {
		return bot.ErrStopped
	}
	if a.engine == nil {
		return a.embedded.Ping(ctx) // `llave autogestion`
	}
	if err := a.engine.Ready(); err != nil {
		return err
	}
	if a.standsBy() {
		return errStandsBy
	}
	if a.embedded == nil {
		return nil // the chat says that a remote back end does not answer: that is an answer, too
	}
	return a.embedded.Ping(ctx)
}

// backendUp reports whether the back end answered its last call.
func (a *app) backendUp(ctx context.Context) bool {
	if a.remote != nil {
		return a.remote.answers.Load()
	}
	return a.embedded.Ping(ctx) == nil
}
