-- The changes that the lines of a padrón would make. "live" is the present padrón.
CREATE INDEX row_who ON row (who, holder, line, why, differs, altered, had, active);
-- The members of a group in their order.
CREATE INDEX row_holder ON row (holder, who <> holder, line, who, why, kinship);
-- For a file with no good line, which must not take longer than a good file.
CREATE INDEX mention_line ON mention (line, holder);

-- Lines that are wrong because of others. Duplicates are found in the order of an index, in one pass.
CREATE TABLE twice AS SELECT who, holder, min(line) AS line FROM row GROUP BY who, holder HAVING count(*) > 1;
UPDATE row SET why = 'csv_duplicate', about = t.line FROM twice t
  WHERE row.who = t.who AND row.holder = t.holder AND row.line > t.line AND why IS NULL;
CREATE TABLE several AS SELECT who FROM row GROUP BY who HAVING count(*) > 1;
UPDATE row SET why = 'csv_conflict', about = g.line
  FROM several s JOIN row g ON g.line = (SELECT min(f.line) FROM row f WHERE f.who = s.who AND f.why IS NULL)
  WHERE row.who = s.who AND row.line > g.line AND row.why IS NULL
    AND (row.digest IS NOT g.digest OR row.standing <> g.standing OR row.tramite IS NOT g.tramite OR row.mail IS NOT g.mail);

-- A number is of whom the padrón says, else of whom the file says first. A line in which nothing differs has the number of the
-- padrón; it is wrong, too, after a line that takes the number. Where no two lines have a number, none is compared.
CREATE TABLE claim (number BLOB NOT NULL, line INTEGER NOT NULL, who ANY NOT NULL, PRIMARY KEY (number, line)) STRICT, WITHOUT ROWID;
CREATE TABLE shared AS SELECT short FROM row WHERE short IS NOT NULL GROUP BY short HAVING count(*) > 1;
INSERT INTO claim SELECT number, min(line), who FROM row WHERE (SELECT count(*) FROM shared) > 0
  AND short IN (SELECT short FROM shared) GROUP BY number, who;
UPDATE row SET why = 'csv_number_taken' WHERE (SELECT count(*) FROM claim) > 0 AND why IS NULL
  AND EXISTS (SELECT 1 FROM claim c WHERE c.number = row.number AND c.line < row.line AND c.who <> row.who);
CREATE TABLE taken AS SELECT r.line, p.id AS owner FROM row r JOIN live.person p ON p.number = r.number WHERE p.id IS NOT r.who;
UPDATE row SET why = 'csv_number_taken' FROM taken t WHERE row.line = t.line AND row.why IS NULL;
UPDATE row SET why = 'csv_number_taken' FROM (SELECT owner, min(line) AS line FROM taken GROUP BY owner) t
  WHERE row.who = +t.owner AND NOT row.differs AND row.line > t.line AND row.why IS NULL;

-- The groups that the file names. A group without its titular in the file or in the padrón is not known.
CREATE TABLE family (
  holder ANY PRIMARY KEY,
  own    INTEGER NOT NULL,                -- the titular has a good line
  held   INTEGER NOT NULL DEFAULT 0       -- no member leaves it
) STRICT, WITHOUT ROWID;
INSERT INTO family (holder, own) SELECT holder, max(who = holder AND why IS NULL) FROM row GROUP BY holder;
UPDATE row SET why = 'csv_no_holder' WHERE why IS NULL AND holder IN (SELECT f.holder FROM family f WHERE NOT f.own
  AND NOT EXISTS (SELECT 1 FROM live.membership m WHERE m.holder = f.holder AND m.person = f.holder));

-- A refused line may be that of a missing member: no member leaves a group that it may be about. If the group is not known,
-- no member leaves any group.
CREATE TABLE unknown AS SELECT b.line FROM bad b
  WHERE NOT EXISTS (SELECT 1 FROM mention t WHERE t.line = b.line AND t.holder)
    AND NOT EXISTS (SELECT 1 FROM mention t JOIN live.membership m ON m.person = t.who WHERE t.line = b.line);
INSERT INTO mention SELECT line, holder, 1 FROM row WHERE why IS NOT NULL;
INSERT INTO mention SELECT line, who, 0 FROM row WHERE why IS NOT NULL;
UPDATE family SET held = 1 WHERE EXISTS (SELECT 1 FROM unknown)
  OR holder IN (SELECT m.holder FROM mention t JOIN live.membership m ON m.person = t.who);

-- The memberships that would end.
CREATE TABLE leaving (n INTEGER PRIMARY KEY, holder INTEGER NOT NULL, person INTEGER NOT NULL, held INTEGER NOT NULL) STRICT;
INSERT INTO leaving (holder, person, held) SELECT m.holder, m.person, f.held
  FROM family f JOIN live.membership m ON m.holder = f.holder
  WHERE m.person <> m.holder
    AND NOT EXISTS (SELECT 1 FROM row r WHERE r.who = +m.person AND r.holder = f.holder AND r.why IS NULL);
CREATE INDEX leaving_person ON leaving (person);

-- All people of the padrón in the groups of the file: whether they have tokens, and whether they will have them.
CREATE TABLE affected (person INTEGER PRIMARY KEY, line INTEGER, has INTEGER NOT NULL DEFAULT 0, will INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO affected (person, line, has, will)
  SELECT who, min(line), had AND EXISTS (SELECT 1 FROM live.membership m WHERE m.person = who), active
  FROM row WHERE why IS NULL AND typeof(who) = 'integer' GROUP BY who;
INSERT INTO affected (person) SELECT m.person FROM family f JOIN live.membership m ON m.holder = f.holder WHERE true ON CONFLICT DO NOTHING;
UPDATE affected SET has = (SELECT p.standing FROM live.person p WHERE p.id = affected.person) IN (SELECT standing FROM gives),
  will = EXISTS (SELECT 1 FROM live.membership m WHERE m.person = affected.person
    AND NOT EXISTS (SELECT 1 FROM leaving l WHERE l.person = m.person AND l.holder = m.holder AND NOT l.held))
  WHERE line IS NULL;
UPDATE affected SET will = has AND will WHERE line IS NULL;

-- The people who are written, in the order of the padrón's indexes: a transaction then writes a part of an index and not all
-- of it. The lines of a person agree.
CREATE TABLE renewal (n INTEGER PRIMARY KEY, line INTEGER NOT NULL) STRICT;
INSERT INTO renewal (line) SELECT min(line) FROM row WHERE why IS NULL AND differs GROUP BY who;

-- The memberships that are written, with their place in the group, in the order of the groups for the same reason.
CREATE TABLE joining (
  n       INTEGER PRIMARY KEY,
  holder  ANY NOT NULL,
  who     ANY NOT NULL,
  kinship TEXT NOT NULL,
  place   INTEGER NOT NULL,
  enters  INTEGER NOT NULL                -- is not a member now
) STRICT;
INSERT INTO joining (holder, who, kinship, place, enters) SELECT g.holder, g.who, g.kinship, g.place, m.person IS NULL
  FROM (SELECT holder, who, kinship, row_number() OVER (PARTITION BY holder ORDER BY who <> holder, line) - 1 AS place FROM row WHERE why IS NULL) g
  LEFT JOIN live.membership m ON m.holder = g.holder AND m.person = g.who
  WHERE m.person IS NULL OR m.kinship <> g.kinship OR m.place <> g.place;
