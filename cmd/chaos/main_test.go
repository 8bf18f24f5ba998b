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

// The short form of -through poll and -through webhook.
func TestKilledAtRandomOnTelegram(t *testing.T) {
	for name, webhook := range map[string]bool{"poll": false, "webhook": true} {
		t.Run(name, func(t *testing.T) {
			n := 18
			if testing.Short() {
				n = 6
			}
			sum, err := onTelegram(t.Context(), n, 1, "", webhook)
			if err != nil {
				t.Error(err)
			}
			t.Log(sum)
		})
	}
}
