package archive

import (
	"context"
	"database/sql"
	"time"

	"llave/store/sqlitedb"
)

// changeLasts is how long changes are kept for browsers that were away.
const changeLasts = 24 * time.Hour

// What a [Change] is about, besides the kinds of entry.
const (
	ChangeDelivery = "delivery" // what became of a message: entry N
	ChangeNote     = "note"
	ChangeFile     = "file" // the file of entry N is here, or never will be
	ChangeSeen     = "seen" // an agent has read the case
)

// Change says that a case has changed. What it looks like now, the reader asks.
type Change struct {
	ID   uint64 // rises; the id of the event stream
	Case uint64
	N    uint64 // of the entry that is new or has changed; 0 for a note
	What string // kind of the entry, or one of the Change constants
	At   time.Time
}

// Changes lists up to limit changes behind after, in order. Lost says that some changes behind after are not kept any more,
// or that after was never given: the reader must load everything anew, and go on from [Archive.LastChange].
func (a *Archive) Changes(ctx context.Context, after uint64, limit int) (list []Change, lost bool, err error) {
	err = a.read(ctx, "changes", func(q sqlitedb.Querier) error {
		first, last, err := changeBounds(ctx, q)
		if err != nil {
			return err
		}
		if lost = after > last || after+1 < first; lost {
			return nil
		}
		rows, err := q.QueryContext(ctx, "SELECT id, caso, n, what, at FROM change WHERE id > ? ORDER BY id LIMIT ?", after, limit)
		if err != nil {
			return err
		}
		list, err = scanAll(rows, func(c *Change) []any { return []any{&c.ID, &c.Case, &c.N, &c.What, timeOf{&c.At}} })
		return err
	})
	return list, lost, err
}

// boundsOfChanges asks for each by itself: for both at once SQLite would read the whole table.
const boundsOfChanges = "SELECT coalesce((SELECT min(id) FROM change), 0), coalesce((SELECT max(id) FROM change), 0)"

// changeBounds are the id of the first change that is kept and the last one that was given.
func changeBounds(ctx context.Context, q sqlitedb.Querier) (first, last uint64, err error) {
	err = q.QueryRowContext(ctx, boundsOfChanges).Scan(&first, &last)
	return first, last, err
}

// LastChange is the id of the last change: what is read after this call holds it.
func (a *Archive) LastChange(ctx context.Context) (id uint64, err error) {
	err = a.read(ctx, "last change", func(q sqlitedb.Querier) error {
		_, id, err = changeBounds(ctx, q)
		return err
	})
	return id, err
}

// addChange notes a change in the transaction that makes it. The caller wakes the watchers after the commit.
func (a *Archive) addChange(ctx context.Context, tx *sql.Tx, caso, n uint64, what string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO change (caso, n, what, at) VALUES (?, ?, ?, ?)", caso, n, what, micro(a.now()))
	return err
}

// update runs f in the one writing transaction, and wakes those who wait for changes.
func (a *Archive) update(ctx context.Context, what string, f func(tx *sql.Tx) error) error {
	err := a.write(ctx, what, f)
	if err == nil {
		a.watch.wake()
	}
	return err
}

// timeOf scans a column of microseconds.
type timeOf struct{ t *time.Time }

// Scan implements [sql.Scanner].
func (s timeOf) Scan(v any) error {
	n, _ := v.(int64)
	*s.t = fromMicro(n)
	return nil
}

// scanAll reads all rows, one value a row, into the fields that f names.
func scanAll[T any](rows *sql.Rows, f func(*T) []any) (list []T, err error) {
	defer rows.Close()
	for rows.Next() {
		var x T
		if err := rows.Scan(f(&x)...); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, rows.Err()
}
