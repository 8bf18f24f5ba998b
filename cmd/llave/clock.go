//go:build !testclock

package main

import "time"

// clock is the clock of the program: the machine's. A build with the tag testclock has another one.
func clock() func() time.Time { return time.Now }
