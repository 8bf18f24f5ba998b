package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// applicationID is "Llav" in the header of the file; schemaVersion is that of the tables below.
const (
	applicationID = 0x4c6c6176
	schemaVersion = 2
)

// schema is made so that a turn costs the same whether there are a thousand chats or a million: each statement
// of a turn finds its row by an index, and only rows that are few or ordered by time are looked at in rows.
//
// Tables with bodies have row numbers, and their keys an index beside them: a body in the branches of a tree
// makes it deep.
//
// What sqlite_migrate.go adds to a table stands here as SQLite writes it down: see [inspectSchema].
func schema() string {
	return `
CREATE TABLE chat (
	id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, session BLOB NOT NULL, effect BLOB
, forget INTEGER, review INTEGER DEFAULT 0);
CREATE INDEX chat_effect ON chat (key) WHERE effect IS NOT NULL;
CREATE INDEX chat_forget ON chat (forget) WHERE forget IS NOT NULL;
CREATE INDEX chat_review ON chat (review) WHERE review IS NOT NULL;

CREATE TABLE seen (
	chat BLOB NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (chat, id)
) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

CREATE TABLE waiting (
	seq INTEGER PRIMARY KEY AUTOINCREMENT, -- numbers are not given again
	chat BLOB NOT NULL, at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL
);
CREATE INDEX waiting_chat ON waiting (chat, seq);

CREATE TABLE letter (
	id INTEGER PRIMARY KEY, chat BLOB NOT NULL, n INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (chat, n)
);

CREATE TABLE timer (
	id INTEGER PRIMARY KEY, chat BLOB NOT NULL, name TEXT NOT NULL, due INTEGER NOT NULL, body BLOB NOT NULL,
	UNIQUE (chat, name)
);
CREATE INDEX timer_next ON timer (due, chat, name);

CREATE TABLE event (
	id INTEGER PRIMARY KEY, -- the shard above, the number within it below: one tree, no index
	chat BLOB NOT NULL, body BLOB NOT NULL
);
CREATE INDEX event_chat ON event (chat);

CREATE TABLE dead_letter (
	id INTEGER PRIMARY KEY AUTOINCREMENT, chat BLOB NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
	n INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX dead_letter_at ON dead_letter (at);
CREATE INDEX dead_letter_chat ON dead_letter (chat);

CREATE TABLE shard (id INTEGER PRIMARY KEY, fence INTEGER NOT NULL, event INTEGER NOT NULL);
WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 255)
INSERT INTO shard SELECT i, 0, 0 FROM n;

CREATE TABLE once (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), fence INTEGER NOT NULL, ping INTEGER NOT NULL);
INSERT INTO meta VALUES (1, 0, 0);
`
}

// create makes an empty store beside its place and moves it there when it is whole and on the disk: a file
// under the name is never half made.
func create(path string) (err error) {
	made := path + ".new"
	remove := func() error {
		var errs []error
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(made + suffix); !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
	if err := remove(); err != nil { // of an attempt that was cut short
		return fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("make the file: %w", err), remove())
		}
	}()
	f, err := os.OpenFile(made, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Close(), fill(made)); err != nil {
		return err
	}
	if err := syncPath(made); err != nil {
		return err
	}
	if err := os.Rename(made, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// fill writes the empty tables.
func fill(path string) (err error) {
	db, err := connect(path, writerPragmas())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(fmt.Sprintf("BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		schema(), applicationID, schemaVersion))
	return err
}

// syncPath makes a file, or the names in a folder, durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// protect takes from others what a file that was copied here may have given them.
func protect(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
