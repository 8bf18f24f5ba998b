-- Version 11: sign-in with others.

-- A sign-in on its way to an OpenID provider.
CREATE TABLE openid_try (
  state   BLOB PRIMARY KEY,               -- hash
  invite  TEXT NOT NULL REFERENCES invite(id) ON DELETE CASCADE,
  browser BLOB NOT NULL,                  -- hash of the cookie of the browser that went there
  seed    BLOB NOT NULL,                  -- with the key: nonce and verifier
  until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX openid_try_until ON openid_try(until);
CREATE INDEX openid_try_invite ON openid_try(invite);

-- Whose identity at a provider an account is. It is pinned at the first sign-in.
CREATE TABLE identity (
  subject BLOB PRIMARY KEY,               -- hash of iss and sub
  issuer  BLOB NOT NULL,                  -- hash
  account INTEGER NOT NULL REFERENCES account(id),
  at      INTEGER NOT NULL,
  UNIQUE (account, issuer)
) STRICT, WITHOUT ROWID;
