-- Numbers, hours and keyed hashes stand here in the clear; everything else is sealed.
CREATE TABLE mark (sealed BLOB NOT NULL); -- opens with the right key, so that a wrong one is noticed

CREATE TABLE chat (
  id   INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE, -- keyed hash
  last INTEGER NOT NULL,     -- number of the last entry
  at   INTEGER NOT NULL      -- of the last entry
);
CREATE INDEX chat_at ON chat(at);

CREATE TABLE entry (
  chat    INTEGER NOT NULL REFERENCES chat(id) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  mark    BLOB NOT NULL,    -- keyed hash of who said it and the id they gave it
  expires INTEGER NOT NULL, -- when its text is to be forgotten; 0 if with all others
  body    BLOB NOT NULL,
  PRIMARY KEY (chat, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_mark ON entry(chat, mark);
CREATE INDEX entry_expires ON entry(expires) WHERE expires > 0;

CREATE TABLE file (
  chat INTEGER NOT NULL REFERENCES chat(id) ON DELETE CASCADE,
  seq  INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (chat, seq)
);

-- Chats that were closed. Their cookies open nothing any more, whoever still has a copy.
CREATE TABLE closed (
  name BLOB PRIMARY KEY,
  at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX closed_at ON closed(at);
