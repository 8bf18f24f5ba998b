package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"llave/store/sqlitedb"
)

// Source is a file to be copied.
type Source struct {
	Name     string // in the copy
	Path     string
	Database bool
}

// Options say how a copy is made. To, Scratch and Now are required.
type Options struct {
	// To is the folder of the copy. It must not exist.
	To string
	// Scratch is the path of a file in which a database lies for a moment before it is encrypted. It should be in the data
	// folder, where the database is as well.
	Scratch string
	// Program is the version of the program; Elsewhere: see [Manifest].
	Program   string
	Elsewhere []string
	// Recipients may decrypt the copy. None: it is not encrypted.
	Recipients []age.Recipient
	// Seal seals the manifest's digest. Nil: the manifest has no seal.
	Seal func(digest []byte) []byte
	Now  func() time.Time
}

// ErrExists: there is something where the copy would be.
var ErrExists = errors.New("backup: the folder exists")

// partial is the suffix of a copy that is not whole yet.
const partial = ".partial"

// Write copies files of one moment, while other processes use them. It writes beside the folder of the copy and renames it
// at the end: a copy that was interrupted never has its name. What an interrupted one left is removed by the next.
func Write(ctx context.Context, o Options, files []Source) (m Manifest, err error) {
	if _, err := os.Lstat(o.To); !errors.Is(err, fs.ErrNotExist) {
		return m, errors.Join(ErrExists, err)
	}
	made := filepath.Clean(o.To) + partial
	lock, err := begin(made)
	if err != nil {
		return m, err
	}
	defer func() {
		err = errors.Join(err, lock.Close())
		if err != nil {
			err = errors.Join(err, removeScratch(o.Scratch), discard(made))
		}
	}()
	m = Manifest{Format: format, Program: o.Program, Encrypted: len(o.Recipients) > 0, Elsewhere: o.Elsewhere}
	if err := writeFiles(ctx, o, made, files, &m); err != nil {
		return m, err
	}
	if o.Seal != nil {
		m.Seal = o.Seal(m.digest())
	}
	if err := writeManifest(made, m); err != nil {
		return m, err
	}
	return m, finish(made, o.To)
}

// writeFiles takes the moment, and copies each file.
func writeFiles(ctx context.Context, o Options, made string, files []Source, m *Manifest) (err error) {
	var databases []string
	for _, f := range files {
		if f.Database {
			databases = append(databases, f.Path)
		}
	}
	cut, err := sqlitedb.TakeCut(ctx, databases...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cut.Close()) }()
	m.At = o.Now().UTC().Truncate(time.Second)
	for _, s := range files {
		w := writer{Options: o, cut: cut, folder: made}
		f, err := w.write(ctx, s)
		if err != nil {
			return fmt.Errorf("backup: %s: %w", s.Name, err)
		}
		m.Files = append(m.Files, f)
	}
	return nil
}

// begin makes the folder, or takes over that of a copy that was interrupted, and locks it.
func begin(made string) (lock interface{ Close() error }, err error) {
	if err := os.Mkdir(made, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if lock, err = sqlitedb.Lock(filepath.Join(made, "backup")); err != nil {
		return nil, err
	}
	if err := clearPartial(made); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// discard removes a copy that failed.
func discard(made string) error {
	return errors.Join(clearPartial(made), os.Remove(filepath.Join(made, lockFile)), os.Remove(made))
}

// lockFile is what [sqlitedb.Lock] makes in the folder.
const lockFile = "backup.lock"

// clearPartial removes what an interrupted copy left: files of the names that a copy has, and no others.
func clearPartial(made string) error {
	entries, err := os.ReadDir(made)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if name == lockFile {
			continue
		}
		if !e.Type().IsRegular() || !isOurs(name) {
			return fmt.Errorf("backup: %s holds %q, which no copy has: %w", made, name, ErrExists)
		}
		if err := os.Remove(filepath.Join(made, name)); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	return nil
}

// isOurs reports whether a copy has files of such a name.
func isOurs(name string) bool {
	name = strings.TrimSuffix(name, encrypted)
	for _, suffix := range []string{".db", ".key", ".json", ".db-journal", ".db-wal", ".db-shm"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func writeManifest(folder string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(folder, ManifestFile), append(text, '\n'))
}

// writeWhole writes a file that is not there yet, durably.
func writeWhole(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// finish gives the copy its name.
func finish(made, to string) error {
	if err := os.Remove(filepath.Join(made, lockFile)); err != nil {
		return err
	}
	if err := syncFolder(made); err != nil {
		return err
	}
	if err := os.Rename(made, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(filepath.Clean(to)))
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
