-- Version 7: people look at their account on a page.
CREATE TABLE session (
  id      BLOB PRIMARY KEY,               -- hash of the cookie
  account INTEGER NOT NULL REFERENCES account(id),
  until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session(account);
CREATE INDEX session_until ON session(until);
