-- Version 9: the owner says that a chat was not linked by them. Until the password is changed it is not enough by itself.
ALTER TABLE account ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;     -- since
