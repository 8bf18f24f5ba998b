package main

import (
	"testing"
)

// The short form of what `go run ./cmd/chaos` does at length.
func TestKilledAtRandom(t *testing.T) {
	n := 20
	if testing.Short() {
		n = 4
	}
	sum, err := run(t.Context(), n, 1, "", t.Output())
	if err != nil {
		t.Error(err)
	}
	t.Log(sum)
}
