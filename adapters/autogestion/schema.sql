-- Times are nanoseconds since 1970. What is personal is in columns called "sealed"; what is looked up is a keyed
-- hash. Digits, codes, secrets and credentials are nowhere. This is version 1; schema_2.sql goes on from it.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;

-- The padrón.
CREATE TABLE person (
  id       INTEGER PRIMARY KEY,
  member   TEXT NOT NULL UNIQUE,          -- the id the ports know
  cuil     BLOB NOT NULL UNIQUE,          -- hash
  number   BLOB NOT NULL UNIQUE,          -- hash
  sealed   BLOB NOT NULL,
  standing TEXT NOT NULL,
  next     INTEGER NOT NULL DEFAULT 0     -- counter of the next token: the whole state behind "never repeated"
) STRICT;

-- Who is in whose charge. The holder's own line is one of them.
CREATE TABLE membership (
  holder  INTEGER NOT NULL REFERENCES person(id),
  person  INTEGER NOT NULL REFERENCES person(id),
  kinship TEXT NOT NULL,
  place   INTEGER NOT NULL,
  PRIMARY KEY (holder, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_person ON membership(person);

CREATE TABLE account (
  id       INTEGER PRIMARY KEY,
  person   INTEGER NOT NULL UNIQUE REFERENCES person(id),
  password TEXT NOT NULL,                 -- argon2id, PHC string
  sealed   BLOB NOT NULL,                 -- e-mail
  made     INTEGER NOT NULL,
  changed  INTEGER NOT NULL
) STRICT;

CREATE TABLE consent (
  account INTEGER NOT NULL REFERENCES account(id),
  version TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_account ON consent(account);

-- Browsers that signed in to an account before: they may go on trying while strangers are locked out.
CREATE TABLE known (
  browser BLOB NOT NULL,
  account INTEGER NOT NULL REFERENCES account(id),
  at      INTEGER NOT NULL,
  PRIMARY KEY (browser, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_at ON known(at);

CREATE TABLE token (
  person     INTEGER NOT NULL REFERENCES person(id),
  counter    INTEGER NOT NULL,
  made       INTEGER NOT NULL,
  until      INTEGER NOT NULL,
  tries_seen INTEGER NOT NULL,            -- newest validation when it was made: later ones are "since"
  used       INTEGER NOT NULL DEFAULT 0,
  provider   INTEGER REFERENCES provider(id),
  visit      BLOB,
  replaced   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (person, counter)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_made ON token(made);

-- Answers to "another", by key.
CREATE TABLE another (
  account INTEGER NOT NULL REFERENCES account(id),
  key     BLOB NOT NULL,
  person  INTEGER NOT NULL REFERENCES person(id),
  counter INTEGER,                        -- null: it was denied
  made    INTEGER NOT NULL DEFAULT 0,
  until   INTEGER NOT NULL DEFAULT 0,
  reason  TEXT NOT NULL DEFAULT '',
  at      INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX another_at ON another(at);

CREATE TABLE provider (
  id     INTEGER PRIMARY KEY,
  key    BLOB NOT NULL UNIQUE,            -- hash
  name   TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE validation (
  id       INTEGER PRIMARY KEY,
  provider INTEGER NOT NULL REFERENCES provider(id),
  request  BLOB NOT NULL,                 -- hash of the request id
  body     BLOB NOT NULL,                 -- hash of what was asked
  person   INTEGER REFERENCES person(id), -- null: no such affiliate number
  reason   TEXT NOT NULL,                 -- '': accepted
  at       INTEGER NOT NULL,
  UNIQUE (provider, request)
) STRICT;
CREATE INDEX validation_person ON validation(person, id);
CREATE INDEX validation_at ON validation(at);

-- Failures counted, and locks. The subject is a hash.
CREATE TABLE guard (
  subject BLOB PRIMARY KEY,
  fails   INTEGER NOT NULL,
  since   INTEGER NOT NULL,
  locks   INTEGER NOT NULL,
  until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX guard_since ON guard(since);

CREATE TABLE invite (
  id         TEXT PRIMARY KEY,            -- known to the chat that asked, and to nobody else
  secret     BLOB NOT NULL UNIQUE,        -- hash of what is in the URL
  seed       BLOB NOT NULL,               -- with the key: the URL's secret, the code, the credential
  chat       BLOB NOT NULL,               -- hash
  key        BLOB NOT NULL,
  sealed     BLOB NOT NULL,               -- the invitation
  made       INTEGER NOT NULL,
  open_until INTEGER NOT NULL,
  browser    BLOB,                        -- hash of the cookie of the browser that went on
  sign_until INTEGER NOT NULL DEFAULT 0,
  account    INTEGER REFERENCES account(id),
  code_until INTEGER NOT NULL DEFAULT 0,
  tries      INTEGER NOT NULL DEFAULT 0,
  redeem_key BLOB,
  link       TEXT NOT NULL DEFAULT '',
  ended      TEXT NOT NULL DEFAULT '',    -- declined, newer, tries
  UNIQUE (chat, key)
) STRICT;
CREATE INDEX invite_browser ON invite(browser);
CREATE INDEX invite_made ON invite(made);

-- Wrong codes by key, so that a repeated call does not cost a second try.
CREATE TABLE wrong (
  invite TEXT NOT NULL REFERENCES invite(id) ON DELETE CASCADE,
  key    BLOB NOT NULL,
  left   INTEGER NOT NULL,
  PRIMARY KEY (invite, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
  id         TEXT PRIMARY KEY,
  account    INTEGER NOT NULL REFERENCES account(id),
  credential BLOB NOT NULL UNIQUE,        -- hash
  chat       BLOB NOT NULL,               -- hash
  sealed     BLOB NOT NULL,               -- chat, channel, label
  since      INTEGER NOT NULL
) STRICT;
CREATE INDEX link_account ON link(account);

CREATE TABLE reset (
  ticket  BLOB PRIMARY KEY,               -- hash of the cookie of the browser that asked
  account INTEGER REFERENCES account(id), -- null: no such account, which nobody is told
  seed    BLOB NOT NULL,
  until   INTEGER NOT NULL,
  tries   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX reset_until ON reset(until);

-- E-mail to be sent.
CREATE TABLE mail (
  id     INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL,
  at     INTEGER NOT NULL,
  sent   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mail_at ON mail(at);
