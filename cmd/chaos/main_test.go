package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"llave/bot/enginetest"
)

// On which day the program is killed does not depend on the day of the test: see LLAVE_TEST_CLOCK in docs/testing.md.
func TestMain(m *testing.M) {
	if err := clock.begin(cmp.Or(os.Getenv("LLAVE_TEST_CLOCK"), "2026-11-17T11:00")); err != nil {
		panic(err)
	}
	code := m.Run()
	if remove != nil {
		remove()
	}
	os.Exit(code)
}

// remove removes the folder of the program that the tests share.
var remove func()

// build builds the program once for all tests.
var build = sync.OnceValues(func() (binary string, err error) {
	_, binary, remove, err = prepare(context.Background(), "")
	return binary, err
})

// llave returns the path of the program.
func llave(t *testing.T) string {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// size is the number of conversations, fewer with -short.
func size(usual, short int) int {
	if testing.Short() {
		return short
	}
	return usual
}

func history() *enginetest.History { return &enginetest.History{Now: clock.now} }

// accepted wants that a run went well, and that the judge accepts it: also when it was written and is read again.
func accepted(t *testing.T, h *enginetest.History, sum sightings, err error) {
	t.Helper()
	if err := errors.Join(err, judged(h)); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "history")
	if err := keepHistory(file, h); err != nil || judgeFile(file) != 0 {
		t.Errorf("judged again: %v", err)
	}
	t.Log(sum)
}

// The short form of what `go run ./cmd/chaos` does at length. The tests run one after the other: a program that is killed every
// half second and gets no core in between answers nothing.
func TestKilledAtRandom(t *testing.T) {
	h := history()
	sum, err := atTerminals(t.Context(), h, size(12, 4), 1, llave(t))
	accepted(t, h, sum, err)
}

// The short form of -store redis.
func TestKilledAtRandomOnRedis(t *testing.T) {
	onRedis(t)
	h := history()
	sum, err := atTerminals(t.Context(), h, size(4, 2), 1, llave(t))
	accepted(t, h, sum, err)
}

// onRedis has the conversations of a test kept on a Redis.
func onRedis(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil && os.Getenv("LLAVE_TEST_REQUIRE") != "1" {
		t.Skip("no redis-server on this machine")
	}
	ctx, cancel := context.WithCancel(t.Context())
	conversationsIn.fsync = "always" // what it acknowledged is there after it was killed
	if err := conversationsIn.begin(ctx, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		conversationsIn.wait()
		conversationsIn.addr = ""
	})
}

// The short form of -replicas term.
func TestReplicasAreToldToStop(t *testing.T) {
	onRedis(t)
	h := history()
	sum, err := onReplicas(t.Context(), h, replicasRun{n: 5, seed: 1, binary: llave(t), fault: "term"})
	accepted(t, h, sum, err)
}

// The short form of -redis kill.
func TestOnRedisThatIsKilled(t *testing.T) {
	onRedis(t)
	h := history()
	sum, err := onKilledRedis(t.Context(), h, 1, 1, llave(t), "kill")
	accepted(t, h, sum, err)
}

// The short form of -through poll and -through webhook.
func TestKilledAtRandomOnTelegram(t *testing.T) {
	for name, webhook := range map[string]bool{"poll": false, "webhook": true} {
		t.Run(name, func(t *testing.T) {
			h := history()
			sum, err := onTelegram(t.Context(), h, size(18, 6), 1, llave(t), webhook)
			accepted(t, h, sum, err)
		})
	}
}
