package store

import (
	"flag"
	"path/filepath"
	"testing"

	"llave/bot"
	"llave/store/storetest"
)

func openSQLite(t *testing.T, path string) *SQLite {
	t.Helper()
	s, err := OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func newSQLite(t *testing.T) *SQLite {
	t.Helper()
	return openSQLite(t, filepath.Join(t.TempDir(), "llave.db"))
}

func TestSQLite(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		setFlag(t, f.Name, "20") // a file each: ask for more with -rapid.checks
	}
	storetest.Suite(t, func(t *testing.T) bot.Store { return newSQLite(t) })
}

func TestSQLiteDurable(t *testing.T) {
	t.Parallel()
	storetest.SuiteDurable(t, func(t *testing.T, dir string) storetest.Store {
		return openSQLite(t, filepath.Join(dir, "llave.db"))
	})
}
