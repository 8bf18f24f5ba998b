// Package archivetest is the suite that a database of the desk must pass.
package archivetest

import (
	"bytes"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"llave/adapters/desk/archive"
	"llave/bot/keyring"
)

// Clock is a clock that tests move.
type Clock struct{ micro atomic.Int64 }

// NewClock begins on a Monday at ten in the morning, in Buenos Aires.
func NewClock() *Clock {
	c := &Clock{}
	c.Set(time.Date(2026, 11, 30, 13, 0, 0, 0, time.UTC))
	return c
}

// Now is the time of the clock.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.micro.Load()).UTC() }

// Add moves the clock.
func (c *Clock) Add(d time.Duration) { c.micro.Add(d.Microseconds()) }

// Set moves the clock to a time.
func (c *Clock) Set(t time.Time) { c.micro.Store(t.UnixMicro()) }

// Key seals the databases of tests.
var Key = bytes.Repeat([]byte{7}, keyring.KeySize)

// Cheap is a cost of hashing for tests.
var Cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Open opens a database in a temporary folder, and closes it after the test.
func Open(t testing.TB, c *Clock) *archive.Archive {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "mesa.db"), c)
}

// OpenAt opens the database of a path, and closes it after the test.
func OpenAt(t testing.TB, path string, c *Clock) *archive.Archive {
	t.Helper()
	a, err := archive.Open(t.Context(), archive.Options{Path: path, Key: Key, Now: c.Now, Cost: Cheap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// Suite runs all tests.
func Suite(t *testing.T) {
	for _, x := range []struct {
		name string
		f    func(*testing.T)
	}{
		{"a gap is said", gap},
		{"unreadable events", unreadable},
		{"an entry that comes late", lateEntry},
		{"changes", changes},
		{"the order of the queue", queueOrder},
		{"reopened", reopened},
		{"closed cases by pages", closedPages},
		{"unread entries", unread},
		{"a case and its entries", caseAndThread},
		{"deliveries", deliveries},
		{"strange receipts", strangeReceipts},
		{"a message that could not be read", unreadableMessage},
		{"outcomes", outcomes},
		{"notes", notes},
		{"files", files},
		{"fetches", fetches},
		{"hours", deskHours},
		{"promise", promise},
		{"retention", retention},
		{"old outcomes", oldOutcomes},
		{"people", people},
		{"who there is", staff},
		{"places in the queue", places},
	} {
		t.Run(x.name, x.f)
	}
}
