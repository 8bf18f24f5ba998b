//go:build !unix

package sqlitedb

import (
	"io"
	"os"
)

// Lock keeps a file open. Where there is no flock nothing stops a second process; fences and SQLite's own locks keep the
// file whole, but the two processes would fence each other off in turns.
func Lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &OpenError{Path: path, Kind: Unwritable, Err: err}
	}
	return f, nil
}
