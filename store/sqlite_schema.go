package store

import "llave/store/sqlitedb"

// format is the file's: its application_id is "Llav". Its tables have been of four versions.
func format() sqlitedb.Format {
	return sqlitedb.Format{Application: 0x4c6c6176, Tables: schema(), Steps: []string{1: version2, 2: version3, 3: version4}}
}

// schema has the tables of this version. A turn costs the same whether there are a thousand chats or a million: each statement
// of a turn finds its row by an index, and only rows that are few or ordered by time are looked at in rows.
//
// Tables with bodies have row numbers, and their keys an index beside them: a body in the branches of a tree
// makes it deep.
//
// What a step adds to a table is written here as SQLite keeps it: see [sqlitedb.Format].
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
	tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, body BLOB NOT NULL, keep INTEGER NOT NULL DEFAULT 0, UNIQUE (chat, n)
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

CREATE TABLE sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
`
}

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

// version4 changes no table. From now on a file may have shards for pinned chats, of which an earlier program does not know.
const version4 = `SELECT 1;`

// version3 adds what a purge leaves, and the sequences.
const version3 = `
ALTER TABLE letter ADD COLUMN keep INTEGER NOT NULL DEFAULT 0;

CREATE TABLE sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
`
