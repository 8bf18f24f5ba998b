package archive_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/store/sqlitedb"
)

// Whatever is changed in the audit by other means than Audit is found, with the first row that does not fit.
func TestAuditTampering(t *testing.T) {
	for _, x := range []struct {
		name, change string
		at           uint64
	}{
		{"nothing", "UPDATE audit SET what = what", 0},
		{"who", "UPDATE audit SET agent = 'beto' WHERE id = 5", 5},
		{"what", "UPDATE audit SET what = 'signin' WHERE id = 5", 5},
		{"when", "UPDATE audit SET at = at + 1 WHERE id = 5", 5},
		{"the case", "UPDATE audit SET caso = 1 WHERE id = 5", 5},
		{"the detail of another row", "UPDATE audit SET detail = (SELECT detail FROM audit WHERE id = 4) WHERE id = 5", 5},
		{"a whole other row", "UPDATE audit SET (at, agent, what, caso, detail, mac) = (SELECT at, agent, what, caso, detail, mac FROM audit WHERE id = 4) WHERE id = 5", 5},
		{"two rows are exchanged", "UPDATE audit SET id = -1 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = 5; UPDATE audit SET id = 5 WHERE id = -1", 4},
		{"a row is removed", "DELETE FROM audit WHERE id = 5", 5},
		{"a row is removed and the others move up", "DELETE FROM audit WHERE id = 5; UPDATE audit SET id = id - 1 WHERE id > 5", 5},
		{"the first row is removed", "DELETE FROM audit WHERE id = 1", 1},
		{"the last row is removed", "DELETE FROM audit WHERE id = 10", 10},
		{"the last row is removed, and the end with it", "DELETE FROM audit WHERE id = 10; UPDATE chain SET last = 9, mac = (SELECT mac FROM audit WHERE id = 9)", 9},
		{"all is removed", "DELETE FROM audit; UPDATE chain SET last = 0, mac = x''", 0},
		{"a row is added", "INSERT INTO audit SELECT 11, at, agent, what, caso, detail, mac FROM audit WHERE id = 10", 11},
	} {
		t.Run(x.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "mesa.db")
			a := archivetest.OpenAt(t, path, archivetest.NewClock())
			for i := range 10 {
				if err := a.Audit(t.Context(), archive.Record{Agent: "ana", What: "reveal.number", Case: 7, Detail: fmt.Sprint("detail ", i)}); err != nil {
					t.Fatal(err)
				}
			}
			if n, err := a.Verify(t.Context()); err != nil || n != 10 {
				t.Fatalf("%d rows, %v", n, err)
			}
			other, err := sqlitedb.Pool(path)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if _, err := other.Exec(x.change); err != nil {
				t.Fatal(err)
			}
			_, err = a.Verify(t.Context())
			if x.name == "nothing" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *archive.TamperError
			if !archive.IsTampered(err) || !errors.As(err, &e) || e.ID != x.at {
				t.Errorf("want row %d: %v", x.at, err)
			}
		})
	}
}

// A row that another history of the same database holds, with its number and a good MAC, does not fit in this one.
func TestAuditOfAnotherHistory(t *testing.T) {
	dir, clock := t.TempDir(), archivetest.NewClock()
	path, copied := filepath.Join(dir, "mesa.db"), filepath.Join(dir, "copy.db")
	first, err := archive.Open(t.Context(), archive.Options{Path: path, Key: archivetest.Key, Now: clock.Now, Cost: archivetest.Cheap})
	if err != nil {
		t.Fatal(err)
	}
	record := func(a *archive.Archive, agent string, n int) {
		t.Helper()
		for range n {
			if err := a.Audit(t.Context(), archive.Record{Agent: agent, What: "signin"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	record(first, "ana", 2)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(copied, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	a, b := archivetest.OpenAt(t, path, clock), archivetest.OpenAt(t, copied, clock)
	record(a, "ana", 3)
	record(b, "beto", 3)
	other, err := sqlitedb.Pool(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Exec("ATTACH ? AS copy; DELETE FROM main.audit WHERE id = 4; INSERT INTO main.audit SELECT * FROM copy.audit WHERE id = 4", copied); err != nil {
		t.Fatal(err)
	}
	var e *archive.TamperError
	if _, err := a.Verify(t.Context()); !errors.As(err, &e) || e.ID != 4 {
		t.Errorf("want row 4: %v", err)
	}
}

func TestRecords(t *testing.T) {
	c := archivetest.NewClock()
	a := archivetest.Open(t, c)
	begin := c.Now()
	for i, r := range []archive.Record{{Agent: "ana", What: "signin"}, {Agent: "ana", What: "reveal.phone", Case: 7, Detail: "x"}, {Agent: "beto", What: "signin"}} {
		c.Set(begin.Add(time.Duration(i) * time.Hour))
		if err := a.Audit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		q    archive.AuditQuery
		want string
	}{
		{archive.AuditQuery{}, "[3 2 1]"},
		{archive.AuditQuery{Limit: 2}, "[3 2]"},
		{archive.AuditQuery{Limit: 2, Before: 2}, "[1]"},
		{archive.AuditQuery{Agent: "ana"}, "[2 1]"},
		{archive.AuditQuery{Case: 7}, "[2]"},
		{archive.AuditQuery{From: begin.Add(time.Hour)}, "[3 2]"},
		{archive.AuditQuery{From: begin, To: begin.Add(time.Hour)}, "[1]"},
	} {
		list, err := a.Records(t.Context(), x.q)
		if err != nil {
			t.Fatal(err)
		}
		var ids []uint64
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		if fmt.Sprint(ids) != x.want {
			t.Errorf("%+v: %v, want %s", x.q, ids, x.want)
		}
	}
}
