-- Version 4: a guard may compare failures with successes; how often a token was replaced is bounded.
ALTER TABLE guard ADD COLUMN good INTEGER NOT NULL DEFAULT 0;          -- successes in the window
CREATE INDEX another_person ON another(person, at);
