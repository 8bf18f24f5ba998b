-- Files that people sent, until somebody fetched them, and for a day at most.
CREATE TABLE upload (
  id      INTEGER PRIMARY KEY,
  chat    BLOB NOT NULL,    -- as in chat
  address BLOB NOT NULL,    -- keyed hash
  mark    BLOB NOT NULL,    -- keyed hash of the message's id; empty while the file is being sent
  size    INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  fetched INTEGER NOT NULL  -- when it was fetched last; 0 if it was not
);
CREATE INDEX upload_chat ON upload(chat, mark);
CREATE TABLE upload_piece (
  upload INTEGER NOT NULL REFERENCES upload(id) ON DELETE CASCADE,
  k      INTEGER NOT NULL,
  body   BLOB NOT NULL,
  PRIMARY KEY (upload, k)
);
