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
	After string      // Page.Next of the page before
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

// rowColumns are what stands in the clear; the rest is sealed, and rows opens it.
const rowColumns = `SELECT c.id, c.chat, c.last, c.first, c.taken, c.replied,
(SELECT count(*) FROM entry e WHERE e.caso = c.id AND e.kind = 'said' AND e.n > coalesce((SELECT s.n FROM seen s WHERE s.caso = c.id AND s.agent = ?), 0)),
(SELECT count(*) FROM delivery d WHERE d.caso = c.id AND d.spoken = 1 AND d.state IN ('failed', 'expired') AND d.again = 0)
FROM `

// oneRow is the query of one case.
const oneRow = rowColumns + "caso c WHERE c.id = ?"

// tabRows are the conditions and the order of each tab. Those of open cases say so twice, so that SQLite finds the index of
// the open ones, whatever the limit is.
var tabRows = map[Tab]struct{ where, order string }{
	TabFree:   {"state = 'queued' AND state <> 'closed'", "counter DESC, first DESC, turned, id"},
	TabMine:   {"state = 'assigned' AND owner = ?", "desk DESC, counter DESC, turned, id"},
	TabAll:    {"state IN ('queued', 'assigned') AND state <> 'closed'", "state DESC, desk DESC, counter DESC, first DESC, turned, id"},
	TabClosed: {"state = 'closed'", "since DESC, id DESC"},
}

// ofTab is the query of a tab. What is counted for a row is counted only for those that are on the page.
func ofTab(q Query) (query string, args []any, err error) {
	tab, ok := tabRows[q.Tab]
	if !ok {
		return "", nil, fmt.Errorf("archive: list: %w: tab %q", ErrNotFound, q.Tab)
	}
	args = []any{string(q.Agent)}
	if q.Tab == TabMine {
		args = append(args, string(q.Agent))
	}
	if q.Tab == TabClosed && q.After != "" {
		since, id, err := parseAfter(q.After)
		if err != nil {
			return "", nil, err
		}
		tab.where, args = tab.where+" AND (since, id) < (?, ?)", append(args, since, id)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	skip, err := q.skip()
	query = rowColumns + "(SELECT id, chat, last, first, taken, replied, state, desk, counter, turned, since FROM caso WHERE " + tab.where +
		" ORDER BY " + tab.order + " LIMIT ? OFFSET ?) c ORDER BY " + tab.order
	return query, append(args, limit, skip), err
}

// List returns rows of the queue. A row whose head cannot be opened is left out, and logged.
func (a *Archive) List(ctx context.Context, q Query) (p Page, err error) {
	if q.Tab == TabClosed && q.Limit == 0 {
		q.Limit = closedPage
	}
	query, args, err := ofTab(q)
	if err != nil {
		return p, err
	}
	err = a.read(ctx, "list", func(db sqlitedb.Querier) error {
		p.Rows, err = a.rows(ctx, db, query, args...)
		return err
	})
	n := len(p.Rows)
	switch {
	case err != nil || n == 0 || n < q.Limit || q.Limit == 0:
	case q.Tab == TabClosed:
		p.Next = fmt.Sprintf("%d-%d", micro(p.Rows[n-1].Since), p.Rows[n-1].ID)
	default:
		skip, _ := q.skip()
		p.Next = strconv.Itoa(skip + n)
	}
	return p, err
}

// skip is how many rows of the open cases stand on the pages before. Their order changes all the time: a page begins where the
// one before ended when it was read.
func (q Query) skip() (int, error) {
	if q.Tab == TabClosed || q.After == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(q.After, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("archive: list: %w: page %q", ErrNotFound, q.After)
	}
	return int(n), nil
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
