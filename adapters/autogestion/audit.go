package autogestion

import (
	"context"
	"database/sql"
	"encoding/binary"
	"time"

	"llave/bot/keyring"
	"llave/store/sqlitedb/chain"
)

// newAudit makes the keys of the operator's audit.
func newAudit(derive func(use string) []byte) (chain.Chain, error) {
	ring, err := keyring.New(derive("audit seal"))
	return chain.Chain{Key: derive("audit"), Ring: ring, Place: func(id uint64) []byte {
		return binary.BigEndian.AppendUint64([]byte("audit "), id)
	}}, err
}

// act records an act of the operator in the transaction of the act: there is none without its row. The detail, which may
// name a person, is sealed.
func (s *Service) act(ctx context.Context, tx *sql.Tx, now time.Time, what, detail string) error {
	return s.keys.audit.Append(ctx, tx, chain.Record{At: now, Agent: s.opt.Operator, What: what, Detail: detail})
}

// Audit records an act of the operator that is done elsewhere.
func (s *Service) Audit(ctx context.Context, what, detail string) error {
	return wrap("audit", s.write(ctx, func(tx *sql.Tx, now time.Time) error { return s.act(ctx, tx, now, what, detail) }))
}

// VerifyAudit checks the operator's audit, and returns how many rows it has: see [chain.Chain.Verify].
func (s *Service) VerifyAudit(ctx context.Context) (rows uint64, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		rows, err = s.keys.audit.Verify(ctx, q)
		return err
	})
	return rows, wrap("verify audit", err)
}

// auditPage is how many rows are listed.
const auditPage = 200

// AuditRecords lists the newest rows of the operator's audit, the oldest of them first.
func (s *Service) AuditRecords(ctx context.Context) (list []chain.Record, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		return s.keys.audit.Each(ctx, q, "WHERE id > (SELECT max(id) FROM audit) - ? ORDER BY id", []any{auditPage}, func(r chain.Row) error {
			one, err := s.keys.audit.Open(r)
			list = append(list, one)
			return err
		})
	})
	return list, wrap("audit records", err)
}

// opened begins what a file of an earlier version does not have.
func (s *Service) opened(ctx context.Context, tx *sql.Tx, version int) error {
	if version >= auditSince {
		return nil
	}
	return s.keys.audit.Begin(ctx, tx)
}

// auditSince is the version of the file that has the audit.
const auditSince = 13
