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
	// The values of rows in which nothing differs from the padrón, and of the others.
	same, whole []any
}

func (b *stageBatch) len() int { return len(b.rows) + len(b.bads) }

// reset empties a batch, whose memory is used again.
func (b *stageBatch) reset() {
	clear(b.rows)
	clear(b.bads)
	clear(b.same)
	clear(b.whole)
	b.rows, b.bads, b.same, b.whole = b.rows[:0], b.bads[:0], b.same[:0], b.whole[:0]
}

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
	lookup, same, sames, whole, wholes, bad, mention *sql.Stmt
}

// The columns of a row in which nothing differs, and of the others.
const (
	stageSame    = "line, written, who, holder, differs, altered, had, tramite, mail, standing, active, kinship"
	stageWhole   = stageSame + ", number, short, digest, cuil, member, sealed, mailbox"
	stageLookups = 2 * stageBatchLen
	// stageTogether rows are stored by one statement, which takes half the time of as many statements.
	stageTogether = 16
)

// stageInsert returns a statement that stores rows.
func stageInsert(columns string, rows int) string {
	return "INSERT INTO row (" + columns + ") VALUES " + placeholders(strings.Count(columns, ",")+1, rows)
}

func placeholders(columns, rows int) string {
	one := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return one + strings.Repeat(", "+one, rows-1)
}

// prepare prepares the statements in a transaction.
func (s *stageStatements) prepare(tx *sql.Tx) (err error) {
	for _, p := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&s.lookup, "SELECT cuil, id, standing, digest, tramite, mail FROM live.person WHERE cuil IN " + placeholders(stageLookups, 1)},
		{&s.same, stageInsert(stageSame, 1)},
		{&s.sames, stageInsert(stageSame, stageTogether)},
		{&s.whole, stageInsert(stageWhole, 1)},
		{&s.wholes, stageInsert(stageWhole, stageTogether)},
		{&s.bad, "INSERT INTO bad (line, why, about) VALUES (?, ?, '')"},
		{&s.mention, "INSERT INTO mention (line, who, holder) VALUES (?1, COALESCE((SELECT p.id FROM live.person p WHERE p.cuil = ?2), ?2), ?3)"},
	} {
		var failed error
		*p.stmt, failed = tx.Prepare(p.query)
		err = errors.Join(err, failed)
	}
	return err
}

// together runs an insertion for rows of values of some columns, many at a time.
func together(one, many *sql.Stmt, values []any, columns string) error {
	width := strings.Count(columns, ",") + 1
	for len(values) > 0 {
		stmt, n := many, stageTogether*width
		if len(values) < n {
			stmt, n = one, width
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
	for i := range b.rows {
		r := &b.rows[i]
		who, holder := people[string(r.cuil)], people[string(r.holder)]
		if !who.differs(r) {
			b.same = appendRow(b.same, r, who, holder)
			continue
		}
		if b.whole, err = st.appendWhole(appendRow(b.whole, r, who, holder), r, who); err != nil {
			return err
		}
	}
	return nil
}

// appendRow appends the values of stageSame.
func appendRow(values []any, r *stageRow, who, holder *known) []any {
	return append(values, r.Line, int(r.Written), who.person(r.cuil), holder.person(r.holder), who.differs(r), who.altered(r), who.had(),
		r.tramite, r.mail, r.Standing, backend.IsActive(r.Standing), r.Kinship)
}

// appendWhole appends the other values of stageWhole.
func (st *staging) appendWhole(values []any, r *stageRow, who *known) ([]any, error) {
	sealed, err := st.s.keys.seal(sealPerson, personal(r.Person))
	if err != nil {
		return nil, err
	}
	mailbox, err := st.s.sealMailbox(r.Mail)
	if err != nil {
		return nil, err
	}
	member, err := st.s.keys.sortedID("m-", r.cuil)
	number := st.s.numberHash(r.Number)
	var cuil []byte
	if who != nil {
		cuil = r.cuil
	}
	return append(values, number, int64(binary.BigEndian.Uint64(number)), r.digest, cuil, member, sealed, mailbox), err
}

// store stores a batch that was prepared.
func (st *staging) store(b *stageBatch) error {
	for _, bad := range b.bads {
		if err := st.storeBad(bad); err != nil {
			return err
		}
	}
	if err := together(st.stmts.same, st.stmts.sames, b.same, stageSame); err != nil {
		return err
	}
	return together(st.stmts.whole, st.stmts.wholes, b.whole, stageWhole)
}

// lookUp finds the people of rows and their titulars in the padrón, by the hash of the CUIL. In an empty padrón there is nobody.
func (st *staging) lookUp(rows []stageRow) (map[string]*known, error) {
	if len(rows) == 0 || st.first {
		return nil, nil
	}
	people := make(map[string]*known, len(rows))
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
