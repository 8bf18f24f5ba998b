package sqlitedb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// inspectHeader reads the hundred bytes with which a SQLite file begins. A file may be shorter than its header says
// where a process was killed while it wrote the log back: the other pages are still in the log.
//
// SQLite's own checks do not replace this. They do not distinguish a damaged header from another format, nor a missing
// end from other damage; and beside a log a missing page reads as zeros, which in a body is no damage of the structure.
func inspectHeader(path string, size int64, logged bool) (OpenKind, error) {
	f, err := os.Open(path)
	if err != nil {
		return Unreadable, err
	}
	defer f.Close()
	h := make([]byte, 100)
	if _, err := io.ReadFull(f, h); err != nil {
		return NotSQLite, fmt.Errorf("header: %w", err)
	}
	if !bytes.HasPrefix(h, []byte("SQLite format 3\x00")) {
		return NotSQLite, errors.New("header: another format")
	}
	page := int64(binary.BigEndian.Uint16(h[16:]))
	if page == 1 {
		page = 65536
	}
	if page < 512 || page&(page-1) != 0 {
		return Corrupt, fmt.Errorf("header: a page of %d bytes", page)
	}
	pages := int64(binary.BigEndian.Uint32(h[28:]))
	if size >= page*pages {
		return "", nil
	}
	var log map[int64]bool
	if logged {
		if log, err = loggedPages(path+"-wal", page); err != nil {
			return Unreadable, err
		}
	}
	for n := size/page + 1; n <= pages; n++ {
		if !log[n] {
			return Truncated, fmt.Errorf("%d bytes of %d, and page %d is nowhere", size, page*pages, n)
		}
	}
	return "", nil
}

// loggedPages lists the pages of a file that are in its log. Frames of an earlier round, behind those of the present one,
// have another salt.
func loggedPages(path string, page int64) (map[int64]bool, error) {
	const headerSize, frameHeaderSize = 32, 24
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var header [headerSize]byte
	if _, err := f.ReadAt(header[:], 0); err != nil {
		return nil, fmt.Errorf("header of the log: %w", err)
	}
	found := make(map[int64]bool)
	var frame [frameHeaderSize]byte
	for at := int64(headerSize); ; at += frameHeaderSize + page {
		_, err := f.ReadAt(frame[:], at)
		if errors.Is(err, io.EOF) || err == nil && !bytes.Equal(frame[8:16], header[16:24]) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
		found[int64(binary.BigEndian.Uint32(frame[:]))] = true
	}
}
