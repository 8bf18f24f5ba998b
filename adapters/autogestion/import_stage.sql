-- The lines of a padrón while it is read: nothing of it is in memory, and nothing of the padrón is touched. What is
-- personal is sealed as it is in the padrón. The file goes when the import is over.
CREATE TABLE row (
  line     INTEGER PRIMARY KEY,
  written  INTEGER NOT NULL,              -- plainLine, utf8Line, windowsLine
  cuil     BLOB NOT NULL,                 -- hash
  holder   BLOB NOT NULL,                 -- hash
  number   BLOB NOT NULL,                 -- hash
  digest   BLOB NOT NULL,                 -- hash of what is sealed
  tramite  BLOB,                          -- hash
  member   TEXT NOT NULL,                 -- the id of a person who is new
  sealed   BLOB NOT NULL,
  standing TEXT NOT NULL,
  active   INTEGER NOT NULL,
  kinship  TEXT NOT NULL,
  why      TEXT,                          -- why it is refused
  about    INTEGER,                       -- the line it is refused because of
  person   INTEGER                        -- in the padrón
) STRICT;
CREATE TABLE bad (line INTEGER PRIMARY KEY, why TEXT NOT NULL, about TEXT NOT NULL) STRICT;
-- The CUILs that stand in a line that was refused. Holder says that it is the titular for certain.
CREATE TABLE told (line INTEGER NOT NULL, cuil BLOB NOT NULL, holder INTEGER NOT NULL) STRICT;
-- Which optional columns the file has.
CREATE TABLE columns (tramite INTEGER NOT NULL) STRICT;
-- The standings of the padrón that give tokens.
CREATE TABLE gives (standing TEXT PRIMARY KEY) STRICT;
