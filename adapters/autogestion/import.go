package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"time"
)

// Report is what became of a padrón's lines.
type Report struct {
	// Imported is how many lines were taken in, whether or not they changed anything.
	Imported int
	// Bad are the lines that were not, in the file's order.
	Bad []BadLine
}

// BadLine says why a line was not taken in, in words for the insurer's operator.
type BadLine struct {
	Line   int
	Reason string
}

// groupsAtOnce bounds a transaction, so that tokens are given out while a large padrón comes in. A group is never
// split.
const groupsAtOnce = 200

// Import takes a padrón in. It is UTF-8 text, with or without a byte order mark, separated by commas or semicolons,
// and its first line is
//
//	cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco
//
// There is a line for each person in each group; the titular's own names their own CUIL twice. Good lines are taken
// in, bad ones are reported.
//
// The file is the whole padrón of the groups it names: whoever is in such a group and not in the file leaves it.
// Groups it does not name stay as they are, and so does the membership of a group of which a line was bad, since the
// bad line may be the person who would go. Importing a file twice is importing it once.
func (s *Service) Import(ctx context.Context, r io.Reader) (Report, error) {
	file := newPadron(s.texts)
	if err := file.read(r); err != nil {
		return Report{}, wrap("import", err)
	}
	if err := s.checkHolders(ctx, file); err != nil {
		return Report{}, wrap("import", err)
	}
	groups := file.groups()
	for len(groups) > 0 {
		n := min(groupsAtOnce, len(groups))
		var bad []badRow
		var good int
		err := s.write(ctx, func(tx *sql.Tx, _ time.Time) (err error) {
			good, bad = 0, nil
			for _, g := range groups[:n] {
				taken, refused, err := s.importGroup(ctx, tx, g, file.partial[g.holder])
				if err != nil {
					return err
				}
				good, bad = good+taken, append(bad, refused...)
			}
			return nil
		})
		if err != nil {
			return file.report(), wrap("import", err)
		}
		file.imported += good
		for _, b := range bad {
			file.bad(b.row.line, b.why, nil)
		}
		groups = groups[n:]
	}
	return file.report(), nil
}

// checkHolders refuses the lines of groups whose titular is neither in the file nor in the padrón.
func (s *Service) checkHolders(ctx context.Context, file *padron) error {
	return s.read(ctx, func(q querier, _ time.Time) error {
		for _, holder := range file.headless() {
			var one int
			err := q.QueryRowContext(ctx, `SELECT 1 FROM membership m JOIN person p ON p.id = m.holder
				WHERE p.cuil = ? AND m.person = m.holder`, s.cuilHash(holder)).Scan(&one)
			if errors.Is(err, sql.ErrNoRows) {
				file.refuseGroup(holder, "csv_no_holder")
				continue
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// badRow is a line that only the padrón showed to be bad.
type badRow struct {
	row row
	why string
}

// importGroup brings one group up to date. With partial, nobody leaves it.
func (s *Service) importGroup(ctx context.Context, tx *sql.Tx, g padronGroup, partial bool) (taken int, bad []badRow, err error) {
	var holder int64
	stay := map[int64]bool{}
	for place, r := range g.rows { // the titular's own line comes first
		id, err := s.importPerson(ctx, tx, r)
		if errors.Is(err, errNumberTaken) {
			bad, partial = append(bad, badRow{r, "csv_number_taken"}), true
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		if holder == 0 {
			if holder, err = s.personID(ctx, tx, g.holder); errors.Is(err, sql.ErrNoRows) {
				return taken, append(bad, badRow{r, "csv_no_holder"}), nil
			} else if err != nil {
				return 0, nil, err
			}
			stay[holder] = true
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO membership (holder, person, kinship, place) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (holder, person) DO UPDATE SET kinship = ?3, place = ?4 WHERE kinship <> ?3 OR place <> ?4`,
			holder, id, r.kinship, place)
		if err != nil {
			return 0, nil, err
		}
		taken++
		stay[id] = true
	}
	if partial || holder == 0 {
		return taken, bad, nil
	}
	return taken, bad, s.leave(ctx, tx, holder, stay)
}

// leave ends the memberships of a group that are not to stay.
func (s *Service) leave(ctx context.Context, tx *sql.Tx, holder int64, stay map[int64]bool) error {
	rows, err := tx.QueryContext(ctx, "SELECT person FROM membership WHERE holder = ?", holder)
	if err != nil {
		return err
	}
	defer rows.Close()
	var leaving []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if !stay[id] {
			leaving = append(leaving, id)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range leaving {
		if _, err := tx.ExecContext(ctx, "DELETE FROM membership WHERE holder = ? AND person = ?", holder, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) personID(ctx context.Context, q querier, cuil string) (id int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT id FROM person WHERE cuil = ?", s.cuilHash(cuil)).Scan(&id)
	return id, err
}

// errNumberTaken: the affiliate number is somebody else's.
var errNumberTaken = errors.New("affiliate number is taken")

// importPerson writes a person if anything about them is new.
func (s *Service) importPerson(ctx context.Context, tx *sql.Tx, r row) (int64, error) {
	var sealed []byte
	err := tx.QueryRowContext(ctx, "SELECT sealed FROM person WHERE number = ? AND cuil <> ?", s.numberHash(r.Number), s.cuilHash(r.CUIL)).Scan(&sealed)
	if err == nil {
		return 0, errNumberTaken
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	p, err := s.personBy(ctx, tx, "cuil", s.cuilHash(r.CUIL))
	if err == nil && p.personal == r.personal && p.standing == r.standing {
		return p.id, nil
	}
	isNew := errors.Is(err, sql.ErrNoRows)
	if err != nil && !isNew {
		return 0, err
	}
	if sealed, err = s.keys.seal(sealPerson, r.personal); err != nil {
		return 0, err
	}
	if !isNew {
		_, err = tx.ExecContext(ctx, "UPDATE person SET number = ?, sealed = ?, standing = ? WHERE id = ?",
			s.numberHash(r.Number), sealed, r.standing, p.id)
		return p.id, err
	}
	member, err := s.keys.randomID("m-")
	if err != nil {
		return 0, err
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO person (member, cuil, number, sealed, standing) VALUES (?, ?, ?, ?, ?)",
		member, s.cuilHash(r.CUIL), s.numberHash(r.Number), sealed, r.standing)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}
