package autogestion

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"strings"

	"llave/adapters/autogestion/padron"
	"llave/flows/backend"
)

// stageBatch are lines that are stored together.
type stageBatch struct {
	rows []stageRow
	bads []padron.BadRow
	// The values of the tables row and detail.
	values, details []any
}

func (b *stageBatch) len() int { return len(b.rows) + len(b.bads) }

// stageRow is a row with the hashes by which it is compared with the padrón.
type stageRow struct {
	padron.Row
	cuil, holder, digest, tramite, mail []byte
}

// known is a person in the padrón.
type known struct {
	id                    int64
	standing              string
	digest, tramite, mail []byte
}

// differs reports whether a row makes a person otherwise than they are in the padrón. Columns that the file does not have
// change nothing.
func (k *known) differs(r *stageRow) bool {
	return k == nil || !bytes.Equal(k.digest, r.digest) || k.standing != r.Standing ||
		r.Has.Tramite && !bytes.Equal(k.tramite, r.tramite) || r.Has.Mail && !bytes.Equal(k.mail, r.mail)
}

// altered reports whether a row gives a person another name, number or sex. People of a padrón that has no digests yet cannot
// be compared.
func (k *known) altered(r *stageRow) bool {
	return k != nil && k.digest != nil && !bytes.Equal(k.digest, r.digest)
}

// had reports whether the standing in the padrón gives tokens.
func (k *known) had() bool { return k != nil && backend.IsActive(k.standing) }

// person returns the value of a column of people.
func (k *known) person(hash []byte) any {
	if k == nil {
		return hash
	}
	return k.id
}

// stageStatements are the statements that store batches.
type stageStatements struct {
	lookup, row, rows, detail, details, bad, mention *sql.Stmt
}

const (
	stageRowColumns    = 15
	stageDetailColumns = 5
	stageLookups       = 2 * stageBatchLen
	// stageTogether rows are stored by one statement, which takes half the time of as many statements.
	stageTogether = 16
)

// prepare prepares the statements in a transaction.
func (s *stageStatements) prepare(tx *sql.Tx) (err error) {
	values := func(columns, rows int) string {
		one := "(?" + strings.Repeat(", ?", columns-1) + ")"
		return one + strings.Repeat(", "+one, rows-1)
	}
	const row = "INSERT INTO row (line, written, who, holder, differs, altered, had, number, short, digest, tramite, mail, standing, active, kinship) VALUES "
	const detail = "INSERT INTO detail (line, cuil, member, sealed, mailbox) VALUES "
	for _, p := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&s.lookup, "SELECT cuil, id, standing, digest, tramite, mail FROM live.person WHERE cuil IN " + values(stageLookups, 1)},
		{&s.row, row + values(stageRowColumns, 1)},
		{&s.rows, row + values(stageRowColumns, stageTogether)},
		{&s.detail, detail + values(stageDetailColumns, 1)},
		{&s.details, detail + values(stageDetailColumns, stageTogether)},
		{&s.bad, "INSERT INTO bad (line, why, about) VALUES (?, ?, '')"},
		{&s.mention, "INSERT INTO mention (line, who, holder) VALUES (?1, COALESCE((SELECT p.id FROM live.person p WHERE p.cuil = ?2), ?2), ?3)"},
	} {
		var failed error
		*p.stmt, failed = tx.Prepare(p.query)
		err = errors.Join(err, failed)
	}
	return err
}

// together runs an insertion for rows of values, many at a time.
func together(one, many *sql.Stmt, values []any, columns int) error {
	for len(values) > 0 {
		stmt, n := many, stageTogether*columns
		if len(values) < n {
			stmt, n = one, columns
		}
		if _, err := stmt.Exec(values[:n]...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// prepare computes the values of a batch.
func (st *staging) prepare(b *stageBatch) error {
	people, err := st.lookUp(b.rows)
	if err != nil {
		return err
	}
	b.values = make([]any, 0, len(b.rows)*stageRowColumns)
	for i := range b.rows {
		r := &b.rows[i]
		who, holder := people[string(r.cuil)], people[string(r.holder)]
		var number, digest []byte
		var short any
		differs := who.differs(r)
		if differs {
			number, digest = st.s.numberHash(r.Number), r.digest
			short = int64(binary.BigEndian.Uint64(number))
			if b.details, err = st.detail(b.details, r); err != nil {
				return err
			}
		}
		b.values = append(b.values, r.Line, int(r.Written), who.person(r.cuil), holder.person(r.holder), differs, who.altered(r), who.had(),
			number, short, digest, r.tramite, r.mail, r.Standing, backend.IsActive(r.Standing), r.Kinship)
	}
	return nil
}

// store stores a batch that was prepared.
func (st *staging) store(b *stageBatch) error {
	for _, bad := range b.bads {
		if err := st.storeBad(bad); err != nil {
			return err
		}
	}
	if err := together(st.stmts.row, st.stmts.rows, b.values, stageRowColumns); err != nil {
		return err
	}
	return together(st.stmts.detail, st.stmts.details, b.details, stageDetailColumns)
}

// detail appends the values of the table detail.
func (st *staging) detail(values []any, r *stageRow) ([]any, error) {
	sealed, err := st.s.keys.seal(sealPerson, personal(r.Person))
	if err != nil {
		return nil, err
	}
	member, err := st.s.keys.sortedID("m-", r.cuil)
	if err != nil {
		return nil, err
	}
	mailbox, err := st.s.sealMailbox(r.Mail)
	return append(values, r.Line, r.cuil, member, sealed, mailbox), err
}

// lookUp finds the people of rows and their titulars in the padrón, by the hash of the CUIL.
func (st *staging) lookUp(rows []stageRow) (map[string]*known, error) {
	people := make(map[string]*known, len(rows))
	if len(rows) == 0 {
		return people, nil
	}
	hashes := make([]any, 0, stageLookups)
	for i := range rows {
		for _, hash := range [][]byte{rows[i].cuil, rows[i].holder} {
			if _, asked := people[string(hash)]; !asked {
				people[string(hash)] = nil
				hashes = append(hashes, hash)
			}
		}
	}
	for len(hashes) < stageLookups {
		hashes = append(hashes, nil)
	}
	found, err := st.stmts.lookup.Query(hashes...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var k known
		var cuil sql.RawBytes
		if err := found.Scan(&cuil, &k.id, &k.standing, &k.digest, &k.tramite, &k.mail); err != nil {
			return nil, err
		}
		people[string(cuil)] = &k
	}
	return people, found.Err()
}

// storeBad stores a refused line.
func (st *staging) storeBad(b padron.BadRow) error {
	if _, err := st.stmts.bad.Exec(b.Line, st.s.texts.Get(b.Why, b.About)); err != nil {
		return err
	}
	for _, cuil := range b.CUILs {
		if _, err := st.stmts.mention.Exec(b.Line, st.s.cuilHash(cuil), cuil == b.Holder); err != nil {
			return err
		}
	}
	if b.Holder == "" {
		return nil
	}
	_, err := st.stmts.mention.Exec(b.Line, st.s.cuilHash(b.Holder), true)
	return err
}
