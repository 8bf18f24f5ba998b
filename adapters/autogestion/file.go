package autogestion

import (
	"context"
	"database/sql"
	_ "embed"
	"time"

	"llave/store/sqlitedb"
	"llave/store/sqlitedb/chain"
)

//go:embed schema.sql
var schema1 string

//go:embed schema_2.sql
var schema2 string

//go:embed schema_3.sql
var schema3 string

//go:embed schema_4.sql
var schema4 string

//go:embed schema_5.sql
var schema5 string

//go:embed schema_6.sql
var schema6 string

//go:embed schema_7.sql
var schema7 string

//go:embed schema_8.sql
var schema8 string

//go:embed schema_9.sql
var schema9 string

//go:embed schema_10.sql
var schema10 string

//go:embed schema_11.sql
var schema11 string

//go:embed schema_12.sql
var schema12 string

//go:embed schema_13.sql
var schema13 string

//go:embed schema_14.sql
var schema14 string

// schemas are the steps from each version of the file to the next. A new file takes all steps, so that an old file becomes
// the same.
func schemas() []string {
	return []string{schema1, schema2, schema3, schema4, schema5, schema6, schema7, schema8, schema9, schema10, schema11, schema12,
		chain.Tables + schema13, schema14}
}

// querier is a pool or a transaction.
type querier = sqlitedb.Querier

// write runs f in the one writing transaction. It reads the clock inside, so that times have the order of the transactions.
func (s *Service) write(ctx context.Context, f func(tx *sql.Tx, now time.Time) error) error {
	return s.file.Write(ctx, func(tx *sql.Tx) error { return f(tx, s.now()) })
}

// read runs f on one snapshot of the file.
func (s *Service) read(ctx context.Context, f func(q querier, now time.Time) error) error {
	return s.file.Read(ctx, func(q querier) error { return f(q, s.now()) })
}

// now returns the time in UTC with the precision of the file.
func (s *Service) now() time.Time { return fromNano(s.opt.Now().UnixNano()) }

// fromNano returns the time of a column; 0 is the zero time: "not yet".
func fromNano(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
