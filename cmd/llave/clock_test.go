package main

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// ordinaryDay is when whole-program tests begin if LLAVE_TEST_CLOCK does not say otherwise: in the middle of a month and
// of a day, so that the test is about what it says and not about the calendar.
const ordinaryDay = "2026-11-17T11:00"

// clocks holds the clock of every test that has asked for one, by the name of the outermost test.
var clocks sync.Map

// testClock returns the clock of the whole-program test t: one for all the programs, servers and subtests of the test.
// It begins when it is first asked for, at ordinaryDay or at LLAVE_TEST_CLOCK ("2026-12-31T23:58", in Buenos Aires), and
// runs at the speed of the machine's clock. `make dates` runs the tests on the days that differ from others.
func testClock(t *testing.T) func() time.Time {
	t.Helper()
	begin, err := clockStart(os.Getenv("LLAVE_TEST_CLOCK"))
	if err != nil {
		t.Fatal(err)
	}
	test, _, _ := strings.Cut(t.Name(), "/")
	ahead := time.Until(begin)
	clock, old := clocks.LoadOrStore(test, func() time.Time { return time.Now().Add(ahead) })
	if !old && test == t.Name() {
		t.Cleanup(func() { clocks.Delete(test) }) // -count runs it again, from the beginning
	}
	return clock.(func() time.Time)
}

// clockStart reads a value of LLAVE_TEST_CLOCK; empty is ordinaryDay.
func clockStart(value string) (time.Time, error) {
	if value == "" {
		value = ordinaryDay
	}
	zone, err := time.LoadLocation("America/Argentina/Buenos_Aires")
	if err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation("2006-01-02T15:04", value, zone)
}

// A program that a test starts takes its time from the test, not from the machine: two programs of one test agree.
func TestTheClockOfATest(t *testing.T) {
	t.Setenv("LLAVE_TEST_CLOCK", "2027-02-28T23:58")
	begin, err := clockStart(os.Getenv("LLAVE_TEST_CLOCK"))
	if err != nil {
		t.Fatal(err)
	}
	first, second := testClock(t)(), testClock(t)()
	if first.Before(begin.Add(-time.Second)) || second.Before(first) || second.Sub(first) > time.Hour {
		t.Errorf("the clock says %s and then %s, want %s and a little more", first, second, begin)
	}
	x := start(t, nil, "chat", "-linked", "27999990016")
	x.typeLine("token de juana")
	x.out.waitFor(t, `Vale hoy, domingo 28,`)
	x.waitExit(exitOK)
}
