-- The lines of a padrón while they are read and compared. Personal data are sealed as in the padrón. The file is deleted at the
-- end of the import.
--
-- A person is an id in the padrón, or, if new, the hash of their CUIL: most lines of a padrón are about people who are known,
-- and ids are compared sooner than hashes. Such a column is ANY; +x beside it lets SQLite use its index.
CREATE TABLE row (
  line     INTEGER PRIMARY KEY,
  written  INTEGER NOT NULL,              -- plainLine, utf8Line, windowsLine
  who      ANY NOT NULL,                  -- a person
  holder   ANY NOT NULL,                  -- a person
  differs  INTEGER NOT NULL,              -- the person is new, or otherwise than in the padrón
  altered  INTEGER NOT NULL,              -- has another name, number or sex than in the padrón
  had      INTEGER NOT NULL,              -- the standing in the padrón gives tokens
  number   BLOB,                          -- hash; null: nothing differs
  short    INTEGER,                       -- the first bytes of number, by which equal ones are found sooner
  digest   BLOB,                          -- hash of the sealed data; null: nothing differs
  tramite  BLOB,                          -- hash
  mail     BLOB,                          -- hash
  standing TEXT NOT NULL,
  active   INTEGER NOT NULL,
  kinship  TEXT NOT NULL,
  why      TEXT,                          -- why it is refused
  about    INTEGER,                       -- the line that is the reason
  cuil     BLOB,                          -- hash, if the person is known and differs
  member   TEXT,                          -- the id, if the person is new; null: nothing differs
  sealed   BLOB,                          -- null: nothing differs
  mailbox  BLOB                           -- sealed
) STRICT;
CREATE TABLE bad (line INTEGER PRIMARY KEY, why TEXT NOT NULL, about TEXT NOT NULL) STRICT;
-- The people in refused lines. Holder: it certainly is the titular.
CREATE TABLE mention (line INTEGER NOT NULL, who ANY NOT NULL, holder INTEGER NOT NULL) STRICT;
-- The optional columns that the file has.
CREATE TABLE columns (tramite INTEGER NOT NULL, mail INTEGER NOT NULL) STRICT;
-- The standings of the padrón that give tokens.
CREATE TABLE gives (standing TEXT PRIMARY KEY) STRICT;
