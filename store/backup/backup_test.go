package backup

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"llave/store/sqlitedb"
)

var now = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// folder makes a data folder: a database with a row, in use, and a key.
func folder(t *testing.T) []Source {
	t.Helper()
	dir := t.TempDir()
	list := []Source{{"a.db", filepath.Join(dir, "a.db"), true}, {"a.key", filepath.Join(dir, "a.key"), false}}
	db, err := sqlitedb.OpenDB(t.Context(), list[0].Path, sqlitedb.Tables{Steps: []string{"CREATE TABLE kept (n INTEGER)"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec("INSERT INTO kept VALUES (7)"); return err }); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list[1].Path, []byte("the key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}

func options(t *testing.T) Options {
	dir := t.TempDir()
	return Options{To: filepath.Join(dir, "copy"), Scratch: filepath.Join(dir, "scratch.db"), Program: "v1", Now: func() time.Time { return now }}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// A copy is read back as it was made, encrypted or not, and leaves nothing beside it.
func TestACopyIsReadBack(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range [][]age.Recipient{nil, {key.Recipient()}} {
		files, o := folder(t), options(t)
		o.Recipients = to
		made, err := Write(t.Context(), o, files)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Write(t.Context(), o, files); !errors.Is(err, ErrExists) {
			t.Errorf("over a copy: %v", err)
		}
		if left := names(t, filepath.Dir(o.To)); !slices.Equal(left, []string{"copy"}) {
			t.Errorf("beside the copy there is %v", left)
		}
		c, err := Open(t.Context(), o.To)
		if err != nil || !c.At.Equal(now) || len(c.Files) != 2 || c.Files[0].Schema != 1 || c.Encrypted != (to != nil) || c.Size() != made.Size() {
			t.Fatalf("the copy says %+v, %v", c, err)
		}
		for _, wrong := range [][]age.Identity{nil, {other}} {
			if err := c.Extract(t.Context(), c.Files[1], filepath.Join(t.TempDir(), "x"), wrong); to != nil && !errors.Is(err, ErrIdentity) {
				t.Errorf("with a wrong key: %v", err)
			}
		}
		back := t.TempDir()
		for _, f := range c.Files {
			if err := c.Extract(t.Context(), f, filepath.Join(back, f.Name), []age.Identity{key}); err != nil {
				t.Fatal(err)
			}
		}
		if text, _ := os.ReadFile(filepath.Join(back, "a.key")); string(text) != "the key\n" {
			t.Errorf("the key is %q", text)
		}
		db, err := sqlitedb.Peek(filepath.Join(back, "a.db"))
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRow("SELECT n FROM kept").Scan(&n); err != nil || n != 7 {
			t.Errorf("the row is %d, %v", n, err)
		}
		db.Close()
		stored, err := os.ReadFile(filepath.Join(o.To, c.Files[1].Stored))
		if err != nil || bytes.Contains(stored, []byte("the key")) != (to == nil) {
			t.Errorf("a key lies in the copy in the clear, or does not: %v", err)
		}
	}
}

// A copy that was cut, changed or mixed with another is refused, whichever file it is.
func TestADamagedCopyIsRefused(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"cut": func(dir string) error { return os.Truncate(filepath.Join(dir, "a.db"), 5000) },
		"changed": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "a.key"), []byte("thy key\n"), 0o600)
		},
		"missing":       func(dir string) error { return os.Remove(filepath.Join(dir, "a.db")) },
		"manifest cut":  func(dir string) error { return os.Truncate(filepath.Join(dir, ManifestFile), 100) },
		"leads outside": func(dir string) error { return replaceIn(dir, `"a.key"`, `"../a.key"`) },
		"other schema":  func(dir string) error { return replaceIn(dir, `"schema": 1`, `"schema": 2`) },
	} {
		files, o := folder(t), options(t)
		o.Seal = func(digest []byte) []byte { return append([]byte("sealed"), digest...) }
		if _, err := Write(t.Context(), o, files); err != nil {
			t.Fatal(err)
		}
		open := func() error {
			c, err := Open(t.Context(), o.To)
			if err != nil {
				return err
			}
			return c.CheckSeal(func(sealed []byte) ([]byte, error) { return bytes.TrimPrefix(sealed, []byte("sealed")), nil })
		}
		if err := open(); err != nil {
			t.Fatal(err)
		}
		if err := damage(o.To); err != nil {
			t.Fatal(err)
		}
		if err := open(); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(t.Context(), t.TempDir()); !errors.Is(err, ErrNoCopy) {
		t.Errorf("an empty folder: %v", err)
	}
	newer := t.TempDir()
	text, _ := json.Marshal(Manifest{Format: format + 1})
	if err := os.WriteFile(filepath.Join(newer, ManifestFile), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), newer); !errors.Is(err, ErrNewer) {
		t.Errorf("of a newer program: %v", err)
	}
}

