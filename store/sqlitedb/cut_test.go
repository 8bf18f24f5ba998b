package sqlitedb

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A cut is one moment of all its files, while another connection writes to one after the other.
func TestACutIsOneMoment(t *testing.T) {
	dir := t.TempDir()
	var paths []string // the last to be written is cut first
	var written []*DB
	for n := range 6 {
		path := filepath.Join(dir, string(rune('a'+n))+".db")
		paths = append([]string{path}, paths...)
		written = append(written, openDB(t, path, Tables{Steps: []string{firstStep}}))
	}
	ctx, stop := context.WithCancel(t.Context())
	began, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := 1; ctx.Err() == nil; n++ {
			for _, db := range written {
				err := db.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec("INSERT INTO kept VALUES (?)", n); return err })
				if err != nil {
					t.Error(err)
					return
				}
			}
			if n == 1 {
				close(began)
			}
		}
	}()
	<-began
	for i := range 6 {
		cut, err := TakeCut(t.Context(), paths...)
		if err != nil {
			t.Fatal(err)
		}
		var rows []int
		for _, path := range paths {
			rows = append(rows, rowsOfCopy(t, cut, path, filepath.Join(dir, string(rune('0'+i))+filepath.Base(path))))
		}
		if !slices.IsSorted(rows) || rows[len(rows)-1]-rows[0] > 1 {
			t.Errorf("the files of a cut have %v rows, from the last to be written to the first", rows)
		}
		if err := cut.Close(); err != nil {
			t.Error(err)
		}
	}
	stop()
	<-ended
}

// rowsOfCopy copies a file of a cut and counts its rows.
func rowsOfCopy(t *testing.T, cut *Cut, path, to string) (rows int) {
	t.Helper()
	if err := cut.Copy(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	if version, err := CheckCopy(t.Context(), to); err != nil || version != 1 {
		t.Errorf("the copy is of version %d, %v", version, err)
	}
	db, err := Peek(to)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM kept").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// A cut waits for a writer at work, and has what it commits.
func TestACutWaitsForTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := openDB(t, path, Tables{Steps: []string{firstStep}})
	taken := make(chan *Cut, 1)
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		go func() {
			cut, err := TakeCut(t.Context(), path)
			if err != nil {
				t.Error(err)
			}
			taken <- cut
		}()
		_, err := tx.Exec("INSERT INTO kept VALUES (1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cut := <-taken
	if cut == nil {
		return
	}
	defer cut.Close()
	to := path + ".copy"
	if err := cut.Copy(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(to); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v, %v", st.Mode(), err)
	}
	if err := cut.Copy(t.Context(), path, to); err == nil {
		t.Error("it writes over a file")
	}
	if _, err := os.Stat(to); err != nil {
		t.Errorf("what was there is gone: %v", err)
	}
	if err := db.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec("INSERT INTO kept VALUES (2)"); return err }); err != nil {
		t.Errorf("while the cut is open nothing can be written: %v", err)
	}
}

// A damaged copy is found.
func TestCheckCopyFindsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := openDB(t, path, Tables{Steps: []string{firstStep, "CREATE TABLE more (x TEXT); INSERT INTO more VALUES (hex(randomblob(20000)))"}})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := CheckCopy(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{content[:len(content)/2], append(append([]byte{}, content[:4096]...), make([]byte, len(content)-4096)...)} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := CheckCopy(t.Context(), path); err == nil {
			t.Error("damage is not found")
		}
	}
}
