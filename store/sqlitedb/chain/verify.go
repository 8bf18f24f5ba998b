package chain

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"llave/store/sqlitedb"
)

// TamperError: the audit is not as it was written. ID is the first row that does not fit, or would be there.
type TamperError struct {
	ID     uint64
	Reason string
}

func (e *TamperError) Error() string { return fmt.Sprintf("audit row %d: %s", e.ID, e.Reason) }

// IsTampered reports whether an error of Verify says that the audit was changed, and not that it could not be read.
func IsTampered(err error) bool {
	var e *TamperError
	return errors.As(err, &e)
}

// Verify checks the whole audit, and returns how many rows it has. *TamperError if a row was changed, removed or inserted. It
// does not notice that the whole file was replaced by an older copy of itself: compare the number of rows with one that was
// noted elsewhere.
func (c Chain) Verify(ctx context.Context, q sqlitedb.Querier) (rows uint64, err error) {
	end, err := c.End(ctx, q)
	if err != nil {
		return 0, &TamperError{0, "the end of the chain is missing"}
	}
	if !hmac.Equal(end.seal, c.seal(end.last, end.mac)) {
		return 0, &TamperError{end.last, "the end of the chain was changed"}
	}
	var before []byte
	err = c.Each(ctx, q, "ORDER BY id", nil, func(r Row) error {
		if r.ID != rows+1 {
			return &TamperError{rows + 1, "missing"}
		}
		if !hmac.Equal(r.mac, c.rowMAC(before, r)) {
			return &TamperError{r.ID, "changed, or one before it was removed"}
		}
		rows, before = r.ID, r.mac
		return nil
	})
	if err == nil && (rows != end.last || !hmac.Equal(before, end.mac)) {
		err = &TamperError{rows + 1, "missing at the end"}
	}
	return rows, err
}

// Each calls f with rows. Which of them, and in which order, the end of a query says: "WHERE id < ? ORDER BY id".
func (c Chain) Each(ctx context.Context, q sqlitedb.Querier, which string, args []any, f func(Row) error) error {
	rows, err := q.QueryContext(ctx, "SELECT id, at, agent, what, caso, detail, mac FROM audit "+which, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		var at int64
		if err := rows.Scan(&r.ID, &at, &r.Agent, &r.What, &r.Case, &r.sealed, &r.mac); err != nil {
			return err
		}
		if at != 0 {
			r.At = time.UnixMicro(at).UTC()
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Open decrypts the detail of a row that was read.
func (c Chain) Open(r Row) (Record, error) {
	detail, err := c.Ring.Open(r.sealed, c.Place(r.ID))
	r.Detail = string(detail)
	return r.Record, err
}
