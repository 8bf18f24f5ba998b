-- Version 10: an e-mail address that was changed can be put back, by who reads the old one.
CREATE TABLE email_change (
  id      INTEGER PRIMARY KEY,            -- in the order of the changes
  undo    BLOB NOT NULL UNIQUE,           -- hash of what is in the link
  account INTEGER NOT NULL REFERENCES account(id),
  sealed  BLOB NOT NULL,                  -- the address of before
  until   INTEGER NOT NULL
) STRICT;
CREATE INDEX email_change_account ON email_change(account);
CREATE INDEX email_change_until ON email_change(until);
