-- Version 5: nobody is locked out of an account: a second code stands where a lock stood. E-mail really leaves.

-- A sign-in that needs a code besides the password, at an invite.
CREATE TABLE second (
  invite  TEXT PRIMARY KEY REFERENCES invite(id) ON DELETE CASCADE,
  account INTEGER REFERENCES account(id), -- null: the password was wrong, which nobody is told
  seed    BLOB NOT NULL,
  until   INTEGER NOT NULL,
  tries   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX second_account ON second(account);

ALTER TABLE mail ADD COLUMN until INTEGER NOT NULL DEFAULT 0;          -- not sent any more after that; 0: always
ALTER TABLE mail ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mail ADD COLUMN due   INTEGER NOT NULL DEFAULT 0;          -- not tried before
ALTER TABLE mail ADD COLUMN dead  TEXT NOT NULL DEFAULT '';            -- why it is given up: nobody, late, refused, tries
CREATE INDEX mail_due ON mail(due, id) WHERE sent = 0 AND dead = '';
