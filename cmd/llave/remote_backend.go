package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"llave/adapters/autogestion"
	"llave/flows/backend"
)

const (
	firstPause    = 500 * time.Millisecond // between the first tries at start; then it doubles
	longestPause  = 30 * time.Second
	probeInterval = 10 * time.Second // between looks, once it has answered
)

// far is the Autogestión outside this process, as seen from here. That it does not answer is told to people, logged
// and counted, and keeps nobody from writing: the program is ready all the same.
type remoteBackend struct {
	call    func(context.Context) (backend.Capabilities, error)
	path    string // where what it can do is kept, so that a start while it is down knows
	url     string
	log     *slog.Logger
	answers atomic.Bool
}

// keptCan is what is kept of it. Another address is another back end.
type savedCapabilities struct {
	URL string               `json:"url"`
	Can backend.Capabilities `json:"can"`
}

// capable says what the back end can do: as it says now, or as it said when it was last asked, or, if it never was, as
// soon as it answers. Only its refusal of our key ends the waiting: that needs the operator.
func (f *remoteBackend) capabilities(ctx context.Context) (backend.Capabilities, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		can, err := f.ask(ctx)
		if err == nil || errors.Is(err, autogestion.ErrBotKey) {
			return can, err
		}
		f.log.Warn("autogestion does not answer", "err", err)
		if can, ok := f.load(); ok {
			return can, nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return can, ctx.Err()
		}
	}
}

// look asks once, and keeps the answer.
func (f *remoteBackend) ask(ctx context.Context) (backend.Capabilities, error) {
	can, err := f.call(ctx)
	f.answers.Store(err == nil)
	if err == nil {
		f.save(can)
	}
	return can, err
}

func (f *remoteBackend) load() (backend.Capabilities, bool) {
	var kept savedCapabilities
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return kept.Can, false
	}
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	if err != nil {
		f.log.Warn("what autogestion can do was kept and cannot be read", "err", err)
	}
	return kept.Can, err == nil && kept.URL == f.url
}

func (f *remoteBackend) save(can backend.Capabilities) {
	if was, ok := f.load(); ok && was == can {
		return
	}
	text, err := json.Marshal(savedCapabilities{f.url, can})
	if err == nil {
		err = os.WriteFile(f.path, text, 0o600)
	}
	if err != nil {
		f.log.Warn("what autogestion can do cannot be kept", "err", err)
	}
}

// watch looks now and then, and logs what changes. What it can do is part of how the conversations were built: a change
// of that waits for the next start.
func (f *remoteBackend) probe(ctx context.Context, built backend.Capabilities) {
	told := built
	for {
		select {
		case <-time.After(probeInterval):
		case <-ctx.Done():
			return
		}
		was := f.answers.Load()
		can, err := f.ask(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, autogestion.ErrBotKey):
			f.log.Error("autogestion refuses LLAVE_AUTOGESTION_KEY", "err", err)
		case err != nil && was:
			f.log.Warn("autogestion does not answer", "err", err)
		case err == nil && !was:
			f.log.Info("autogestion answers")
		}
		if err == nil && can != told {
			told = can
			f.log.Warn("what autogestion can do has changed: start again to use it")
		}
	}
}

// openFar turns to an Autogestión outside this process.
func (h *app) openRemote(ctx context.Context) error {
	client, err := h.client(h.AutogestionURL, h.now)
	if err != nil {
		return &usageError{err}
	}
	h.stops = append(h.stops, func(context.Context) error { return client.Close() })
	h.remote = &remoteBackend{call: client.Capabilities, path: h.path("autogestion.can.json"), url: h.AutogestionURL, log: h.log}
	if h.can, err = h.remote.capabilities(ctx); errors.Is(err, autogestion.ErrBotKey) {
		return &usageError{fmt.Errorf("LLAVE_AUTOGESTION_KEY: la Autogestión de LLAVE_AUTOGESTION_URL no la acepta")}
	} else if err != nil {
		return err
	}
	h.tokens, h.links, h.sheets = client, client, client
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan struct{})
	go func() { defer close(over); h.remote.probe(watching, h.can) }()
	h.stops = append(h.stops, func(context.Context) error { stop(); <-over; return nil })
	return nil
}
