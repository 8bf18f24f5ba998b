-- Numbers, hours, states, keyed hashes and the user names of agents stand here in the clear; everything else is sealed. Hours
-- are microseconds; 0 is never. Postgres knows all of this: there BLOB is BYTEA, and INTEGER is BIGINT.
CREATE TABLE mark (sealed BLOB NOT NULL); -- opens with the right key, so that a wrong one is noticed

-- Fed by the logs of the shards.
CREATE TABLE fed (
  shard INTEGER PRIMARY KEY,
  seq   INTEGER NOT NULL -- of the last event that is in the tables
);

CREATE TABLE caso ( -- a case; the word is SQL's
  id      INTEGER PRIMARY KEY,
  chat    BLOB NOT NULL,               -- keyed hash
  state   TEXT NOT NULL,
  owner   TEXT NOT NULL DEFAULT '',    -- user of the agent
  counter INTEGER NOT NULL DEFAULT 0,
  first   INTEGER NOT NULL DEFAULT 0,  -- 1: an agent had it before, so it goes before the others
  desk    INTEGER NOT NULL DEFAULT 0,  -- 1: the affiliate waits
  opened  INTEGER NOT NULL,
  since   INTEGER NOT NULL,            -- in this state
  turned  INTEGER NOT NULL,
  taken   INTEGER NOT NULL DEFAULT 0,  -- for the first time
  replied INTEGER NOT NULL DEFAULT 0,  -- for the first time
  last    INTEGER NOT NULL,            -- entry that head is of
  head    BLOB NOT NULL,
  card    BLOB
);
CREATE INDEX caso_open ON caso(state, counter, first, turned) WHERE state <> 'closed';
CREATE INDEX caso_owner ON caso(owner) WHERE state = 'assigned';
CREATE INDEX caso_closed ON caso(since, id) WHERE state = 'closed';
CREATE INDEX caso_taken ON caso(taken) WHERE taken > 0;
CREATE INDEX caso_chat ON caso(chat, id);

CREATE TABLE entry (
  caso INTEGER NOT NULL,
  n    INTEGER NOT NULL,
  at   INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (caso, n)
) WITHOUT ROWID;

CREATE INDEX entry_said ON entry(caso, n) WHERE kind = 'said'; -- counts what an agent has not seen

CREATE TABLE delivery ( -- of a tracked message
  caso    INTEGER NOT NULL,
  n       INTEGER NOT NULL,            -- entry
  chat    BLOB NOT NULL,
  message INTEGER NOT NULL,            -- of the outbox
  spoken  INTEGER NOT NULL,            -- 1: an agent's words; 0: a notice
  state   TEXT NOT NULL DEFAULT '',    -- '': not known yet
  reason  TEXT NOT NULL DEFAULT '',
  at      INTEGER NOT NULL,
  again   INTEGER NOT NULL DEFAULT 0,  -- entry that said it again
  PRIMARY KEY (caso, n)
) WITHOUT ROWID;
CREATE INDEX delivery_message ON delivery(chat, message);
CREATE INDEX delivery_failed ON delivery(caso) WHERE spoken = 1 AND state IN ('failed', 'expired') AND again = 0;

CREATE TABLE receipt ( -- what a channel calls a tracked message
  mark BLOB PRIMARY KEY, -- keyed hash of chat and id
  caso INTEGER NOT NULL,
  n    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX receipt_caso ON receipt(caso);

CREATE TABLE act (
  id      TEXT PRIMARY KEY,
  caso    INTEGER NOT NULL,
  n       INTEGER NOT NULL, -- entry
  epoch   INTEGER NOT NULL,
  agent   TEXT NOT NULL,
  deed    TEXT NOT NULL,
  refused TEXT NOT NULL,
  owner   BLOB NOT NULL,    -- who has the case after it
  at      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX act_at ON act(at);

CREATE TABLE change (
  id   INTEGER PRIMARY KEY AUTOINCREMENT,
  caso INTEGER NOT NULL,
  n    INTEGER NOT NULL,
  what TEXT NOT NULL,
  at   INTEGER NOT NULL
);
CREATE INDEX change_at ON change(at);

CREATE TABLE fetch ( -- files that affiliates sent
  caso   INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  media  BLOB,                         -- how to get it; NULL when it is here, or never will be
  tries  INTEGER NOT NULL DEFAULT 0,
  due    INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',     -- why it never will be here, or was not yet
  blob   TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (caso, n)
) WITHOUT ROWID;
CREATE INDEX fetch_due ON fetch(due) WHERE media IS NOT NULL;

CREATE TABLE unreadable ( -- events that this version cannot read
  shard INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  body  BLOB NOT NULL,
  PRIMARY KEY (shard, seq)
) WITHOUT ROWID;

-- Its own.
CREATE TABLE agent (
  id          TEXT PRIMARY KEY,         -- user name
  name        BLOB NOT NULL,
  role        TEXT NOT NULL,
  phc         TEXT NOT NULL DEFAULT '', -- '': not enrolled
  totp        BLOB,                     -- secret; NULL: signs in without a code
  totp_step   INTEGER NOT NULL DEFAULT 0,
  enrol       BLOB,                     -- keyed hash of the code
  enrol_until INTEGER NOT NULL DEFAULT 0,
  disabled    INTEGER NOT NULL DEFAULT 0,
  duty        TEXT NOT NULL DEFAULT 'off',
  at          INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX agent_enrol ON agent(enrol) WHERE enrol IS NOT NULL;

CREATE TABLE attempt ( -- failed sign-ins
  name   BLOB PRIMARY KEY, -- keyed hash of the user name as typed and the client
  failed INTEGER NOT NULL,
  at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX attempt_at ON attempt(at);

CREATE TABLE session (
  token   BLOB PRIMARY KEY, -- keyed hash
  agent   TEXT NOT NULL,
  data    BLOB,             -- NULL: ended; a request that is still under way does not bring it back
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_agent ON session(agent);
CREATE INDEX session_expires ON session(expires);

CREATE TABLE note (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  caso  INTEGER NOT NULL,
  agent TEXT NOT NULL,
  at    INTEGER NOT NULL,
  body  BLOB NOT NULL
);
CREATE INDEX note_caso ON note(caso);

CREATE TABLE seen ( -- how far an agent has read a case
  caso  INTEGER NOT NULL,
  agent TEXT NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (caso, agent)
) WITHOUT ROWID;

CREATE TABLE blob (
  id   TEXT PRIMARY KEY,
  caso INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name BLOB NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX blob_caso ON blob(caso);

CREATE TABLE piece (
  blob TEXT NOT NULL,
  k    INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (blob, k)
);

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE span (
  day   INTEGER NOT NULL,  -- 0 is Sunday
  start INTEGER NOT NULL,  -- minutes of the day
  stop  INTEGER NOT NULL,
  PRIMARY KEY (day, start)
) WITHOUT ROWID;

CREATE TABLE holiday (
  day  TEXT PRIMARY KEY,   -- 2026-12-25
  name TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  id     INTEGER PRIMARY KEY, -- from 1 without gaps
  at     INTEGER NOT NULL,
  agent  TEXT NOT NULL,
  what   TEXT NOT NULL,
  caso   INTEGER NOT NULL,
  detail BLOB NOT NULL,
  mac    BLOB NOT NULL        -- of the row and the mac before
);
CREATE INDEX audit_caso ON audit(caso) WHERE caso > 0;
CREATE TABLE chain ( -- the end of the audit: one row, so that rows that were cut off are missed
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  last INTEGER NOT NULL,
  mac  BLOB NOT NULL,
  seal BLOB NOT NULL
);
