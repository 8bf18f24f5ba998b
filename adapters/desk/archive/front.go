package archive

import (
	"context"
	"sync"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

// Counts are the numbers on the tabs.
type Counts struct{ Free, Mine, All int }

// Front is the head of the queue, as every screen shows it.
type Front struct {
	Counts
	First  *Row      // who is taken next; nil if nobody waits
	Oldest time.Time // since when the one who has waited longest does; zero if nobody waits
}

// front is what is kept of the queue between two changes: fifty screens that are woken by one change read it once.
type front struct {
	mu    sync.Mutex
	fresh <-chan struct{} // closed by the next change
	Front
	owned map[bot.AgentID]int
}

// countOpen counts the open cases of each agent; see ofTab.
const countOpen = "SELECT state, owner, count(*) FROM caso WHERE state <> 'closed' GROUP BY state, owner"

// Front is the head of the queue for an agent.
func (a *Archive) Front(ctx context.Context, agent bot.AgentID) (Front, error) {
	f := &a.front
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := a.readFront(ctx, f); err != nil {
		return Front{}, err
	}
	out := f.Front
	out.Mine = f.owned[agent]
	return out, nil
}

// Counts are the numbers on the tabs of an agent.
func (a *Archive) Counts(ctx context.Context, agent bot.AgentID) (Counts, error) {
	f, err := a.Front(ctx, agent)
	return f.Counts, err
}

// readFront reads the queue unless nothing has changed since it was read.
func (a *Archive) readFront(ctx context.Context, f *front) error {
	select {
	case <-f.fresh:
	default:
		if f.fresh != nil {
			return nil
		}
	}
	fresh := a.Changed() // before reading: what changes meanwhile is read the next time
	f.fresh = nil
	err := a.read(ctx, "front", func(q sqlitedb.Querier) error {
		f.Front, f.owned = Front{}, map[bot.AgentID]int{}
		rows, err := q.QueryContext(ctx, countOpen)
		if err != nil {
			return err
		}
		type group struct {
			state, owner string
			n            int
		}
		groups, err := scanAll(rows, func(g *group) []any { return []any{&g.state, &g.owner, &g.n} })
		for _, g := range groups {
			f.All += g.n
			if g.state == string(bot.CaseQueued) {
				f.Free += g.n
			} else {
				f.owned[bot.AgentID(g.owner)] += g.n
			}
		}
		if err != nil || f.Free == 0 {
			return err
		}
		return a.readFirst(ctx, q, f)
	})
	if err == nil {
		f.fresh = fresh
	}
	return err
}

// readFirst reads who is the first of the queue, and since when the oldest of it waits.
func (a *Archive) readFirst(ctx context.Context, q sqlitedb.Querier, f *front) error {
	query, args, err := ofTab(Query{Tab: TabFree, Limit: 1})
	if err != nil {
		return err
	}
	first, err := a.rows(ctx, q, query, args...)
	if err != nil {
		return err
	}
	if len(first) > 0 { // its head can be read
		f.First = &first[0]
	}
	var n int
	return q.QueryRowContext(ctx, queuedNow).Scan(&n, timeOf{&f.Oldest})
}
