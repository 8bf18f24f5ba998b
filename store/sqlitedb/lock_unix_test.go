//go:build unix

package sqlitedb

import (
	"path/filepath"
	"syscall"
	"testing"
)

// A lock that is given up is free at once, even while a child that is being started still holds a copy of its file.
func TestALockIsGivenUpWhoeverHoldsACopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	lock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	held, err := syscall.Dup(int(lock.(*fileLock).file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(held)
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(path)
	if err != nil {
		t.Fatalf("a lock that was given up: %v", err)
	}
	again.Close()
}
