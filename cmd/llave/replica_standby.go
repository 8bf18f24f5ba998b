package main

import (
	"context"
	"errors"
	"time"

	"llave/bot"
)

var errStandsBy = errors.New("another process holds the chats: this one stands by")

// standsBy reports whether another replica holds all chats.
func (a *app) standsBy() bool {
	others, shards := a.engine.Replicas()
	return a.alone() && others > 0 && shards == 0
}

// startReplica says what this process does beside others. One that had all chats and loses them ends the program: whoever starts it
// again gets one that stands by.
func (a *app) startReplica() {
	switch {
	case a.Store == sqliteStore:
	case a.alone():
		a.background("replica", a.watchStandby)
	default:
		a.background("replica", a.watchOthers)
	}
}

func (a *app) watchStandby(ctx context.Context) error {
	if a.standsBy() {
		a.log.Info("standing by: another process holds the chats")
	}
	holding := func() bool { _, shards := a.engine.Replicas(); return shards > 0 }
	if until(ctx, holding, true) != nil {
		return nil
	}
	a.log.Info("this process holds the chats")
	if until(ctx, holding, false) == nil {
		a.fail(errors.New("another process has taken the chats"))
	}
	return nil
}

// watchOthers says when processes come and go, and leaves each its part of Telegram's rate.
func (a *app) watchOthers(ctx context.Context) error {
	tick := time.NewTicker(holdingEvery)
	defer tick.Stop()
	for known := -1; ; {
		others, shards := a.engine.Replicas()
		if others != known {
			known = others
			a.log.Info("processes divide the chats", "others", others, "shards", shards)
		}
		if a.telegram != nil {
			a.telegram.Share(float64(shards) / bot.Shards)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
