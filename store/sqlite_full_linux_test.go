package store

import (
	"errors"
	"fmt"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFullDisk is on a real file system of one megabyte.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	mount := func(flags uintptr, kib int) error {
		return syscall.Mount("tmpfs", dir, "tmpfs", flags, fmt.Sprintf("size=%dk", kib))
	}
	if err := mount(0, 1024); err != nil {
		t.Skipf("cannot mount a small file system here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	path := filepath.Join(dir, "llave.db")
	f := newStuffer(t, openSQLite(t, path))
	f.untilFull()
	if len(f.kept) < 20 {
		t.Fatalf("%d fit: that tests nothing", len(f.kept))
	}
	f.refuses()
	notReady(t, f.store)
	f.whole()
	if err := mount(syscall.MS_REMOUNT, 16*1024); err != nil {
		t.Fatal(err)
	}
	f.recovers(path)
	closeAll(t, f.store)
}

// notReady pings until that, too, finds no room.
func notReady(t *testing.T, s *SQLite) {
	t.Helper()
	for range 1000 {
		if err := s.Ping(t.Context()); err != nil {
			if !errors.Is(err, ErrFull) {
				t.Errorf("ping on a full disk = %v, want ErrFull", err)
			}
			return
		}
	}
	t.Error("a store on a full disk says that it is ready")
}

// closeAll closes now what would be closed too late to take the file system away.
func closeAll(t *testing.T, s *SQLite) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFullByLimit is under a limit on the size of files, which SQLite reports as a failed write.
func TestFullByLimit(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "llave.db")
	f := newStuffer(t, openSQLite(t, path))
	limit := before
	limit.Cur = 600 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Skipf("cannot limit the size of files here: %v", err)
	}
	lift := func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
	}
	defer lift()
	f.untilFull()
	f.refuses()
	notReady(t, f.store)
	lift()
	f.recovers(path)
}
