package store

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llave/bot"
	"llave/store/sqlitedb"
	"llave/store/storetest"
)

func TestSQLiteIsOpenOnce(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "llave.db"), filepath.Join(dir, "link.db")
	s := openSQLite(t, path)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		_, err := OpenSQLite(name)
		var refused *sqlitedb.OpenError
		if !errors.As(err, &refused) || refused.Kind != sqlitedb.InUse || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s while it is open = %v, want %s and the path", name, err, sqlitedb.InUse)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping after others tried to open the file: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openSQLite(t, link)
}

// TestSQLiteAfterAKill opens what is there while the store is open: what was answered must be in it.
func TestSQLiteAfterAKill(t *testing.T) {
	const chats = 40
	for _, suffix := range []string{"no file", "-shm"} { // the index of the log may be lost
		path := live(t, chats, "")
		_ = os.Remove(path + suffix)
		s := openSQLite(t, path)
		for n := range uint64(chats) {
			c, err := s.Load(t.Context(), benchKey(n))
			page, pageErr := s.Messages(t.Context(), benchKey(n), 0, 9)
			if err != nil || pageErr != nil || c.Version != 1 || len(c.Waiting) != 1 || len(page) != 1 {
				t.Fatalf("chat %d after a kill: %+v, %v", n, c, err)
			}
		}
		integrity(t, s)
	}
}

// TestSQLiteAfterAKillWhileTheLogWasWrittenBack: the first page was, and says how many there are; the others are
// still in the log only.
func TestSQLiteAfterAKillWhileTheLogWasWrittenBack(t *testing.T) {
	path := live(t, 50, "")
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	for at := 32; err == nil && at+24+4096 <= len(log); at += 24 + 4096 {
		if binary.BigEndian.Uint32(log[at:]) == 1 { // the last of them counts
			_, err = f.WriteAt(log[at+24:at+24+4096], 0)
		}
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s := openSQLite(t, path)
	if c, err := s.Load(t.Context(), benchKey(49)); err != nil || c.Version != 1 {
		t.Errorf("the last chat: %+v, %v", c, err)
	}
	integrity(t, s)
}

func integrity(t *testing.T, s *SQLite) {
	t.Helper()
	var verdict string
	err := s.read(t.Context(), "check", func(l *conn) error { return l.Row([]any{&verdict}, "PRAGMA integrity_check") })
	if err != nil || verdict != "ok" {
		t.Errorf("integrity_check = %q, %v", verdict, err)
	}
}

func TestSQLiteIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llave.db")
	s := openSQLite(t, path)
	populate(t, s, 3)
	private := func() {
		t.Helper()
		for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
			info, err := os.Stat(path + suffix)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode of %s: %v, %v", path+suffix, info.Mode(), err)
			}
		}
	}
	private()
	if err := errors.Join(s.Close(), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	s = openSQLite(t, path)
	populateMore(t, s)
	private()
}

// populateMore writes something into a store that has been populated, so that its log is there.
func populateMore(t *testing.T, s bot.Store) {
	t.Helper()
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSQLiteNamesOfFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "what?mode=memory", "x#y", "100%41", "ñandú", ":memory:", "file:x"} {
		path := filepath.Join(t.TempDir(), name)
		for range 2 {
			s := openSQLite(t, path)
			populateMore(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if want := []string{name, name + ".lock"}; err != nil || !slices.Equal(names, want) {
			t.Errorf("files after closing: %q, want %q", names, want)
		}
	}
}

// TestSQLiteHalfMade: an attempt to make the file that was cut short is no obstacle to the next.
func TestSQLiteHalfMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llave.db")
	for _, suffix := range []string{".new", ".new-wal", ".new-shm", ".new-journal", ""} {
		write(t, path+suffix, strings.Repeat("x", min(len(suffix), 1)*5000)) // the file itself is empty
	}
	populate(t, openSQLite(t, path), 3)
	if left, _ := filepath.Glob(path + ".new*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestSQLiteWithoutItsFolder(t *testing.T) {
	_, err := OpenSQLite(filepath.Join(t.TempDir(), "missing", "llave.db"))
	var refused *sqlitedb.OpenError
	if !errors.As(err, &refused) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("open in a folder that is not there = %v", err)
	}
}

