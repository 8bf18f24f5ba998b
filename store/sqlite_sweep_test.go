package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"llave/bot"
	"llave/store/storetest"
)

func count(t *testing.T, s *SQLite, query string) (n int) {
	t.Helper()
	if err := s.read(t.Context(), "count", func(l *conn) error { return l.Row([]any{&n}, query) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func run(t *testing.T, s *SQLite, statement string) {
	t.Helper()
	if err := s.write(t.Context(), "run", func(l *conn) error { return second(l.Exec(statement)) }); err != nil {
		t.Fatal(err)
	}
}

const fillSeenSQL = `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %d)
	INSERT INTO seen SELECT CAST(printf('chat%%012d', i) AS BLOB), x'01', i FROM n`

// TestSQLiteSweepsUntilDone: however much there is, one sweep forgets it, a step at a time, and counts it.
func TestSQLiteSweepsUntilDone(t *testing.T) {
	s := newSQLite(t)
	const ids = 60_000
	run(t, s, fmt.Sprintf(fillSeenSQL, ids))
	if err := s.Sweep(t.Context(), storetest.AllShards(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if left := count(t, s, "SELECT count(*) FROM seen"); left != 0 || s.Swept().IDs != ids {
		t.Errorf("%d ids of %d are left after one sweep, %d counted", left, ids, s.Swept().IDs)
	}
}

// TestSQLiteSweepLetsOthersWrite: what is accepted while a sweep runs does not wait for its end.
func TestSQLiteSweepLetsOthersWrite(t *testing.T) {
	s := newSQLite(t)
	const ids = 20 * chunk
	run(t, s, fmt.Sprintf(fillSeenSQL, ids))
	h := hold(t, s)
	swept := h.queued(func() error { return s.Sweep(t.Context(), storetest.AllShards(), time.Now()) })
	var left int
	between := h.queued(func() error {
		err := h.accept(t.Context(), 1)()
		left = count(t, s, "SELECT count(*) FROM seen")
		return err
	})
	h.done()
	if *swept != nil || *between != nil || left < ids/2 {
		t.Errorf("sweep: %v; accept: %v, when %d of %d ids were left", *swept, *between, left, ids)
	}
}

// TestSQLiteSweepEndsWithItsContext: a service that stops does not wait for a sweep.
func TestSQLiteSweepEndsWithItsContext(t *testing.T) {
	s := newSQLite(t)
	run(t, s, fmt.Sprintf(fillSeenSQL, 10*chunk))
	ctx, cancel := context.WithCancel(t.Context())
	h := hold(t, s)
	swept := h.queued(func() error { return s.Sweep(ctx, storetest.AllShards(), time.Now()) })
	h.queued(func() error { return s.write(t.Context(), "cancel", func(*conn) error { cancel(); return nil }) })
	h.done()
	if left := count(t, s, "SELECT count(*) FROM seen"); !errors.Is(*swept, context.Canceled) || left < 8*chunk {
		t.Errorf("sweep = %v, with %d ids left of %d", *swept, left, 10*chunk)
	}
}

// TestOneRowThatCannotBeForgotten keeps no other: of ids, of dead letters, of chats.
func TestOneRowThatCannotBeForgotten(t *testing.T) {
	const rows = 3*chunk + 7
	for table, fill := range map[string]string{
		"seen":        `INSERT INTO seen SELECT key, x'01', at FROM %s`,
		"dead_letter": `INSERT INTO dead_letter (chat, kind, name, n, reason, at, body) SELECT key, 2, '', 0, 'r', at, x'00' FROM %s`,
		"chat":        `INSERT INTO chat (key, version, session, forget, review) SELECT key, 1, x'00', at, NULL FROM %s`,
	} {
		s := newSQLite(t)
		run(t, s, fmt.Sprintf(fill, fmt.Sprintf(`(WITH RECURSIVE n (at) AS (VALUES (1) UNION ALL SELECT at + 1 FROM n WHERE at < %d)
			SELECT CAST(printf('chat%%012d', at) AS BLOB) AS key, at FROM n)`, rows)))
		date := map[bool]string{true: "forget", false: "at"}[table == "chat"]
		run(t, s, fmt.Sprintf(`CREATE TRIGGER damage BEFORE DELETE ON %s WHEN OLD.%s IN (1, 700, %d) BEGIN SELECT RAISE(ABORT, 'damage'); END`, table, date, 2*chunk))
		for range 2 {
			if err := s.Sweep(t.Context(), storetest.AllShards(), time.Now()); err == nil {
				t.Errorf("%s: a row that cannot be deleted: no error", table)
			}
		}
		if left := count(t, s, "SELECT count(*) FROM "+table); left != 3 {
			t.Errorf("%d rows of %s are left, want the 3 that cannot be deleted", left, table)
		}
		if failed := s.Swept().Failed; failed != 6 {
			t.Errorf("%s: %d failures counted in two sweeps, want 6", table, failed)
		}
	}
}

// TestSweepGivesUpOnADiskThatTakesNothing: it does not try row after row.
func TestSweepGivesUpOnADiskThatTakesNothing(t *testing.T) {
	s := newSQLite(t)
	run(t, s, fmt.Sprintf(fillSeenSQL, 4*chunk))
	run(t, s, `CREATE TRIGGER damage BEFORE DELETE ON seen BEGIN SELECT RAISE(ABORT, 'nothing goes'); END`)
	if err := s.Sweep(t.Context(), storetest.AllShards(), time.Now()); err == nil || s.Swept().Failed > chunk {
		t.Errorf("sweep = %v after %d failures, want an error after %d", err, s.Swept().Failed, chunk)
	}
}

// TestOneMarkThatCannotBeNoted keeps no other chat's, and says which it was.
func TestOneMarkThatCannotBeNoted(t *testing.T) {
	s := newSQLite(t)
	populate(t, s, 20)
	damaged := benchKey(7)
	run(t, s, fmt.Sprintf(`CREATE TRIGGER damage BEFORE DELETE ON letter WHEN OLD.chat = x'%x' BEGIN SELECT RAISE(ABORT, 'damage'); END`, damaged[:]))
	fence, err := s.AcquireShards(t.Context(), allShards())
	if err != nil {
		t.Fatal(err)
	}
	var marks []bot.DeliveryResult
	for n := range uint64(20) {
		marks = append(marks, bot.DeliveryResult{Chat: benchKey(n), N: 0, Fence: fence, State: bot.Delivered})
	}
	err = s.RecordDelivery(t.Context(), marks)
	var unmarked *bot.UnrecordedError
	if !errors.As(err, &unmarked) || len(unmarked.Results) != 1 || unmarked.Results[0].Chat != damaged {
		t.Errorf("mark = %v, want an error that names the one mark", err)
	}
	if left := count(t, s, "SELECT count(*) FROM letter"); left != 1 {
		t.Errorf("%d messages are left, want 1", left)
	}
}

// TestForgettingTouchesNobodyElse: chats without a date stay, whatever is forgotten around them.
func TestForgettingTouchesNobodyElse(t *testing.T) {
	s := newSQLite(t)
	f, err := s.AcquireShards(t.Context(), allShards())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for n := range uint64(3 * chunkChats) { // a third each: due, due now, no date
		var k bot.ChatKey
		binary.BigEndian.PutUint64(k[:], n<<40)
		turn := bot.Turn{Chat: k, Fence: f, Session: []byte("s"), Forget: now.Add(time.Duration(n%3-1) * time.Hour)}
		if n%3 == 2 {
			turn.Forget = time.Time{}
		}
		if err := s.Commit(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(t.Context(), storetest.AllShards(), now); err != nil {
		t.Fatal(err)
	}
	if left := count(t, s, "SELECT count(*) FROM chat"); left != chunkChats {
		t.Errorf("%d chats are left, want those without a date: %d", left, chunkChats)
	}
}

// TestSQLiteDeletesInChunks: one call takes away more than what is taken away at a time.
func TestSQLiteDeletesInChunks(t *testing.T) {
	s := newSQLite(t)
	fillChats(t, s, 3*chunk+1)
	if err := s.Sweep(t.Context(), storetest.AllShards(), time.Now().Add(bot.DedupWindow+time.Hour)); err != nil {
		t.Fatal(err)
	}
	f, err := s.AcquireShards(t.Context(), allShards())
	turn := bot.Turn{Chat: bot.ChatKey{3}, Fence: f, Events: make([][]byte, 3*chunk+1)}
	if err := errors.Join(err, s.Commit(t.Context(), turn), s.Trim(t.Context(), 3, 3*chunk)); err != nil {
		t.Fatal(err)
	}
	var seen, events int
	err = s.read(t.Context(), "count", func(l *conn) error {
		return l.Row([]any{&seen, &events}, "SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM event)")
	})
	if err != nil || seen != 0 || events != 1 {
		t.Errorf("%d ids and %d events left, want 0 and 1; %v", seen, events, err)
	}
}
