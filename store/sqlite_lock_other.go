//go:build !unix

package store

import (
	"io"
	"os"
)

// lockFile keeps a file open. Where there is no flock nothing stops a second process; fences and SQLite's own
// locks keep the file whole, but the two would take turns at being fenced off.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &OpenError{Path: path, Kind: Unwritable, Err: err}
	}
	return f, nil
}
