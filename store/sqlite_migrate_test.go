package store

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llave/bot"
	"llave/store/sqlitedb"
	"llave/store/storetest"
)

// version1 is a file that version 1 of the tables made: see testdata/README.md for what is in it.
func version1(t *testing.T) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "version1.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(t.TempDir(), "llave.db"), string(text))
}

// TestSQLiteOpensVersion1: everything is there, the chats are to be reviewed, and the second time it opens as usual.
func TestSQLiteOpensVersion1(t *testing.T) {
	path := version1(t)
	a, b, c := bot.ChatKey{3, 1}, bot.ChatKey{3, 2}, bot.ChatKey{200, 1}
	noon := time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)
	for range 2 {
		s := openSQLite(t, path)
		chat, err := s.Load(t.Context(), a)
		want := bot.Chat{Version: 1, Session: []byte("session a"), Effect: []byte("effect a"),
			Waiting: []bot.Waiting{{Seq: 2, Body: []byte("update 2"), Tries: 1}}}
		if diff := cmp.Diff(want, chat); diff != "" || err != nil {
			t.Errorf("chat a: %v\n%s", err, diff)
		}
		messages, err := s.Messages(t.Context(), a, 0, 9)
		wantMessages := []bot.OutboxMessage{{Chat: a, N: 2, Body: []byte("reply 2"), Tries: 2, Due: noon.Add(time.Minute)}}
		if diff := cmp.Diff(wantMessages, messages); diff != "" || err != nil {
			t.Errorf("outbox of chat a: %v\n%s", err, diff)
		}
		dead, err := s.Dead(t.Context(), 9)
		wantDead := []bot.DeadLetter{{ID: 2, Chat: c, Reason: "panic", At: noon, Body: []byte("aside c")}, {ID: 1, Chat: a, Reason: "blocked", At: noon, Body: []byte("reply 1")}}
		if diff := cmp.Diff(wantDead, dead); diff != "" || err != nil {
			t.Errorf("dead letters: %v\n%s", err, diff)
		}
		due, err := s.Due(t.Context(), storetest.AllShards(), noon.Add(time.Hour), bot.TimerDue{}, 9)
		wantDue := []bot.TimerDue{{Chat: a, TimerSet: bot.TimerSet{Name: "forget", Due: noon.Add(time.Hour), Body: []byte("timer a")}}}
		if diff := cmp.Diff(wantDue, due); diff != "" || err != nil {
			t.Errorf("timers: %v\n%s", err, diff)
		}
		events, err := s.Events(t.Context(), 3, 0, 9)
		wantEvents := []bot.Event{{Seq: 1, Chat: a, Body: []byte("event 1")}, {Seq: 2, Chat: a, Body: []byte("event 2")}}
		if diff := cmp.Diff(wantEvents, events); diff != "" || err != nil {
			t.Errorf("events: %v\n%s", err, diff)
		}
		idle, err := s.Idle(t.Context(), noon, 0, 9) // not a: something is owed there
		if diff := cmp.Diff([]bot.ChatKey{b, c}, idle, cmpopts.SortSlices(func(a, b bot.ChatKey) bool { return bytes.Compare(a[:], b[:]) < 0 })); diff != "" || err != nil {
			t.Errorf("chats to be reviewed: %v\n%s", err, diff)
		}
		if kept, err := s.PutIfAbsent(t.Context(), "salt", []byte("another")); string(kept) != "kept" || err != nil {
			t.Errorf("once = %q, %v", kept, err)
		}
		integrity(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSQLiteGoesOnFromVersion1: turns, fences and forgetting go on as in a file that was made by this version.
func TestSQLiteGoesOnFromVersion1(t *testing.T) {
	s := openSQLite(t, version1(t))
	a, b := bot.ChatKey{3, 1}, bot.ChatKey{3, 2}
	if err := s.Commit(t.Context(), bot.Turn{Chat: b, Base: 1, Fence: 2, Session: []byte("x")}); err != nil {
		t.Errorf("a commit under the last fence of before: %v", err)
	}
	f, err := s.AcquireShards(t.Context(), allShards())
	if err != nil || f != 3 {
		t.Fatalf("fence %d, %v, want 3", f, err)
	}
	now := time.Now()
	if err := s.Commit(t.Context(), bot.Turn{Chat: b, Base: 2, Fence: f, Forget: now}); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context(), storetest.AllShards(), now); err != nil {
		t.Fatal(err)
	}
	gone, err := s.Load(t.Context(), b)
	if err != nil || gone.Version != 0 {
		t.Errorf("a chat that is to be forgotten: %+v, %v", gone, err)
	}
	if kept, err := s.Load(t.Context(), a); err != nil || kept.Version != 1 {
		t.Errorf("a chat that has no date: %+v, %v", kept, err)
	}
	if err := s.Commit(t.Context(), bot.Turn{Chat: a, Base: 1, Fence: f, Update: 2, Purge: true}); err != nil {
		t.Errorf("answering what waited: %v", err)
	}
}

// TestSQLiteDoesNotMigrateDamage: what is not as version 1 made it is refused and left as it was.
func TestSQLiteDoesNotMigrateDamage(t *testing.T) {
	for name, harm := range map[string]string{
		"a table is gone":   "DROP TABLE letter",
		"a column is gone":  "ALTER TABLE dead DROP COLUMN reason",
		"a column is there": "ALTER TABLE chat ADD COLUMN forget INTEGER",
	} {
		path := version1(t)
		alter(t, path, harm)
		_, err := OpenSQLite(path)
		var refused *sqlitedb.OpenError
		if !errors.As(err, &refused) || refused.Kind != sqlitedb.Corrupt {
			t.Errorf("%s: open = %v, want it refused as damaged", name, err)
		}
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		var version, migrated int
		err = db.QueryRow(`SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema WHERE name = 'dead_letter')`).Scan(&version, &migrated)
		if err := errors.Join(err, db.Close()); err != nil || version != 1 || migrated != 0 {
			t.Errorf("%s: afterwards version %d, migrated %d; %v", name, version, migrated, err)
		}
	}
}
