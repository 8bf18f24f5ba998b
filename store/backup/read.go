package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// Copy is a copy that was checked.
type Copy struct {
	Manifest
	folder string
}

// Errors of a copy that cannot be used.
var (
	// ErrNoCopy: the folder holds no copy, or one that was interrupted.
	ErrNoCopy = errors.New("backup: no whole copy")
	// ErrNewer: a newer program made the copy.
	ErrNewer = errors.New("backup: made by a newer program")
	// ErrDamaged: a file is missing, cut or changed.
	ErrDamaged = errors.New("backup: not as it was made")
	// ErrIdentity: the identity decrypts no file of the copy, or there is none and the copy is encrypted.
	ErrIdentity = errors.New("backup: the identity does not decrypt it")
)

// Open reads the manifest of a copy and checks every file against it.
func Open(ctx context.Context, folder string) (*Copy, error) {
	text, err := os.ReadFile(filepath.Join(folder, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoCopy, folder)
	}
	if err != nil {
		return nil, err
	}
	c := &Copy{folder: folder}
	if err := json.Unmarshal(text, &c.Manifest); err != nil || c.Format < 1 {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, ManifestFile, errors.Join(err))
	}
	if c.Format > format {
		return nil, ErrNewer
	}
	for _, f := range c.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := c.check(f); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, f.Stored, err)
		}
	}
	return c, nil
}

// check compares a file with its row of the manifest. A name that leads out of a folder is no name.
func (c *Copy) check(f File) error {
	if f.Name == "" || f.Name != filepath.Base(f.Name) || f.Stored != f.Name && f.Stored != f.Name+encrypted || !isOurs(f.Name) {
		return errors.New("no name of a file")
	}
	size, digest, err := measure(filepath.Join(c.folder, f.Stored))
	switch {
	case err != nil:
		return err
	case size != f.Size:
		return fmt.Errorf("%d bytes, want %d", size, f.Size)
	case digest != f.SHA256:
		return errors.New("its digest is another")
	}
	return nil
}

// CheckSeal reports whether open, which opens what was sealed with the service's key, gives the digest of the manifest. A
// copy without a seal is not checked.
func (c *Copy) CheckSeal(open func(sealed []byte) ([]byte, error)) error {
	if len(c.Seal) == 0 {
		return nil
	}
	want, err := open(c.Seal)
	if err != nil {
		return err
	}
	if string(want) != string(c.digest()) {
		return fmt.Errorf("%w: %s", ErrDamaged, ManifestFile)
	}
	return nil
}

// Extract writes a file of the data folder to a path where there must be none, durably.
func (c *Copy) Extract(ctx context.Context, f File, to string, identities []age.Identity) (err error) {
	from, err := os.Open(filepath.Join(c.folder, f.Stored))
	if err != nil {
		return err
	}
	defer from.Close()
	var plain io.Reader = from
	if c.Encrypted {
		if plain, err = decrypt(from, identities); err != nil {
			return err
		}
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, reading{ctx, plain}); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

func decrypt(from io.Reader, identities []age.Identity) (io.Reader, error) {
	if len(identities) == 0 {
		return nil, ErrIdentity
	}
	plain, err := age.Decrypt(from, identities...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrIdentity
	}
	return plain, err
}

// Read returns the content of a small file.
func (c *Copy) Read(f File, identities []age.Identity) ([]byte, error) {
	from, err := os.Open(filepath.Join(c.folder, f.Stored))
	if err != nil {
		return nil, err
	}
	defer from.Close()
	if !c.Encrypted {
		return io.ReadAll(from)
	}
	plain, err := decrypt(from, identities)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}

// restoresFile notes, beside the manifest, when a copy was restored.
const restoresFile = "restored.txt"

// NoteRestore notes that the copy is being restored, and returns how many times it was by now. Every restored service has to
// begin behind the others.
func (c *Copy) NoteRestore(now time.Time) (times int, err error) {
	f, err := os.OpenFile(filepath.Join(c.folder, restoresFile), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString(now.UTC().Format(time.RFC3339) + "\n"); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(f.Name())
	return strings.Count(string(text), "\n"), err
}
