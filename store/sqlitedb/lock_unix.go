//go:build unix

package sqlitedb

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// Lock takes the lock beside a file; it fails with an [*OpenError], of kind InUse while another process holds it. The
// lock is on a file of its own: a lock on SQLite's own would be lost, and SQLite's with it, when any handle on it is
// closed. It ends with the process, however that ends. The lock file stays: to remove it would let two processes lock
// two files of one name.
func Lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &OpenError{Path: path, Kind: Unwritable, Err: err}
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		kind := Unwritable
		if errors.Is(err, syscall.EWOULDBLOCK) {
			kind, err = InUse, errors.New("another process holds "+path+".lock")
		}
		return nil, &OpenError{Path: path, Kind: kind, Err: errors.Join(err, f.Close())}
	}
	return &fileLock{f}, nil
}

type fileLock struct{ file *os.File }

// Close gives the lock up before it closes the file. Closing alone keeps it as long as the file is open anywhere: a child that
// another goroutine is starting holds copies of all files until its exec has closed them, see flock(2).
func (l *fileLock) Close() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}
