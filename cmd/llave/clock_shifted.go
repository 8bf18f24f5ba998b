//go:build testclock

package main

import (
	"fmt"
	"os"
	"time"

	"llave/adapters/autogestion"
)

// replacements returns no bound in practice: a test that kills the program asks for a token again and again.
func replacements() autogestion.Replacements {
	return autogestion.Replacements{Hour: 1 << 20, Day: 1 << 20}
}

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
