package archive

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"llave/store/sqlitedb"
	"llave/store/sqlitedb/chain"
)

// Record is a row of the audit.
type Record = chain.Record

// Audit appends a row.
func (a *Archive) Audit(ctx context.Context, r Record) error {
	return a.write(ctx, "audit", func(tx *sql.Tx) error { return a.audit(ctx, tx, r) })
}

// audit appends a row in the transaction of what it tells of.
func (a *Archive) audit(ctx context.Context, tx *sql.Tx, r Record) error {
	r.At = a.now()
	return a.keys.chain.Append(ctx, tx, r)
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
	query := ""
	if len(where) > 0 {
		query = "WHERE " + strings.Join(where, " AND ")
	}
	if q.Limit == 0 {
		q.Limit = auditPage
	}
	err = a.read(ctx, "audit", func(db sqlitedb.Querier) error {
		return a.keys.chain.Each(ctx, db, query+" ORDER BY id DESC LIMIT ?", append(args, q.Limit), func(r chain.Row) error {
			one, err := a.keys.chain.Open(r)
			if err != nil {
				a.opt.Log.Error("archive: a row of the audit cannot be read", "id", r.ID, "err", err)
			}
			list = append(list, one)
			return nil
		})
	})
	return list, err
}
