package archive

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"llave/store/sqlitedb"
)

// TamperError: the audit is not as it was written. ID is the first row that does not fit, or would be there.
type TamperError struct {
	ID     uint64
	Reason string
}

func (e *TamperError) Error() string { return fmt.Sprintf("archive: audit row %d: %s", e.ID, e.Reason) }

// Verify checks the whole audit, and returns how many rows it has. *TamperError if a row was changed, removed or inserted. It
// does not notice that the whole file was replaced by an older copy of itself: compare the number of rows with one that was
// noted elsewhere.
func (a *Archive) Verify(ctx context.Context) (rows uint64, err error) {
	err = a.read(ctx, "verify", func(q sqlitedb.Querier) error {
		end, err := a.chainEnd(ctx, q)
		if err != nil {
			return &TamperError{0, "the end of the chain is missing"}
		}
		if !hmac.Equal(end.seal, a.chainSeal(end.last, end.mac)) {
			return &TamperError{end.last, "the end of the chain was changed"}
		}
		var before []byte
		err = a.eachRecord(ctx, q, "SELECT id, at, agent, what, caso, detail, mac FROM audit ORDER BY id", nil, func(r auditRow) error {
			if r.ID != rows+1 {
				return &TamperError{rows + 1, "missing"}
			}
			if !hmac.Equal(r.mac, a.auditMAC(before, r)) {
				return &TamperError{r.ID, "changed, or one before it was removed"}
			}
			rows, before = r.ID, r.mac
			return nil
		})
		if err == nil && (rows != end.last || !hmac.Equal(before, end.mac)) {
			err = &TamperError{rows + 1, "missing at the end"}
		}
		return err
	})
	return rows, err
}

// IsTampered reports whether an error of Verify says that the audit was changed, and not that it could not be read.
func IsTampered(err error) bool {
	var e *TamperError
	return errors.As(err, &e)
}
