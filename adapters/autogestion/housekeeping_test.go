package autogestion

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"llave/flows/backend"
)

// rows counts the rows of a table.
func (w fixture) rows(t *testing.T, table string) (n int) {
	t.Helper()
	if err := w.file.Writer.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// answers fills the table of kept answers of one account.
func (w fixture) answers(t *testing.T, n int) {
	t.Helper()
	_, err := w.file.Writer.Exec(`WITH RECURSIVE k(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM k WHERE i < ?1)
		INSERT INTO another (account, key, person, at) SELECT a.id, CAST('key' || i AS BLOB), a.person, ?2 FROM k, (SELECT id, person FROM account LIMIT 1) a`,
		n, w.now().UnixNano())
	if err != nil {
		t.Fatal(err)
	}
}

// No request waits for the sweep.
func TestARequestDoesNotSweep(t *testing.T) {
	w := demo(t)
	w.answers(t, 10)
	w.advance(keepAnswers + 2*sweepEvery)
	if _, err := w.Invite(t.Context(), backend.Invitation{Chat: "c", Channel: "T", Label: "l", Key: "k"}); err != nil {
		t.Fatal(err)
	}
	if n := w.rows(t, "another"); n != 10 {
		t.Errorf("%d of 10 answers are left after a request", n)
	}
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.rows(t, "another"); n != 0 {
		t.Errorf("%d answers are left after a sweep", n)
	}
}

// Batches that were deleted before a sweep failed stay deleted: each is a transaction, which bounds how long others wait.
func TestASweepIsManyTransactions(t *testing.T) {
	w := demo(t)
	const n = 3*sweepBatch + 7
	w.answers(t, n)
	_, err := w.file.Writer.Exec(fmt.Sprintf(`CREATE TRIGGER stop BEFORE DELETE ON another WHEN (SELECT count(*) FROM another) <= %d
		BEGIN SELECT RAISE(ABORT, 'stop'); END`, n-sweepBatch-10))
	if err != nil {
		t.Fatal(err)
	}
	w.advance(keepAnswers + time.Hour)
	if err := w.Sweep(t.Context()); err == nil {
		t.Fatal("the sweep did not fail")
	}
	if left := w.rows(t, "another"); left != n-sweepBatch {
		t.Errorf("%d answers are left, want %d", left, n-sweepBatch)
	}
	if _, err := w.file.Writer.Exec("DROP TRIGGER stop"); err != nil {
		t.Fatal(err)
	}
	if err := w.Sweep(t.Context()); err != nil || w.rows(t, "another") != 0 {
		t.Errorf("%d answers are left, %v", w.rows(t, "another"), err)
	}
}

// Of thousands of old tokens the newest of each person stays, however many have the same time.
func TestTheNewestTokenOfEverybodyStays(t *testing.T) {
	w := demo(t)
	const people, each = sweepPage + 100, 3
	err := w.write(t.Context(), func(tx *sql.Tx, now time.Time) error {
		_, err := tx.Exec(`WITH RECURSIVE k(i) AS (VALUES (1000) UNION ALL SELECT i + 1 FROM k WHERE i < 999 + ?)
			INSERT INTO person (id, member, cuil, number, sealed, standing) SELECT i, 'm' || i, CAST('c' || i AS BLOB), CAST('n' || i AS BLOB), x'00', 'x' FROM k`, people)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`WITH c(counter) AS (VALUES (0), (1), (2)) INSERT INTO token (person, counter, made, until, tries_seen)
			SELECT id, counter, ?1, ?1 + 1, 0 FROM person, c WHERE id >= 1000`, now.UnixNano())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.rows(t, "token") != people*each {
		t.Fatal(w.rows(t, "token"))
	}
	w.advance(keepTokens + time.Hour)
	for range 2 {
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var newest int
	if err := w.file.Writer.QueryRow("SELECT count(*) FROM token WHERE counter = 2").Scan(&newest); err != nil || newest != people || w.rows(t, "token") != people {
		t.Errorf("%d tokens are left, %d of them the newest of %d, %v", w.rows(t, "token"), newest, people, err)
	}
}

func TestTheHousekeeperComesEveryHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := demo(t, func(o *Options) { o.Now = time.Now })
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { w.Housekeep(ctx); close(over) }()
		synctest.Wait()
		w.answers(t, 3)
		time.Sleep(keepAnswers - time.Minute)
		synctest.Wait()
		if n := w.rows(t, "another"); n != 3 {
			t.Errorf("%d of 3 answers are left too early", n)
		}
		time.Sleep(sweepEvery + time.Minute)
		synctest.Wait()
		if n := w.rows(t, "another"); n != 0 {
			t.Errorf("%d answers are left", n)
		}
		cancel()
		<-over
	})
}

// A full disk is not ready.
func TestPingWrites(t *testing.T) {
	w := demo(t)
	var pages, most int
	if err := w.file.Writer.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := w.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.file.Writer.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&most); err != nil {
		t.Fatal(err)
	}
	if err := w.Ping(t.Context()); err == nil {
		t.Error("a full file takes a Ping")
	}
	if err := w.file.Writer.QueryRow("PRAGMA max_page_count = 1000000").Scan(&most); err != nil {
		t.Fatal(err)
	}
	if err := w.Ping(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if n := w.rows(t, "meta WHERE name = 'grow'"); n != 0 {
		t.Error("the test is left in the file")
	}
}
