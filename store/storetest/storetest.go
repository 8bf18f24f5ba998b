// Package storetest holds every store to the promises that package bot writes down in its port. A promise is
// a named check; a store passes when it passes all of them, and a promise without a check is not one.
//
// The checks take no *testing.T, so that they can also be run on a store with a planted bug and be watched
// going red: a check that cannot fail is worth nothing.
//
// Reading order: this file, world.go (what the checks are written with), then a file for each part, in the order of [Checks].
// model.go and property.go compare a store with a plain model under random calls; durable.go is about what outlives the process,
// replicas.go about stores that several processes share.
package storetest

import (
	"context"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"llave/bot"
)

// TB is what a check needs of *testing.T.
type TB interface {
	rapid.TB
	Context() context.Context
}

// Check is one promise. Run may open as many stores as it likes; each is empty and shares nothing.
type Check struct {
	Name string
	Run  func(t TB, open func() bot.Store)
}

// Suite runs every check as a subtest. What open returns must be an empty store; what has to be closed or
// removed afterwards open leaves to t.Cleanup.
func Suite(t *testing.T, open func(t *testing.T) bot.Store) {
	t.Helper()
	for _, c := range Checks() {
		t.Run(c.Name, func(t *testing.T) {
			c.Run(t, func() bot.Store { return open(t) })
		})
	}
}

// Checks lists the promises that every store keeps while it is open.
func Checks() []Check {
	return slices.Concat(acceptChecks(), loadChecks(), commitChecks(), refusalChecks(), outboxChecks(),
		timerChecks(), eventChecks(), pendingChecks(), claimChecks(), careChecks(), forgetChecks(), retryChecks(), hygieneChecks(), modelChecks())
}

// Store is a store that can be closed and opened again.
type Store interface {
	bot.Store
	io.Closer
}

// DurableCheck is one promise about what survives. Every open with the same folder opens the same store; the
// check closes it first.
type DurableCheck struct {
	Name string
	Run  func(t TB, open func() Store)
}

// SuiteDurable runs every check about surviving as a subtest, each with a folder of its own.
func SuiteDurable(t *testing.T, open func(t *testing.T, dir string) Store) {
	t.Helper()
	for _, c := range DurableChecks() {
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			c.Run(t, func() Store { return open(t, dir) })
		})
	}
}
