-- Version 13: what chats are to be told of their account. The audit of the operator's acts comes with it: see package chain.
CREATE TABLE notice (
  name   TEXT PRIMARY KEY,                -- given once, also after the file came from a copy
  link   TEXT NOT NULL REFERENCES link(id) ON DELETE CASCADE,
  what   TEXT NOT NULL,
  sealed BLOB NOT NULL,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_at ON notice(at);
CREATE INDEX notice_link ON notice(link);
