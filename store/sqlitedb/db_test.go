package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const firstStep = "CREATE TABLE kept (n INTEGER PRIMARY KEY)"

func openDB(t *testing.T, path string, tables Tables) *DB {
	t.Helper()
	db, err := OpenDB(t.Context(), path, tables, SecureDelete)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func count(t *testing.T, db *DB, query string) (n int) {
	t.Helper()
	err := db.Read(t.Context(), func(q Querier) error { return q.QueryRowContext(t.Context(), query).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDBMigrates: each file takes the steps that it has not, and Opened gets the version before them.
func TestDBMigrates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	for _, c := range []struct {
		steps []string
		was   int
	}{
		{[]string{firstStep}, 0},
		{[]string{firstStep}, 1},
		{[]string{firstStep, "INSERT INTO kept VALUES (7)", "INSERT INTO kept VALUES (8)"}, 1},
		{[]string{firstStep, "INSERT INTO kept VALUES (7)", "INSERT INTO kept VALUES (8)"}, 3},
	} {
		was := -1
		db := openDB(t, path, Tables{Steps: c.steps, Opened: func(_ context.Context, _ *sql.Tx, version int) error { was = version; return nil }})
		if was != c.was || count(t, db, "SELECT count(*) FROM kept") != len(c.steps)-1 || count(t, db, "PRAGMA user_version") != len(c.steps) {
			t.Errorf("%d steps: opened at version %d, want %d", len(c.steps), was, c.was)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDBAStepThatFails leaves the file as it was: no step counts.
func TestDBAStepThatFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	openDB(t, path, Tables{Steps: []string{firstStep}}).Close()
	for name, tables := range map[string]Tables{
		"a step": {Steps: []string{firstStep, "INSERT INTO kept VALUES (7)", "nonsense"}},
		"Opened": {Steps: []string{firstStep, "INSERT INTO kept VALUES (7)"}, Opened: func(context.Context, *sql.Tx, int) error { return errors.New("no") }},
	} {
		if db, err := OpenDB(t.Context(), path, tables); err == nil {
			db.Close()
			t.Errorf("%s fails, and the file is opened", name)
		}
		db := openDB(t, path, Tables{Steps: []string{firstStep}})
		if n := count(t, db, "SELECT count(*) FROM kept"); n != 0 {
			t.Errorf("%s: %d rows are left", name, n)
		}
		db.Close()
	}
}

// TestDBRefuses a file of a newer program, and one that is no database, before anything is written.
func TestDBRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newer.db")
	openDB(t, path, Tables{Steps: []string{firstStep, ""}}).Close()
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("hola ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{path: "use a newer program", text: "not a database of this program", "": "no path"} {
		before, _ := os.ReadFile(path)
		_, err := OpenDB(t.Context(), path, Tables{Steps: []string{firstStep}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("open = %v, want %q", err, want)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", want)
		}
	}
}

func TestDBIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	openDB(t, path, Tables{Steps: []string{firstStep}})
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(path + suffix); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode of %s: %v, %v", path+suffix, info.Mode(), err)
		}
	}
}

// TestDBTransactions: a write that fails leaves nothing, a reader cannot write, and all settings hold.
func TestDBTransactions(t *testing.T) {
	db := openDB(t, filepath.Join(t.TempDir(), "kept.db"), Tables{Steps: []string{firstStep}})
	refused := errors.New("refused")
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO kept VALUES (1)")
		return errors.Join(err, refused)
	})
	if !errors.Is(err, refused) || count(t, db, "SELECT count(*) FROM kept") != 0 {
		t.Errorf("a write that fails = %v, and a row is left", err)
	}
	if _, err := db.Readers.Exec("INSERT INTO kept VALUES (1)"); err == nil {
		t.Error("a reader writes")
	}
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.Writer.QueryRow("PRAGMA " + name).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, want %q; %v", name, got, want, err)
		}
	}
}

// TestPoolSettings: own settings stand in for the common ones.
func TestPoolSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	if err := Own(path); err != nil {
		t.Fatal(err)
	}
	db, err := Pool(path, Setting{"synchronous", "NORMAL", "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got string
	if err := db.QueryRow("PRAGMA synchronous").Scan(&got); err != nil || got != "1" {
		t.Errorf("synchronous = %q, %v", got, err)
	}
}

// TestPeek reads what is committed, in the log or not, and leaves the file as it is.
func TestPeek(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	db := openDB(t, path, Tables{Steps: []string{firstStep, "INSERT INTO kept VALUES (7)"}})
	for _, state := range []string{"open, with a log", "closed"} {
		before, _ := os.ReadFile(path)
		peeked, err := Peek(path)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		err = peeked.QueryRow("SELECT count(*) FROM kept").Scan(&n)
		_, writes := peeked.Exec("INSERT INTO kept VALUES (8)")
		if err := errors.Join(err, peeked.Close()); err != nil || n != 1 || writes == nil {
			t.Errorf("%s: %d rows, %v; a write: %v", state, n, err, writes)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", state)
		}
		db.Close()
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("files beside it: %v", entries)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	lock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	var refused *OpenError
	if _, err := Lock(path); !errors.As(err, &refused) || refused.Kind != InUse {
		t.Errorf("a second lock = %v, want %s", err, InUse)
	}
	lock.Close()
	again, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	if _, err := Lock(filepath.Join(t.TempDir(), "missing", "kept.db")); !errors.As(err, &refused) || refused.Kind != Unwritable {
		t.Errorf("a lock in a folder that is not there = %v", err)
	}
}
