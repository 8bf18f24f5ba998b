package store

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llave/bot"
	"llave/store/sqlitedb"
)

// madeSQLite makes a file with this many chats in it and returns its path.
func madeSQLite(t *testing.T, chats int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llave.db")
	s := openSQLite(t, path)
	populate(t, s, chats)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// bigSQLite is a file too big to be checked page by page.
func bigSQLite(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llave.db")
	s := openSQLite(t, path)
	fillChats(t, s, 10_000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() < 1024*4096 {
		t.Fatalf("the big file is not big: %v, %v", info.Size(), err)
	}
	return path
}

// populate gives each chat a session, a message and an update that waits.
func populate(t *testing.T, s bot.Store, chats int) {
	t.Helper()
	f, err := s.AcquireShards(t.Context(), allShards())
	for n := range uint64(chats) {
		k := benchKey(n)
		if err == nil {
			err = s.Commit(t.Context(), bot.Turn{Chat: k, Fence: f, Session: make([]byte, 900), Replies: [][]byte{make([]byte, 300)}})
		}
		if err == nil {
			_, err = s.Accept(t.Context(), bot.Arrival{Chat: k, ID: k, Body: make([]byte, 300)})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// alter runs SQL on a file by itself, as some other program would.
func alter(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statements)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// overwrite puts garbage into a file.
func overwrite(t *testing.T, path string, at int64, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		_, err = f.WriteAt([]byte(strings.Repeat("garbage!", n/8)), at)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// live copies the files of a store that is open, as a kill would leave them.
func live(t *testing.T, chats int, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llave.db")
	s := openSQLite(t, path)
	populate(t, s, chats)
	if statements != "" {
		if err := s.write(t.Context(), "alter", func(l *conn) error { return second(l.Exec(statements)) }); err != nil {
			t.Fatal(err)
		}
	}
	return copyFiles(t, path)
}

// copyFiles copies the files of a store.
func copyFiles(t *testing.T, path string) string {
	t.Helper()
	left := filepath.Join(t.TempDir(), "llave.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		text, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(left+suffix, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return left
}

func second[T any](_ T, err error) error { return err }

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOpenSQLiteRefuses wants a clear refusal, and every file as it was.
func TestOpenSQLiteRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		make func(t *testing.T) string
		kind sqlitedb.OpenKind
	}{
		{"a short text", func(t *testing.T) string { return write(t, filepath.Join(t.TempDir(), "x"), "hello") }, sqlitedb.NotSQLite},
		{"a long text", func(t *testing.T) string {
			return write(t, filepath.Join(t.TempDir(), "x"), strings.Repeat("hello", 10_000))
		}, sqlitedb.NotSQLite},
		{"a folder", func(t *testing.T) string { return t.TempDir() }, sqlitedb.Unreadable},
		{"somebody else's file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "x")
			alter(t, path, "CREATE TABLE chat (x); PRAGMA application_id = 77")
			return path
		}, sqlitedb.Foreign},
		{"an empty file of SQLite", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "x")
			alter(t, path, "PRAGMA journal_mode = WAL")
			return path
		}, sqlitedb.Foreign},
		{"a newer version", func(t *testing.T) string {
			path := madeSQLite(t, 3)
			alter(t, path, "PRAGMA user_version = 99")
			return path
		}, sqlitedb.Newer},
		{"a newer version, in the log only", func(t *testing.T) string { return live(t, 3, "PRAGMA user_version = 99") }, sqlitedb.Newer},
		{"a newer version, in a log without index", func(t *testing.T) string {
			path := live(t, 3, "PRAGMA user_version = 99")
			if err := os.Remove(path + "-shm"); err != nil {
				t.Fatal(err)
			}
			return path
		}, sqlitedb.Newer},
		{"a version that never was", func(t *testing.T) string {
			path := madeSQLite(t, 3)
			alter(t, path, "PRAGMA user_version = 0")
			return path
		}, sqlitedb.Corrupt},
		{"a small file cut short", func(t *testing.T) string { return cut(t, madeSQLite(t, 50), 2) }, sqlitedb.Truncated},
		{"a big file cut short", func(t *testing.T) string { return cut(t, bigSQLite(t), 2) }, sqlitedb.Truncated},
		{"a file cut short beside a log", func(t *testing.T) string { return cut(t, live(t, 3, ""), 2) }, sqlitedb.Truncated},
		{"a big file cut short beside a log", func(t *testing.T) string {
			path := bigSQLite(t)
			populateMore(t, openSQLite(t, path))
			return cut(t, copyFiles(t, path), 2)
		}, sqlitedb.Truncated},
		{"a file cut within a page", func(t *testing.T) string { return cut(t, madeSQLite(t, 50), 1.001) }, sqlitedb.Truncated},
		{"a damaged page", func(t *testing.T) string {
			path := madeSQLite(t, 300)
			overwrite(t, path, 4096*40, 4096)
			return path
		}, sqlitedb.Corrupt},
		{"a damaged list of tables", func(t *testing.T) string {
			path := bigSQLite(t)
			overwrite(t, path, 104, 3900)
			return path
		}, sqlitedb.Corrupt},
		{"a damaged page size", func(t *testing.T) string {
			path := madeSQLite(t, 3)
			overwrite(t, path, 16, 8)
			return path
		}, sqlitedb.Corrupt},
		{"a table missing", func(t *testing.T) string {
			path := madeSQLite(t, 3)
			alter(t, path, "DROP INDEX waiting_chat")
			return path
		}, sqlitedb.Corrupt},
		{"a log without its file", func(t *testing.T) string {
			path := live(t, 3, "")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			return path
		}, sqlitedb.Truncated},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.make(t)
			before := files(t, path)
			s, err := OpenSQLite(path)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			var refused *sqlitedb.OpenError
			if !errors.As(err, &refused) || refused.Kind != test.kind {
				t.Errorf("open = %v, want %s", err, test.kind)
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("open = %v, does not name %s", err, path)
			}
			if after := files(t, path); after != before {
				t.Errorf("files before:\n%safter:\n%s", before, after)
			}
			t.Log(err)
		})
	}
}

func cut(t *testing.T, path string, by float64) string {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, int64(float64(info.Size())/by))
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// files says what is in a file's folder, but for its lock: names, sizes, hours of change and sums. Of the index
// of a log only the name counts, which holds nothing of its own and is made again from the log.
func files(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.IsDir() || strings.HasSuffix(e.Name(), ".lock") {
			continue
		}
		if strings.HasSuffix(e.Name(), "-shm") {
			fmt.Fprintln(&b, e.Name())
			continue
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(path), e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, e.Name(), info.Mode(), info.Size(), info.ModTime(), fmt.Sprintf("%x", sha256.Sum256(text)))
	}
	return b.String()
}
