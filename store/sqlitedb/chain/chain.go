package chain

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"llave/store/sqlitedb"
)

// Tables makes the tables. An audit that was begun with other statements has the same columns.
const Tables = `
CREATE TABLE audit (
  id     INTEGER PRIMARY KEY,            -- from 1 without gaps
  at     INTEGER NOT NULL,               -- microseconds
  agent  TEXT NOT NULL,
  what   TEXT NOT NULL,
  caso   INTEGER NOT NULL,
  detail BLOB NOT NULL,                  -- sealed
  mac    BLOB NOT NULL                   -- of the row and the mac before
) STRICT;
CREATE TABLE chain (                     -- the end of the audit: one row, so that rows that were cut off are missed
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  last INTEGER NOT NULL,
  mac  BLOB NOT NULL,
  seal BLOB NOT NULL
) STRICT;
`

// Record is a row of the audit. It is never changed and never deleted.
type Record struct {
	ID     uint64
	At     time.Time
	Agent  string // user; empty: the program
	What   string // "signin", "act.take", "account.code", …
	Case   uint64 // 0: none
	Detail string
}

// Sealer encrypts the details. A keyring.Ring does.
type Sealer interface {
	Seal(plain, place []byte) []byte
	Open(sealed, place []byte) ([]byte, error)
}

// Chain has the keys of one audit.
type Chain struct {
	Key   []byte                 // of the MACs
	Ring  Sealer                 // of the details
	Place func(id uint64) []byte // binds a detail to its row
}

// Append appends a row in the transaction of what it tells of.
func (c Chain) Append(ctx context.Context, tx *sql.Tx, r Record) error {
	end, err := c.End(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, Insert, c.Link(&end, r).Args()...); err != nil {
		return err
	}
	return c.SetEnd(ctx, tx, end)
}

// Begin writes the end of an empty audit.
func (c Chain) Begin(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO chain (one, last, mac, seal) VALUES (1, 0, ?, ?)", []byte{}, c.seal(0, nil))
	return err
}

// Row is a row as it is in the table.
type Row struct {
	Record
	sealed, mac []byte
}

// Insert is the statement that appends a row, with [Row.Args].
const Insert = "INSERT INTO audit (id, at, agent, what, caso, detail, mac) VALUES (?, ?, ?, ?, ?, ?, ?)"

// Args are the arguments of [Insert].
func (r Row) Args() []any {
	return []any{r.ID, micro(r.At), r.Agent, r.What, r.Case, r.sealed, r.mac}
}

// Link makes the next row: its MAC covers the row and the MAC before. The caller inserts it, and sets the end after the last.
func (c Chain) Link(end *End, r Record) Row {
	r.ID = end.last + 1
	row := Row{Record: r, sealed: c.Ring.Seal([]byte(r.Detail), c.Place(r.ID))}
	row.mac = c.rowMAC(end.mac, row)
	end.last, end.mac = r.ID, row.mac
	return row
}

// End is the last row of the audit, as the chain's own row tells it.
type End struct {
	last      uint64
	mac, seal []byte
}

// End reads the end of the audit.
func (c Chain) End(ctx context.Context, q sqlitedb.Querier) (end End, err error) {
	err = q.QueryRowContext(ctx, "SELECT last, mac, seal FROM chain WHERE one = 1").Scan(&end.last, &end.mac, &end.seal)
	return end, err
}

// SetEnd writes the new end.
func (c Chain) SetEnd(ctx context.Context, tx *sql.Tx, end End) error {
	_, err := tx.ExecContext(ctx, "UPDATE chain SET last = ?, mac = ?, seal = ? WHERE one = 1", end.last, end.mac, c.seal(end.last, end.mac))
	return err
}

func (c Chain) rowMAC(before []byte, r Row) []byte {
	return c.sum("row", string(before), strconv.FormatUint(r.ID, 10), strconv.FormatInt(micro(r.At), 10), r.Agent, r.What,
		strconv.FormatUint(r.Case, 10), string(r.sealed))
}

func (c Chain) seal(last uint64, mac []byte) []byte {
	return c.sum("end", strconv.FormatUint(last, 10), string(mac))
}

// sum separates its parts by their lengths, so that ("ab","c") is not ("a","bc").
func (c Chain) sum(parts ...string) []byte {
	m := hmac.New(sha256.New, c.Key)
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return m.Sum(nil)
}

// micro is the time of a column; 0 is the zero time.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
