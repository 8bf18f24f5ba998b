//go:build !testclock

package main

import (
	"time"

	"llave/adapters/autogestion"
)

// clock is the clock of the program: the machine's. A build with the tag testclock has another one.
func clock() func() time.Time { return time.Now }

// replacements returns how often a token may be replaced: the back end's own number.
func replacements() autogestion.Replacements { return autogestion.Replacements{} }
