package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"

	"llave/store/sqlitedb"
)

// encrypted is the suffix of files that are encrypted to a recipient.
const encrypted = ".age"

// writer writes the files of one copy.
type writer struct {
	Options
	cut    *sqlitedb.Cut
	folder string
}

// write copies one file, and checks it if it is a database: a copy of a damaged file is none.
func (w *writer) write(ctx context.Context, s Source) (f File, err error) {
	f = File{Name: s.Name, Stored: s.Name}
	if len(w.Recipients) > 0 {
		f.Stored += encrypted
	}
	to := filepath.Join(w.folder, f.Stored)
	if !s.Database {
		plain, err := os.ReadFile(s.Path)
		if err != nil {
			return f, err
		}
		if err := w.store(to, func(out io.Writer) error { _, err := out.Write(plain); return err }); err != nil {
			return f, err
		}
		return f, f.measure(to)
	}
	at := to
	if len(w.Recipients) > 0 {
		if at = w.Scratch; at != "" {
			err = removeScratch(at)
		}
		defer func() { err = errors.Join(err, removeScratch(w.Scratch)) }()
	}
	if err != nil {
		return f, err
	}
	if err := w.cut.Copy(ctx, s.Path, at); err != nil {
		return f, err
	}
	if f.Schema, err = sqlitedb.CheckCopy(ctx, at); err != nil {
		return f, err
	}
	if at != to {
		if err := w.store(to, func(out io.Writer) error { return copyFile(ctx, out, at) }); err != nil {
			return f, err
		}
	}
	return f, f.measure(to)
}

// removeScratch removes what is left of a database that was to be encrypted.
func removeScratch(path string) error {
	if path == "" {
		return nil
	}
	var errs []error
	for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// store writes a file durably, encrypted if there are recipients.
func (w *writer) store(to string, content func(io.Writer) error) (err error) {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if len(w.Recipients) == 0 {
		if err := content(file); err != nil {
			return err
		}
		return file.Sync()
	}
	sealed, err := age.Encrypt(file, w.Recipients...)
	if err != nil {
		return err
	}
	if err := content(sealed); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return err
	}
	return file.Sync()
}

// measure notes size and digest of a file as it is stored.
func (f *File) measure(path string) (err error) {
	f.Size, f.SHA256, err = measure(path)
	return err
}

func measure(path string) (size int64, digest string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	sum := sha256.New()
	size, err = io.Copy(sum, file)
	return size, hexOf(sum.Sum(nil)), err
}

// copyFile copies a file, and gives up with its context.
func copyFile(ctx context.Context, out io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, reading{ctx, file})
	return err
}

// reading is a reader that ends with its context.
type reading struct {
	ctx context.Context
	io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
