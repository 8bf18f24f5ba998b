package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"llave/adapters/autogestion/client"
	"llave/flows/backend"
)

const (
	firstPause    = 500 * time.Millisecond // between the first calls at start; it doubles
	longestPause  = 30 * time.Second
	probeInterval = 10 * time.Second // between calls, once it has answered
)

// remoteBackend watches a back end outside of this process. If it does not answer, the chat says so, the log and a metric
// say so, and the program stays ready.
type remoteBackend struct {
	call    func(context.Context) (backend.Capabilities, error)
	path    string // of the file with its capabilities, for a start while it is down
	url     string
	log     *slog.Logger
	answers atomic.Bool
}

// savedCapabilities is the content of the file. Another address is another back end.
type savedCapabilities struct {
	URL string               `json:"url"`
	Can backend.Capabilities `json:"can"`
}

// capabilities asks what the back end can do. If it does not answer, the saved answer counts; without one, it asks until the
// back end answers. A refusal of our key is an error at once: that needs the operator.
func (r *remoteBackend) capabilities(ctx context.Context) (backend.Capabilities, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		can, err := r.ask(ctx)
		if err == nil || errors.Is(err, client.ErrBotKey) {
			return can, err
		}
		r.log.Warn("autogestion does not answer", "err", err)
		if can, ok := r.load(); ok {
			return can, nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return can, ctx.Err()
		}
	}
}

// ask calls once, and saves the answer.
func (r *remoteBackend) ask(ctx context.Context) (backend.Capabilities, error) {
	can, err := r.call(ctx)
	r.answers.Store(err == nil)
	if err == nil {
		r.save(can)
	}
	return can, err
}

func (r *remoteBackend) load() (backend.Capabilities, bool) {
	var kept savedCapabilities
	text, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return kept.Can, false
	}
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	if err != nil {
		r.log.Warn("what autogestion can do was kept and cannot be read", "err", err)
	}
	return kept.Can, err == nil && kept.URL == r.url
}

func (r *remoteBackend) save(can backend.Capabilities) {
	if was, ok := r.load(); ok && was == can {
		return
	}
	text, err := json.Marshal(savedCapabilities{r.url, can})
	if err == nil {
		err = os.WriteFile(r.path, text, 0o600)
	}
	if err != nil {
		r.log.Warn("what autogestion can do cannot be kept", "err", err)
	}
}

// probe calls at intervals, and logs what changes. The conversations were built for the capabilities at start: a change
// takes effect at the next start.
func (r *remoteBackend) probe(ctx context.Context, built backend.Capabilities) {
	known := built
	for {
		select {
		case <-time.After(probeInterval):
		case <-ctx.Done():
			return
		}
		was := r.answers.Load()
		can, err := r.ask(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, client.ErrBotKey):
			r.log.Error("autogestion refuses LLAVE_AUTOGESTION_KEY", "err", err)
		case err != nil && was:
			r.log.Warn("autogestion does not answer", "err", err)
		case err == nil && !was:
			r.log.Info("autogestion answers")
		}
		if err == nil && can != known {
			known = can
			r.log.Warn("what autogestion can do has changed: start again to use it")
		}
	}
}
