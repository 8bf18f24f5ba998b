package storetest_test

import (
	"context"
	"fmt"
	"strings"

	"llave/bot"
	"llave/store"
	"llave/store/storetest"
)

// result is a TB that keeps whether a check failed.
type result struct {
	storetest.TB
	failed bool
}

func (*result) Helper()                  {}
func (*result) Context() context.Context { return context.Background() }
func (r *result) Errorf(string, ...any)  { r.failed = true }
func (r *result) Fatalf(f string, a ...any) {
	panic(fmt.Sprintf(f, a...))
}

// A store has a test of one line:
//
//	func TestMyStore(t *testing.T) {
//		storetest.Suite(t, func(t *testing.T) bot.Store { return openMyStore(t) })
//	}
//
// It runs every check, and each check is a promise with a name.
func ExampleChecks() {
	for _, c := range storetest.Checks() {
		if !strings.HasPrefix(c.Name, "Events/") {
			continue
		}
		var r result
		c.Run(&r, func() bot.Store { return store.NewMemory() })
		fmt.Println(c.Name, "failed:", r.failed)
	}
	// Output:
	// Events/are numbered within the shard, from one failed: false
	// Events/have no gaps under concurrency failed: false
	// Events/are listed behind a number, up to a limit failed: false
	// Events/numbers of trimmed ones are not given again failed: false
}
