//go:build testclock

package main

import (
	"fmt"
	"os"
	"time"
)

// clock is the machine's clock put forward by TESTCLOCK_AHEAD (a Go duration), for tests that need the program as a
// process of its own on a day of their choice. A release is built without the tag, and so without this file.
func clock() func() time.Time {
	ahead, err := time.ParseDuration(os.Getenv("TESTCLOCK_AHEAD"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "TESTCLOCK_AHEAD:", err)
		os.Exit(exitUsage)
	}
	return func() time.Time { return time.Now().Add(ahead) }
}
