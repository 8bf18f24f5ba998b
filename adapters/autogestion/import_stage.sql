-- The lines of a padrón while they are read and compared. Personal data are sealed as in the padrón. The file is deleted at the
-- end of the import.
CREATE TABLE row (
  line     INTEGER PRIMARY KEY,
  written  INTEGER NOT NULL,              -- plainLine, utf8Line, windowsLine
  cuil     BLOB NOT NULL,                 -- hash
  holder   BLOB NOT NULL,                 -- hash
  number   BLOB NOT NULL,                 -- hash
  digest   BLOB NOT NULL,                 -- hash of the sealed data
  tramite  BLOB,                          -- hash
  mail     BLOB,                          -- hash
  mailbox  BLOB,                          -- sealed
  member   TEXT NOT NULL,                 -- the id, if the person is new
  sealed   BLOB NOT NULL,
  standing TEXT NOT NULL,
  active   INTEGER NOT NULL,
  kinship  TEXT NOT NULL,
  why      TEXT,                          -- why it is refused
  about    INTEGER,                       -- the line that is the reason
  person   INTEGER                        -- in the padrón
) STRICT;
CREATE TABLE bad (line INTEGER PRIMARY KEY, why TEXT NOT NULL, about TEXT NOT NULL) STRICT;
-- The CUILs in refused lines. Holder: it certainly is the titular.
CREATE TABLE mention (line INTEGER NOT NULL, cuil BLOB NOT NULL, holder INTEGER NOT NULL) STRICT;
-- The optional columns that the file has.
CREATE TABLE columns (tramite INTEGER NOT NULL, mail INTEGER NOT NULL) STRICT;
-- The standings of the padrón that give tokens.
CREATE TABLE gives (standing TEXT PRIMARY KEY) STRICT;
