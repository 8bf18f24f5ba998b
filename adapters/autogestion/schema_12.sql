-- Version 12: a link lasts a year. Those of before keep their life.
ALTER TABLE link ADD COLUMN until INTEGER NOT NULL DEFAULT 0;          -- 0: until it is ended
CREATE INDEX link_until ON link(until) WHERE until > 0;
