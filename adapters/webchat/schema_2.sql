-- Chats whose first word was taken: only those that are not here count as new ones of their address.
CREATE TABLE known (
  name BLOB PRIMARY KEY, -- as in chat
  at   INTEGER NOT NULL  -- when the chat last began to be kept
) WITHOUT ROWID;
CREATE INDEX known_at ON known(at);
INSERT INTO known (name, at) SELECT name, at FROM chat;
