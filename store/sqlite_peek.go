package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"llave/store/sqlitedb"
)

// HoldsChats reports whether the file at a path holds a chat. It leaves the file as it is, byte for byte.
func HoldsChats(ctx context.Context, path string) (bool, error) {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return false, nil
	}
	db, err := sqlitedb.Peek(path)
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
