package main

import (
	"cmp"
	"os"
	"testing"
)

// On which day the program is killed does not depend on the day of the test: see LLAVE_TEST_CLOCK in docs/testing.md.
func TestMain(m *testing.M) {
	if err := ahead.begin(cmp.Or(os.Getenv("LLAVE_TEST_CLOCK"), "2026-11-17T11:00")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

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
