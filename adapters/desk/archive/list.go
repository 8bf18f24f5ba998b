package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

// Tab is a part of the queue.
type Tab string

// The tabs.
const (
	TabFree   Tab = "free"   // nobody has it: at the counter first, then what an agent had before, then who waits longest
	TabMine   Tab = "mine"   // assigned to the agent: who waits first
	TabAll    Tab = "all"    // all that are open
	TabClosed Tab = "closed" // the last closed first, by pages
)

// Query asks for rows of the queue.
type Query struct {
	Tab   Tab
	Agent bot.AgentID // whose tab mine is, and whose unread entries are counted
	After string      // Page.Next of the page before; for TabClosed
	Limit int         // 0: 50 of the closed ones, all of the others
}

// closedPage is how many closed cases are listed at a time.
const closedPage = 50

// Page is rows of the queue.
type Page struct {
	Rows []Row
	Next string // where the next page begins; empty if there is none
}

// Row is a case in the queue.
type Row struct {
	bot.Case             // as its last entry left it
	Channel  string      // as people call it
	Label    string      // masked id of the chat
	Sender   string      // how the affiliate calls themselves; proves nothing
	Taken    time.Time   // for the first time
	Replied  time.Time   // for the first time
	Unread   int         // entries of the affiliate that the agent of the query has not seen
	Failed   int         // words of agents that did not arrive and were not said again
	First    bool        // an agent had it before: it goes before the others
	Ref      string      // of the chat, which only the engine reads
	Chat     bot.ChatKey // keyed hash
	// Card is what the script told of the affiliate when the case was opened.
	Card json.RawMessage
	// LastSaid is the last entry in which the affiliate or an agent said something; zero if there is none.
	LastSaid bot.Entry
}

// Counts are the numbers on the tabs.
type Counts struct{ Free, Mine, All int }

const rowColumns = `SELECT c.id, c.chat, c.first, c.taken, c.replied, c.head, c.card, coalesce(l.n, 0), l.body,
(SELECT count(*) FROM entry e WHERE e.caso = c.id AND e.kind = 'said' AND e.n > coalesce((SELECT s.n FROM seen s WHERE s.caso = c.id AND s.agent = ?), 0)),
(SELECT count(*) FROM delivery d WHERE d.caso = c.id AND d.spoken = 1 AND d.state IN ('failed', 'expired') AND d.again = 0)
FROM caso c LEFT JOIN entry l ON l.caso = c.id AND l.n = (SELECT max(e.n) FROM entry e WHERE e.caso = c.id AND e.kind IN ('said', 'spoken')) `

// ofTab is the rest of the query of a tab. Free cases are called open as well, so that SQLite finds the index of the open ones.
func ofTab(q Query) (where string, args []any, err error) {
	args = []any{string(q.Agent)}
	switch q.Tab {
	case TabFree:
		where = "WHERE c.state = 'queued' AND c.state <> 'closed' ORDER BY c.counter DESC, c.first DESC, c.turned, c.id"
	case TabMine:
		where, args = "WHERE c.state = 'assigned' AND c.owner = ? ORDER BY c.desk DESC, c.counter DESC, c.turned, c.id", append(args, string(q.Agent))
	case TabAll:
		where = "WHERE c.state <> 'closed' ORDER BY c.state DESC, c.desk DESC, c.counter DESC, c.first DESC, c.turned, c.id"
	case TabClosed:
		where = "WHERE c.state = 'closed' ORDER BY c.since DESC, c.id DESC"
		if q.After == "" {
			break
		}
		since, id, err := parseAfter(q.After)
		if err != nil {
			return "", nil, err
		}
		where, args = "WHERE c.state = 'closed' AND (c.since, c.id) < (?, ?) ORDER BY c.since DESC, c.id DESC", append(args, since, id)
	default:
		return "", nil, fmt.Errorf("archive: list: %w: tab %q", ErrNotFound, q.Tab)
	}
	if q.Limit > 0 {
		where, args = where+" LIMIT ?", append(args, q.Limit)
	}
	return where, args, nil
}

// List returns rows of the queue. A row whose head cannot be opened is left out, and logged.
func (a *Archive) List(ctx context.Context, q Query) (p Page, err error) {
	if q.Tab == TabClosed && q.Limit == 0 {
		q.Limit = closedPage
	}
	where, args, err := ofTab(q)
	if err != nil {
		return p, err
	}
	err = a.read(ctx, "list", func(db sqlitedb.Querier) error {
		p.Rows, err = a.rows(ctx, db, rowColumns+where, args...)
		return err
	})
	if n := len(p.Rows); q.Tab == TabClosed && n == q.Limit {
		p.Next = fmt.Sprintf("%d-%d", micro(p.Rows[n-1].Since), p.Rows[n-1].ID)
	}
	return p, err
}

func parseAfter(after string) (since, id int64, err error) {
	first, second, _ := strings.Cut(after, "-")
	since, err = strconv.ParseInt(first, 10, 64)
	if err == nil {
		id, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("archive: list: %w: page %q", ErrNotFound, after)
	}
	return since, id, nil
}

func (a *Archive) rows(ctx context.Context, q sqlitedb.Querier, query string, args ...any) (list []Row, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		var id uint64
		var said uint64
		var chat, sealed, card, body []byte
		if err := rows.Scan(&id, &chat, &r.First, timeOf{&r.Taken}, timeOf{&r.Replied}, &sealed, &card, &said, &body, &r.Unread, &r.Failed); err != nil {
			return nil, err
		}
		copy(r.Chat[:], chat)
		if err := a.openRow(&r, id, sealed, card, said, body); err != nil {
			a.opt.Log.Error("archive: the head of a case cannot be read", "case", id, "err", err)
			continue
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// openRow opens what is sealed of a row: the head, and the card and the last words where there are any. A case whose card or
// last words cannot be read is shown without them.
func (a *Archive) openRow(r *Row, id uint64, sealed, card []byte, said uint64, body []byte) (err error) {
	if err = a.openHead(r, id, sealed); err != nil {
		return err
	}
	if card != nil {
		if r.Card, err = a.keys.ring.Open(card, place("caso", id, "card")); err != nil {
			a.opt.Log.Error("archive: the card of a case cannot be read", "case", id, "err", err)
		}
	}
	if body == nil {
		return nil
	}
	if body, err = a.keys.ring.Open(body, place("entry", id, said)); err == nil {
		err = json.Unmarshal(body, &r.LastSaid)
	}
	if err != nil {
		a.opt.Log.Error("archive: an entry cannot be read", "case", id, "n", said, "err", err)
	}
	return nil
}

func (a *Archive) openHead(r *Row, id uint64, sealed []byte) error {
	body, err := a.keys.ring.Open(sealed, place("caso", id, "head"))
	if err != nil {
		return err
	}
	var h head
	if err := json.Unmarshal(body, &h); err != nil {
		return err
	}
	r.Case, r.Ref, r.Channel, r.Label, r.Sender = h.Case, h.Ref, h.Channel, h.Label, h.Sender
	return nil
}

const countOpen = `SELECT coalesce(sum(CASE WHEN state = 'queued' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state = 'assigned' AND owner = ? THEN 1 ELSE 0 END), 0), count(*)
FROM caso WHERE state <> 'closed'`

// Counts are the numbers on the tabs of an agent.
func (a *Archive) Counts(ctx context.Context, agent bot.AgentID) (c Counts, err error) {
	err = a.read(ctx, "counts", func(q sqlitedb.Querier) error {
		return q.QueryRowContext(ctx, countOpen, string(agent)).Scan(&c.Free, &c.Mine, &c.All)
	})
	return c, err
}
