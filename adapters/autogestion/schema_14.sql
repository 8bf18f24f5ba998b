-- Version 14: the owner of an account may be the only one who asks for their tokens.
ALTER TABLE account ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;       -- since; 0: their families may, too
ALTER TABLE link ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;        -- when the chat was told last that its link ends
