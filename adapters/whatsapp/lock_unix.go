//go:build unix

package whatsapp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// lockFile locks a file beside another one, for as long as this process lives.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: device store: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrInUse
		}
		return nil, fmt.Errorf("whatsapp: device store: lock: %w", err)
	}
	return f, nil
}
