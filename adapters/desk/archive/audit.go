package archive

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"llave/store/sqlitedb"
)

// Record is a row of the audit: who did what. It is never changed and never deleted.
type Record struct {
	ID     uint64
	At     time.Time
	Agent  string // user; empty: the program
	What   string // "signin", "act.take", "reveal.number", …
	Case   uint64 // 0: none
	Detail string
}

// Audit appends a row.
func (a *Archive) Audit(ctx context.Context, r Record) error {
	return a.write(ctx, "audit", func(tx *sql.Tx) error { return a.audit(ctx, tx, r) })
}

// audit appends a row in the transaction of what it tells of.
func (a *Archive) audit(ctx context.Context, tx *sql.Tx, r Record) error {
	end, err := a.chainEnd(ctx, tx)
	if err != nil {
		return err
	}
	row := a.link(&end, r)
	if _, err := exec(ctx, tx, insertAudit, row.args()...); err != nil {
		return err
	}
	return a.endChain(ctx, tx, end)
}

// link makes the next row of the chain: its MAC covers the row and the MAC before.
func (a *Archive) link(end *chainEnd, r Record) auditRow {
	r.ID, r.At = end.last+1, a.now()
	row := auditRow{Record: r, sealed: a.keys.ring.Seal([]byte(r.Detail), place("audit", r.ID))}
	row.mac = a.auditMAC(end.mac, row)
	end.last, end.mac = r.ID, row.mac
	return row
}

const insertAudit = "INSERT INTO audit (id, at, agent, what, caso, detail, mac) VALUES (?, ?, ?, ?, ?, ?, ?)"

func (r auditRow) args() []any {
	return []any{r.ID, micro(r.At), r.Agent, r.What, r.Case, r.sealed, r.mac}
}

// endChain writes the new end of the chain.
func (a *Archive) endChain(ctx context.Context, tx *sql.Tx, end chainEnd) error {
	_, err := exec(ctx, tx, "UPDATE chain SET last = ?, mac = ?, seal = ? WHERE one = 1", end.last, end.mac, a.chainSeal(end.last, end.mac))
	return err
}

// auditRow is a row as it is in the table.
type auditRow struct {
	Record
	sealed, mac []byte
}

func (a *Archive) auditMAC(before []byte, r auditRow) []byte {
	return mac(a.keys.audit, "row", string(before), strconv.FormatUint(r.ID, 10), strconv.FormatInt(micro(r.At), 10), r.Agent, r.What,
		strconv.FormatUint(r.Case, 10), string(r.sealed))
}

// chainEnd is the last row of the audit, as the chain's own row tells it.
type chainEnd struct {
	last      uint64
	mac, seal []byte
}

func (a *Archive) chainEnd(ctx context.Context, q sqlitedb.Querier) (end chainEnd, err error) {
	err = q.QueryRowContext(ctx, "SELECT last, mac, seal FROM chain WHERE one = 1").Scan(&end.last, &end.mac, &end.seal)
	return end, err
}

func (a *Archive) chainSeal(last uint64, end []byte) []byte {
	return mac(a.keys.audit, "end", strconv.FormatUint(last, 10), string(end))
}

// beginChain writes the end of an empty audit.
func (a *Archive) beginChain(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO chain (one, last, mac, seal) VALUES (1, 0, ?, ?)", []byte{}, a.chainSeal(0, nil))
	return err
}

// AuditQuery asks for rows of the audit. Zero fields ask for all.
type AuditQuery struct {
	Case     uint64
	Agent    string
	From, To time.Time // To is not included
	Before   uint64    // rows before this id
	Limit    int       // 0: 200
}

// auditPage is how many rows are listed at a time.
const auditPage = 200

// Records lists rows of the audit, the newest first.
func (a *Archive) Records(ctx context.Context, q AuditQuery) (list []Record, err error) {
	var where []string
	var args []any
	add := func(when bool, condition string, arg any) {
		if when {
			where, args = append(where, condition), append(args, arg)
		}
	}
	add(q.Case != 0, "caso = ?", q.Case)
	add(q.Agent != "", "agent = ?", q.Agent)
	add(!q.From.IsZero(), "at >= ?", micro(q.From))
	add(!q.To.IsZero(), "at < ?", micro(q.To))
	add(q.Before != 0, "id < ?", q.Before)
	query := "SELECT id, at, agent, what, caso, detail, mac FROM audit"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	if q.Limit == 0 {
		q.Limit = auditPage
	}
	err = a.read(ctx, "audit", func(db sqlitedb.Querier) error {
		return a.eachRecord(ctx, db, query+" ORDER BY id DESC LIMIT ?", append(args, q.Limit), func(r auditRow) error {
			detail, err := a.keys.ring.Open(r.sealed, place("audit", r.ID))
			if err != nil {
				a.opt.Log.Error("archive: a row of the audit cannot be read", "id", r.ID, "err", err)
			}
			r.Detail = string(detail)
			list = append(list, r.Record)
			return nil
		})
	})
	return list, err
}

func (a *Archive) eachRecord(ctx context.Context, q sqlitedb.Querier, query string, args []any, f func(auditRow) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r auditRow
		if err := rows.Scan(&r.ID, timeOf{&r.At}, &r.Agent, &r.What, &r.Case, &r.sealed, &r.mac); err != nil {
			return err
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}
