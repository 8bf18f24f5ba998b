-- Version 8: who has just registered, or set a new password, goes on without typing it again.
ALTER TABLE session ADD COLUMN signs INTEGER NOT NULL DEFAULT 0;       -- until then it stands for the password, once
ALTER TABLE registration ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;  -- wrong passwords, in another browser than the form's
