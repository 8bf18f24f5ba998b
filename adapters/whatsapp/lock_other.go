//go:build !unix

package whatsapp

import (
	"fmt"
	"io"
	"os"
)

// lockFile locks nothing here: two processes on one device store are told apart by WhatsApp, which replaces the first.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: device store: %w", err)
	}
	return f, nil
}