// TestSQLiteDurability says once more, in numbers, what the promise to survive the loss of power hangs on.
func TestSQLiteDurability(t *testing.T) {
	s := newSQLite(t)
	look := func(l *conn) error {
		for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
			var got string
			if err := l.Row([]any{&got}, "PRAGMA "+name); err != nil || got != want {
				t.Errorf("%s = %q, want %q; %v", name, got, want, err)
			}
		}
		return nil
	}
	if err := errors.Join(s.write(t.Context(), "look", look), s.read(t.Context(), "look", look)); err != nil {
		t.Error(err)
	}
}

// TestSQLiteHoldsOnlyWhatItMay lists what is kept as text: names and reasons that the engine chooses, never
// anything of a person's.
func TestSQLiteHoldsOnlyWhatItMay(t *testing.T) {
	s := newSQLite(t)
	var got []string
	err := s.read(t.Context(), "columns", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			var column string
			err := r.Scan(&column)
			got = append(got, column)
			return err
		}, `SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
			WHERE t.type = 'table' AND c.type NOT IN ('INTEGER', 'BLOB') AND t.name <> 'sqlite_sequence' ORDER BY 1`)
	})
	if want := []string{"dead_letter.name", "dead_letter.reason", "once.name", "sequence.name", "timer.name"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("columns of text: %q, want %q; %v", got, want, err)
	}
}

// TestSQLiteErases: what has been answered is not only forgotten; its bytes are gone from the file.
func TestSQLiteErases(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llave.db")
	s := openSQLite(t, path)
	populate(t, s, 20) // so that the page goes on being used
	k, said := benchKey(5), []byte("what somebody said, however sealed")
	f, err := s.AcquireShards(t.Context(), allShards())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Accept(t.Context(), bot.Arrival{Chat: k, ID: [16]byte{1}, Body: said})
	if err == nil {
		err = s.Commit(t.Context(), bot.Turn{Chat: k, Base: r.Version, Fence: f, Update: r.Seq})
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || bytes.Contains(text, said) {
		t.Errorf("the file still holds what was answered; %v", err)
	}
}

// TestDurableSuiteCanFail does damage between closing and opening and wants the check that is made for it to notice.
func TestDurableSuiteCanFail(t *testing.T) {
	t.Parallel()
	for damage, name := range map[string]string{
		"DELETE FROM seen":                    "Durable/arrivals stay known",
		"DELETE FROM once":                    "Durable/once is for ever",
		"DELETE FROM letter":                  "Durable/all that can be seen is there again",
		"DELETE FROM timer":                   "Durable/all that can be seen is there again",
		"DELETE FROM dead_letter":             "Durable/all that can be seen is there again",
		"DELETE FROM waiting":                 "Durable/all that can be seen is there again",
		"DELETE FROM event":                   "Durable/all that can be seen is there again",
		"UPDATE chat SET effect = NULL":       "Durable/all that can be seen is there again",
		"UPDATE chat SET session = x'00'":     "Durable/all that can be seen is there again",
		"UPDATE letter SET due = 0":           "Durable/all that can be seen is there again",
		"DELETE FROM sqlite_sequence":         "Durable/Seq goes on rising",
		"UPDATE shard SET event = 0":          "Durable/numbers of events go on, trimmed or not",
		"UPDATE shard SET fence = 0":          "Durable/fences go on rising and the last one stays good",
		"UPDATE shard SET fence = fence + 1":  "Durable/fences go on rising and the last one stays good",
		"UPDATE meta SET fence = 0":           "Durable/fences go on rising and the last one stays good",
		"UPDATE waiting SET tries = 0":        "Durable/tries that began stay counted",
		"UPDATE waiting SET tries = tries +1": "Durable/tries that began stay counted",
	} {
		checks := storetest.DurableChecks()
		i := slices.IndexFunc(checks, func(c storetest.DurableCheck) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("there is no check %q", name)
		}
		path := filepath.Join(t.TempDir(), "llave.db")
		open := func() storetest.Store {
			if _, err := os.Stat(path); err == nil {
				alter(t, path, damage)
			}
			return openSQLite(t, path)
		}
		if !watch(t.Context(), func(tb storetest.TB) { checks[i].Run(tb, open) }) {
			t.Errorf("%s between closing and opening: %q does not notice", damage, name)
		}
	}
}

func TestSQLiteClosesTheSameTwice(t *testing.T) {
	s := newSQLite(t)
	if diff := cmp.Diff(s.Close(), s.Close()); diff != "" {
		t.Error(diff)
	}
}
