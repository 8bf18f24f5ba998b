package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

// Case is one case as its page shows it.
type Case struct{ Row }

// Entry is an entry of a case. Delivery and Reason of an agent's message are what is known of it now.
type Entry struct {
	bot.Entry
	Again uint64 // the entry that said this failed one again
	// Reached is when the channel told that it was delivered or read; zero if it has not.
	Reached time.Time
	Got     FileState // what became of the file that an affiliate sent
}

// FileState is what became of an affiliate's file.
type FileState struct {
	Blob   string // it is here, under this id
	Gone   bool   // it never will be here
	Reason string // why, or why it is not here yet
}

// Case returns a case; [ErrNotFound] if there is none of this number.
func (a *Archive) Case(ctx context.Context, id uint64, agent bot.AgentID) (c Case, err error) {
	err = a.read(ctx, "case", func(q sqlitedb.Querier) error {
		rows, err := a.rows(ctx, q, oneRow, string(agent), id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNotFound
		}
		c.Row = rows[0]
		return nil
	})
	return c, err
}

// othersListed bounds the other cases of a chat that are shown beside one.
const othersListed = 5

// othersOf is the query of the other cases of a chat, the last ones first.
var othersOf = rowColumns + fmt.Sprintf("(SELECT id, chat, last, first, taken, replied FROM caso WHERE chat = ? AND id <> ? ORDER BY id DESC LIMIT %d) c ORDER BY id DESC", othersListed)

// Others are the last other cases of the chat of a case, the newest first.
func (a *Archive) Others(ctx context.Context, r Row) (list []Row, err error) {
	err = a.read(ctx, "other cases", func(q sqlitedb.Querier) error {
		list, err = a.rows(ctx, q, othersOf, "", r.Chat[:], r.ID)
		return err
	})
	return list, err
}

// Entries lists the entries of a case behind since, in order.
func (a *Archive) Entries(ctx context.Context, id, since uint64) (list []Entry, err error) {
	return a.entries(ctx, id, "e.n > ?", since)
}

// Entry returns one entry; [ErrNotFound] if there is none.
func (a *Archive) Entry(ctx context.Context, id, n uint64) (Entry, error) {
	list, err := a.entries(ctx, id, "e.n = ?", n)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Entry{}, err
	}
	return list[0], nil
}

const entryColumns = `SELECT e.n, e.body, coalesce(d.state, ''), coalesce(d.reason, ''), coalesce(d.again, 0),
CASE WHEN d.state IN ('delivered', 'read') THEN d.at ELSE 0 END,
coalesce(f.blob, ''), coalesce(f.reason, ''), f.caso IS NOT NULL AND f.media IS NULL AND f.blob = ''
FROM entry e LEFT JOIN delivery d ON d.caso = e.caso AND d.n = e.n LEFT JOIN fetch f ON f.caso = e.caso AND f.n = e.n WHERE e.caso = ? AND `

func (a *Archive) entries(ctx context.Context, id uint64, where string, arg uint64) (list []Entry, err error) {
	err = a.read(ctx, "entries", func(q sqlitedb.Querier) error {
		rows, err := q.QueryContext(ctx, entryColumns+where+" ORDER BY e.n", id, arg)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Entry
			var n uint64
			var body []byte
			var state, reason string
			if err := rows.Scan(&n, &body, &state, &reason, &e.Again, timeOf{&e.Reached}, &e.Got.Blob, &e.Got.Reason, &e.Got.Gone); err != nil {
				return err
			}
			plain, err := a.keys.ring.Open(body, place("entry", id, n))
			if err == nil {
				err = json.Unmarshal(plain, &e.Entry)
			}
			if err != nil { // a hole in the numbers shows that it is there
				a.opt.Log.Error("archive: an entry cannot be read", "case", id, "n", n, "err", err)
				continue
			}
			if state != "" {
				e.Delivery, e.Entry.Reason = bot.Delivery(state), reason
			}
			list = append(list, e)
		}
		return rows.Err()
	})
	return list, err
}

// Seen notes that an agent has read a case up to an entry.
func (a *Archive) Seen(ctx context.Context, id uint64, agent bot.AgentID, n uint64) error {
	return a.update(ctx, "seen", func(tx *sql.Tx) error {
		changed, err := exec(ctx, tx, "INSERT INTO seen (caso, agent, n) VALUES (?, ?, ?) ON CONFLICT (caso, agent) DO UPDATE SET n = excluded.n WHERE excluded.n > seen.n",
			id, string(agent), n)
		if err != nil || changed == 0 {
			return err
		}
		return a.addChange(ctx, tx, id, n, ChangeSeen)
	})
}
