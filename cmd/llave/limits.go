package main

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"llave/adapters/terminal"
	"llave/bot"
	"llave/bot/rate"
)

// chatRate is how fast one chat is answered. A person does not write faster; a program that does waits.
var chatRate = rate.Limit{Burst: 15, Every: time.Second}

// chatRates bounds the chats of every channel but the terminal, whose input may be a file.
func chatRates(channels map[string]bot.Channel) map[string]rate.Limit {
	rates := map[string]rate.Limit{}
	for name := range channels {
		if name != terminal.Channel {
			rates[name] = chatRate
		}
	}
	return rates
}

// schedulerThreads is how many Go threads run code at once where the machine gives one core. SQLite waits for the
// disk in a system call, which keeps its thread: with one alone the whole program waits (docs/testing.md).
const schedulerThreads = 4

// useThreads sets that, unless the environment says otherwise.
func useThreads(getenv map[string]string) {
	if getenv["GOMAXPROCS"] == "" && runtime.GOMAXPROCS(0) == 1 {
		runtime.GOMAXPROCS(schedulerThreads)
	}
}

// failure is the first error of what runs in the background. It ends the program. The zero value is ready.
type failure struct {
	once sync.Once
	made sync.Once
	c    chan error
}

func (f *failure) channel() chan error {
	f.made.Do(func() { f.c = make(chan error, 1) })
	return f.c
}

// fail reports an error after which the program cannot go on.
func (f *failure) fail(err error) {
	f.once.Do(func() { f.channel() <- err })
}

// wait returns nil when ctx ends, and the error if something fails before.
func (f *failure) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-f.channel():
		return err
	}
}

// watch returns a context that ends with ctx or when something fails, and what to call at the end: it returns the
// failure.
func (f *failure) watch(ctx context.Context) (context.Context, func() error) {
	ctx, cancel := context.WithCancel(ctx)
	failed := make(chan error, 1)
	go func() {
		failed <- f.wait(ctx)
		cancel()
	}()
	return ctx, func() error {
		cancel()
		return <-failed
	}
}

// effectMetrics say how the calls of the back end stand.
func (h *app) effectMetrics(reg *prometheus.Registry) {
	gauge := func(name, help string, n func() int) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(n()) }))
	}
	gauge("llave_effects_running", "Calls of Autogestión under way.", func() int { n, _, _ := h.engine.Effects(); return n })
	gauge("llave_effects_waiting", "Calls of Autogestión that wait for their place or their next attempt.", func() int { _, n, _ := h.engine.Effects(); return n })
	gauge("llave_breaker_open", "1 while Autogestión does not answer and is only probed.", func() int {
		if _, _, open := h.engine.Effects(); open {
			return 1
		}
		return 0
	})
}
