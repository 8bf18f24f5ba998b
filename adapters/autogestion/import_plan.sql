-- The changes that the lines of a padrón would make. "live" is the present padrón.
CREATE INDEX row_cuil ON row (cuil, holder, line);
CREATE INDEX row_number ON row (number, cuil, line);
-- For a file with no good line, which must not take longer than a good file.
CREATE INDEX mention_line ON mention (line, holder);

-- Lines that are wrong because of others. Duplicates are found in the order of an index, in one pass.
CREATE TABLE twice AS SELECT cuil, holder, min(line) AS line FROM row GROUP BY cuil, holder HAVING count(*) > 1;
UPDATE row SET why = 'csv_duplicate', about = t.line FROM twice t
  WHERE row.cuil = t.cuil AND row.holder = t.holder AND row.line > t.line AND why IS NULL;
CREATE TABLE several AS SELECT cuil FROM row GROUP BY cuil HAVING count(*) > 1;
UPDATE row SET why = 'csv_conflict', about = g.line
  FROM several s JOIN row g ON g.line = (SELECT min(f.line) FROM row f WHERE f.cuil = s.cuil AND f.why IS NULL)
  WHERE row.cuil = s.cuil AND row.line > g.line AND row.why IS NULL
    AND (row.digest <> g.digest OR row.standing <> g.standing OR row.tramite IS NOT g.tramite OR row.mail IS NOT g.mail);
CREATE TABLE shared AS SELECT number FROM row GROUP BY number HAVING min(cuil) <> max(cuil);
UPDATE row SET why = 'csv_number_taken' FROM shared s WHERE row.number = s.number AND row.why IS NULL
  AND EXISTS (SELECT 1 FROM row e WHERE e.number = row.number AND e.cuil <> row.cuil AND e.line < row.line);
UPDATE row SET why = 'csv_number_taken'
  WHERE why IS NULL AND EXISTS (SELECT 1 FROM live.person p WHERE p.number = row.number AND p.cuil <> row.cuil);

-- The groups that the file names. A group without its titular in the file or in the padrón is not known.
CREATE TABLE family (
  holder BLOB PRIMARY KEY,
  person INTEGER,                         -- the titular, in the padrón
  own    INTEGER NOT NULL,                -- the titular has a good line
  held   INTEGER NOT NULL DEFAULT 0       -- no member leaves it
) STRICT, WITHOUT ROWID;
INSERT INTO family (holder, person, own) SELECT r.holder, (SELECT p.id FROM live.person p WHERE p.cuil = r.holder),
  max(r.cuil = r.holder AND r.why IS NULL) FROM row r GROUP BY r.holder;
UPDATE row SET why = 'csv_no_holder' WHERE why IS NULL AND holder IN (SELECT f.holder FROM family f WHERE NOT f.own
  AND NOT EXISTS (SELECT 1 FROM live.membership m WHERE m.holder = f.person AND m.person = f.person));

-- A refused line may be that of a missing member: no member leaves a group that it may be about. If the group is not known,
-- no member leaves any group.
CREATE TABLE unknown AS SELECT b.line FROM bad b
  WHERE NOT EXISTS (SELECT 1 FROM mention t WHERE t.line = b.line AND t.holder)
    AND NOT EXISTS (SELECT 1 FROM mention t JOIN live.person p ON p.cuil = t.cuil JOIN live.membership m ON m.person = p.id WHERE t.line = b.line);
INSERT INTO mention SELECT line, holder, 1 FROM row WHERE why IS NOT NULL;
INSERT INTO mention SELECT line, cuil, 0 FROM row WHERE why IS NOT NULL;
UPDATE family SET held = 1 WHERE EXISTS (SELECT 1 FROM unknown)
  OR person IN (SELECT m.holder FROM mention t JOIN live.person p ON p.cuil = t.cuil JOIN live.membership m ON m.person = p.id);

-- The memberships that would end.
CREATE TABLE leaving (n INTEGER PRIMARY KEY, holder INTEGER NOT NULL, person INTEGER NOT NULL, held INTEGER NOT NULL) STRICT;
INSERT INTO leaving (holder, person, held) SELECT m.holder, m.person, f.held
  FROM family f JOIN live.membership m ON m.holder = f.person JOIN live.person p ON p.id = m.person
  WHERE m.person <> m.holder
    AND NOT EXISTS (SELECT 1 FROM row r WHERE r.cuil = p.cuil AND r.holder = f.holder AND r.why IS NULL);
CREATE INDEX leaving_person ON leaving (person);

-- All people of the padrón in the groups of the file: whether they have tokens, and whether they will have them.
CREATE TABLE affected (person INTEGER PRIMARY KEY, line INTEGER, has INTEGER NOT NULL DEFAULT 0, will INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO affected (person, line) SELECT person, min(line) FROM row WHERE why IS NULL AND person IS NOT NULL GROUP BY person;
INSERT INTO affected (person) SELECT m.person FROM family f JOIN live.membership m ON m.holder = f.person WHERE true ON CONFLICT DO NOTHING;
UPDATE affected SET has = 1 WHERE EXISTS (SELECT 1 FROM live.membership m WHERE m.person = affected.person)
  AND (SELECT p.standing FROM live.person p WHERE p.id = affected.person) IN (SELECT standing FROM gives);
UPDATE affected SET will = CASE WHEN line IS NOT NULL THEN (SELECT r.active FROM row r WHERE r.line = affected.line)
  ELSE has AND EXISTS (SELECT 1 FROM live.membership m WHERE m.person = affected.person
    AND NOT EXISTS (SELECT 1 FROM leaving l WHERE l.person = m.person AND l.holder = m.holder AND NOT l.held)) END;

-- The lines that change something, with their place in the group, in the order of the index by which people are found: a
-- transaction then writes a part of that index and not all of it.
CREATE TABLE todo (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, place INTEGER NOT NULL) STRICT;
INSERT INTO todo (line, place) SELECT r.line, g.place
  FROM (SELECT line, row_number() OVER (PARTITION BY holder ORDER BY cuil <> holder, line) - 1 AS place FROM row WHERE why IS NULL) g
  JOIN row r ON r.line = g.line JOIN family f ON f.holder = r.holder LEFT JOIN live.person p ON p.id = r.person
  LEFT JOIN live.membership m ON m.holder = f.person AND m.person = r.person
  WHERE (p.id IS NULL OR m.person IS NULL OR p.digest IS NOT r.digest OR p.standing <> r.standing
    OR p.tramite IS NOT r.tramite AND (SELECT tramite FROM columns)
    OR p.mail IS NOT r.mail AND (SELECT mail FROM columns) OR m.kinship <> r.kinship OR m.place <> g.place)
  ORDER BY r.cuil, r.line;

-- The ids of new people in the order of the index of ids, for the same reason: the n-th line gets the n-th id. Which id was
-- drawn for which line has no meaning.
CREATE TABLE name (n INTEGER PRIMARY KEY, member TEXT NOT NULL) STRICT;
INSERT INTO name (member) SELECT r.member FROM todo t JOIN row r ON r.line = t.line ORDER BY r.member;
