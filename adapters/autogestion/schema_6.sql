-- Version 6: a registration ends with a link in an e-mail; an office gives codes.
ALTER TABLE person ADD COLUMN mail    BLOB;                            -- hash of the padrón's e-mail address; null: none
ALTER TABLE person ADD COLUMN mailbox BLOB;                            -- the address, sealed

-- Forms that wait for the link in the e-mail.
CREATE TABLE registration (
  secret BLOB PRIMARY KEY,                -- hash of what is in the link
  sealed BLOB NOT NULL,                   -- the form, with the hash of the password
  filed  INTEGER NOT NULL,                -- the link went to the padrón's address
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX registration_until ON registration(until);

-- Codes that an office gave to a person whose document it has seen. One for a person.
CREATE TABLE office (
  person INTEGER PRIMARY KEY REFERENCES person(id),
  code   BLOB NOT NULL,                   -- hash
  until  INTEGER NOT NULL,
  tries  INTEGER NOT NULL DEFAULT 0
) STRICT;

ALTER TABLE provider ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE provider ADD COLUMN old      BLOB;                         -- hash of the key before: good while it is rotated
CREATE INDEX provider_old ON provider(old) WHERE old IS NOT NULL;
