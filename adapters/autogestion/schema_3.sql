-- Version 3: an import changes only what a file changes, and registration asks for what leaked lists do not hold.
ALTER TABLE person ADD COLUMN digest  BLOB;                            -- hash of what is sealed; null: version 2 wrote it
ALTER TABLE person ADD COLUMN tramite BLOB;                            -- hash of the document's trámite number; null: not known