func replaceIn(dir, old, with string) error {
	path := filepath.Join(dir, ManifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, with)), 0o600)
}

// childFolder names, to a child of this test, the folder whose copy it makes.
const childFolder = "LLAVE_TEST_BACKUP"

// A process that is killed in the middle of a copy leaves none under the name. The next one makes it.
func TestKilledInTheMiddleOfACopy(t *testing.T) {
	if dir := os.Getenv(childFolder); dir != "" { // the child: its key is a pipe, at which it stops
		files := []Source{{"a.db", filepath.Join(dir, "a.db"), true}, {"a.key", filepath.Join(dir, "a.key"), false}}
		_, err := Write(t.Context(), Options{To: filepath.Join(dir, "copy"), Now: time.Now}, files)
		t.Fatal("it was not killed: ", err)
	}
	files := folder(t)
	dir := filepath.Dir(files[0].Path)
	if err := errors.Join(os.Remove(files[1].Path), syscall.Mkfifo(files[1].Path, 0o600)); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run", "^TestKilledInTheMiddleOfACopy$")
	child.Env = append(os.Environ(), childFolder+"="+dir)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(files[1].Path, os.O_WRONLY, 0) // returns when the child has opened it
	if err != nil {
		t.Fatal(err)
	}
	o := Options{To: filepath.Join(dir, "copy"), Now: func() time.Time { return now }}
	var refused *sqlitedb.OpenError
	if _, err := Write(t.Context(), o, files[:1]); !errors.As(err, &refused) || refused.Kind != sqlitedb.InUse {
		t.Errorf("beside another copy: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	pipe.Close()
	if left := names(t, dir+"/copy.partial"); !slices.Contains(left, "a.db") {
		t.Fatalf("it was not in the middle: %v", left)
	}
	if _, err := Open(t.Context(), o.To); !errors.Is(err, ErrNoCopy) {
		t.Errorf("there is a copy: %v", err)
	}
	if _, err := Write(t.Context(), o, files[:1]); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), o.To); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(o.To + partial); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the killed one left is there: %v", err)
	}
}

// A folder that is not a copy's is left alone.
func TestAStrangersFolderIsLeftAlone(t *testing.T) {
	files, o := folder(t), options(t)
	mine := filepath.Join(o.To+partial, "letter.txt")
	if err := errors.Join(os.Mkdir(o.To+partial, 0o700), os.WriteFile(mine, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), o, files); !errors.Is(err, ErrExists) {
		t.Errorf("it is used: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

func TestRestoresAreCounted(t *testing.T) {
	files, o := folder(t), options(t)
	if _, err := Write(t.Context(), o, files); err != nil {
		t.Fatal(err)
	}
	for want := 1; want < 4; want++ {
		c, err := Open(t.Context(), o.To)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.NoteRestore(now); err != nil || n != want {
			t.Errorf("restored %d times, want %d: %v", n, want, err)
		}
	}
}
