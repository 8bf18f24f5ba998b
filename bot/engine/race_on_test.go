//go:build race

package engine_test

// underRace: -race makes the random histories some twenty times slower and what it looks for shows in a few. `make check` runs them
// whole without it.
const underRace = true
