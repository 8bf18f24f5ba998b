package archive

import (
	"context"
	"encoding/json"
	"sync"

	"llave/bot"
	"llave/store/sqlitedb"
)

// opened is what is sealed of a row. It is good as long as the case has no other last entry; nobody changes it.
type opened struct {
	last uint64
	head head
	card json.RawMessage
	said bot.Entry
}

// keptRows bounds the rows that are kept open: some kilobytes each.
const keptRows = 2048

// openRows are the rows that were read last. A queue is listed more often than it changes, and opening a row costs
// ten times what reading it does.
type openRows struct {
	mu   sync.Mutex
	rows map[uint64]*opened
}

func (o *openRows) get(id, last uint64) *opened {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.rows[id]; r != nil && r.last == last {
		return r
	}
	return nil
}

// keep keeps a row, and drops another one if there are too many.
func (o *openRows) keep(id uint64, r *opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.rows == nil {
		o.rows = map[uint64]*opened{}
	}
	for other := range o.rows {
		if len(o.rows) < keptRows {
			break
		}
		delete(o.rows, other)
	}
	o.rows[id] = r
}

// forget drops the row of a case that is deleted.
func (o *openRows) forget(id uint64) { o.mu.Lock(); defer o.mu.Unlock(); delete(o.rows, id) }

// rows reads rows, and opens them. One whose head cannot be opened is left out, and logged.
func (a *Archive) rows(ctx context.Context, q sqlitedb.Querier, query string, args ...any) ([]Row, error) {
	found, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	type clear struct {
		Row
		id, last uint64
		chat     []byte
	}
	all, err := scanAll(found, func(r *clear) []any {
		return []any{&r.id, &r.chat, &r.last, &r.First, timeOf{&r.Taken}, timeOf{&r.Replied}, &r.Unread, &r.Failed}
	})
	if err != nil {
		return nil, err
	}
	list := make([]Row, 0, len(all))
	for _, r := range all {
		o, err := a.openRow(ctx, q, r.id, r.last)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		copy(r.Chat[:], r.chat)
		r.Case, r.Ref, r.Channel, r.Label, r.Sender = o.head.Case, o.head.Ref, o.head.Channel, o.head.Label, o.head.Sender
		r.Card, r.LastSaid = o.card, o.said
		list = append(list, r.Row)
	}
	return list, nil
}

const sealedColumns = `SELECT c.head, c.card, coalesce(l.n, 0), l.body FROM caso c
LEFT JOIN entry l ON l.caso = c.id AND l.n = (SELECT max(e.n) FROM entry e WHERE e.caso = c.id AND e.kind IN ('said', 'spoken')) WHERE c.id = ?`

// openRow opens what is sealed of a row: the head, and the card and the last words where there are any. Nil: the head cannot
// be read. A case whose card or last words cannot be read is shown without them.
func (a *Archive) openRow(ctx context.Context, q sqlitedb.Querier, id, last uint64) (*opened, error) {
	if o := a.cache.get(id, last); o != nil {
		return o, nil
	}
	var sealed, card, body []byte
	var said uint64
	if err := q.QueryRowContext(ctx, sealedColumns, id).Scan(&sealed, &card, &said, &body); err != nil {
		return nil, err
	}
	o := &opened{last: last}
	if err := a.openJSON(sealed, &o.head, "caso", id, "head"); err != nil {
		a.opt.Log.Error("archive: the head of a case cannot be read", "case", id, "err", err)
		return nil, nil
	}
	whole := true
	if card != nil {
		var err error
		if o.card, err = a.keys.ring.Open(card, place("caso", id, "card")); err != nil {
			a.opt.Log.Error("archive: the card of a case cannot be read", "case", id, "err", err)
			whole = false
		}
	}
	if body != nil {
		if err := a.openJSON(body, &o.said, "entry", id, said); err != nil {
			a.opt.Log.Error("archive: an entry cannot be read", "case", id, "n", said, "err", err)
			whole = false
		}
	}
	if whole {
		a.cache.keep(id, o)
	}
	return o, nil
}

// openJSON opens a value that is sealed for a place.
func (a *Archive) openJSON(sealed []byte, into any, table string, row ...any) error {
	plain, err := a.keys.ring.Open(sealed, place(table, row...))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}
