package store

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// migrations bring a file to the version after the index: the first one from version 1 to 2.
var migrations = []string{version2}

// version2 adds when a chat may be forgotten, and what it takes to put a dead letter back. Chats of before are to be
// reviewed at once: the default fills their rows in without writing them.
const version2 = `
ALTER TABLE chat ADD COLUMN forget INTEGER;
ALTER TABLE chat ADD COLUMN review INTEGER DEFAULT 0;
CREATE INDEX chat_forget ON chat (forget) WHERE forget IS NOT NULL;
CREATE INDEX chat_review ON chat (review) WHERE review IS NOT NULL;

DROP INDEX timer_due;
CREATE INDEX timer_next ON timer (due, chat, name);
CREATE INDEX event_chat ON event (chat);

CREATE TABLE dead_letter (
	id INTEGER PRIMARY KEY AUTOINCREMENT, chat BLOB NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
	n INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX dead_letter_at ON dead_letter (at);
CREATE INDEX dead_letter_chat ON dead_letter (chat);
INSERT INTO dead_letter SELECT id, chat, 0, '', 0, reason, at, body FROM dead;
DROP TABLE dead;
`

// migrate brings the tables of a file to this version, in one transaction. What they were called by then must be
// what create makes; if it is not, the file stays as it was.
func migrate(path string) (err error) {
	db, err := connect(path, writerPragmas())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	l, err := newLink(db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, l.close(), db.Close()) }()
	var version int
	if err := l.row([]any{&version}, "PRAGMA user_version"); err != nil || version == schemaVersion {
		return err
	}
	if _, err := l.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = migrateFrom(l, version)
	return errors.Join(err, l.end(err == nil))
}

// ofTables tells tables that are not as they were made from a disk that cannot be written.
func ofTables(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_ERROR {
		return &damage{err.Error()}
	}
	return err
}

func migrateFrom(l *link, version int) error {
	for ; version < schemaVersion; version++ {
		if _, err := l.conn.ExecContext(context.Background(), migrations[version-1]); err != nil {
			return fmt.Errorf("bring version %d of the tables to %d: %w", version, version+1, ofTables(err))
		}
	}
	if err := inspectSchema(l); err != nil {
		return err
	}
	_, err := l.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA user_version = %d", schemaVersion))
	return err
}
