-- Version 2: preprinted tokens. A preprinted token is a token: its digits come from the same counter, so that they
-- never repeat, and stand nowhere either.

-- The keys that sign sheets. The last one made signs; the others are kept because paper is.
CREATE TABLE sheet_key (
  id      INTEGER PRIMARY KEY,
  name    BLOB NOT NULL UNIQUE,           -- the key id: it follows from the public key
  public  BLOB NOT NULL,
  sealed  BLOB NOT NULL,                  -- the private key's seed
  made    INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE sheet (
  id      INTEGER PRIMARY KEY,            -- in the order in which they were made
  name    BLOB NOT NULL UNIQUE,           -- the id the ports know
  person  INTEGER NOT NULL REFERENCES person(id),
  account INTEGER NOT NULL REFERENCES account(id),
  key     BLOB NOT NULL,                  -- hash of the key it was ordered with
  month   TEXT NOT NULL,
  first   INTEGER NOT NULL,               -- number on paper of its first token
  count   INTEGER NOT NULL,
  made    INTEGER NOT NULL,
  begins  INTEGER NOT NULL,               -- the month's first moment
  until   INTEGER NOT NULL,               -- the first moment after it
  signer  INTEGER NOT NULL REFERENCES sheet_key(id),
  UNIQUE (account, key)
) STRICT;
CREATE INDEX sheet_person ON sheet(person, month);
CREATE INDEX sheet_until ON sheet(until);

ALTER TABLE token ADD COLUMN sheet  INTEGER REFERENCES sheet(id);      -- null: a dynamic token
ALTER TABLE token ADD COLUMN number INTEGER NOT NULL DEFAULT 0;        -- on paper
ALTER TABLE token ADD COLUMN begins INTEGER NOT NULL DEFAULT 0;        -- first moment at which it is good
ALTER TABLE token ADD COLUMN voided INTEGER NOT NULL DEFAULT 0;
CREATE INDEX token_sheet ON token(sheet, number) WHERE sheet IS NOT NULL;
