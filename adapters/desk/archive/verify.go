package archive

import (
	"context"

	"llave/store/sqlitedb"
	"llave/store/sqlitedb/chain"
)

// TamperError: the audit is not as it was written.
type TamperError = chain.TamperError

// Verify checks the whole audit, and returns how many rows it has. *TamperError if a row was changed, removed or inserted. It
// does not notice that the whole file was replaced by an older copy of itself: compare the number of rows with one that was
// noted elsewhere.
func (a *Archive) Verify(ctx context.Context) (rows uint64, err error) {
	err = a.read(ctx, "verify", func(q sqlitedb.Querier) error {
		rows, err = a.keys.chain.Verify(ctx, q)
		return err
	})
	return rows, err
}

// IsTampered reports whether an error of Verify says that the audit was changed, and not that it could not be read.
func IsTampered(err error) bool { return chain.IsTampered(err) }
