package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// HoldsChats says whether the file at a path holds any chat. It only reads, so that the file stays as it is, byte for byte.
func HoldsChats(ctx context.Context, path string) (bool, error) {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return false, nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	u := url.URL{Scheme: "file", Path: abs, RawQuery: "mode=ro&immutable=1"}
	if st, err := os.Stat(abs + "-wal"); err == nil && st.Size() > 0 {
		u.RawQuery = "mode=ro" // what is in the log counts, too
	}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return false, err
	}
	defer db.Close()
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'chat'").Scan(&tables); err != nil || tables == 0 {
		return false, wrapPeek(err)
	}
	var chats bool
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM chat)").Scan(&chats)
	return chats, wrapPeek(err)
}

func wrapPeek(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: chats: %w", err)
}
