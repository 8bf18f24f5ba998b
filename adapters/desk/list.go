package desk

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// queueView is the queue, alone or beside a case.
type queueView struct {
	page
	Counts countsView `json:"counts"`
	Rows   []rowView  `json:"cases"`
	After  string     `json:"after,omitempty"`

	Tabs    []tabView `json:"-"`
	Next    string    `json:"-"` // who is the first of the queue, in words
	ListEnd string    `json:"-"`
	More    string    `json:"-"`
	Case    *caseView `json:"-"`
}

type countsView struct {
	Free int `json:"free"`
	Mine int `json:"mine"`
	All  int `json:"all"`
}

type tabView struct {
	Key, Text        string
	N                int
	Current, Counted bool
}

// list shows the queue.
func (d *Desk) list(c *call) error {
	tab := c.tab(archive.TabFree)
	if asked := c.URL.Query().Get("tab"); asked != "" && asked != string(tab) {
		return unprocessable("tab")
	}
	v, err := d.queue(c, tab, d.text("title_cases", nil))
	if err != nil {
		return err
	}
	v.Panel = "lista"
	return d.show(c, http.StatusOK, "casos.html", v)
}

// tab is the part of the queue that is asked for.
func (c *call) tab(other archive.Tab) archive.Tab {
	switch t := archive.Tab(c.URL.Query().Get("tab")); t {
	case archive.TabFree, archive.TabMine, archive.TabAll, archive.TabClosed:
		return t
	}
	return other
}

// queue reads the queue for a page.
func (d *Desk) queue(c *call, tab archive.Tab, title string) (*queueView, error) {
	ctx, me := c.Context(), c.me.ID
	v := &queueView{page: d.page(c, title), Rows: []rowView{}}
	v.Section, v.Tab = "casos", string(tab)
	var err error
	if v.Change, err = d.db.LastChange(ctx); err != nil {
		return nil, err
	}
	front, err := d.db.Front(ctx, me)
	if err != nil {
		return nil, err
	}
	v.Counts = countsView(front.Counts)
	got, err := d.db.List(ctx, d.query(c, tab))
	if errors.Is(err, archive.ErrNotFound) {
		return nil, notFound("no_page")
	}
	if err != nil {
		return nil, err
	}
	for _, r := range got.Rows {
		v.Rows = append(v.Rows, d.row(r, me, v.Now))
	}
	if tab != archive.TabClosed {
		slices.SortStableFunc(v.Rows, func(a, b rowView) int { return cmp.Compare(a.Order, b.Order) })
	}
	if got.Next != "" {
		v.After, v.More = got.Next, "/mesa/casos?tab="+string(tab)+"&after="+url.QueryEscape(got.Next)
	}
	v.Next, v.Pulse = d.nextInLine(front)
	v.Tabs = d.tabs(tab, front.Counts)
	if v.More != "" {
		return v, nil
	}
	v.ListEnd = d.text("end_"+string(tab), map[string]any{"N": len(v.Rows), "Counts": front.Counts})
	return v, nil
}

// drawnRows is how many rows of the open cases a page draws: nobody reads more, and a browser draws them at each change. JSON
// has them all.
const drawnRows = 100

// query is what a request asks of the queue.
func (d *Desk) query(c *call, tab archive.Tab) archive.Query {
	q := archive.Query{Tab: tab, Agent: c.me.ID, After: c.URL.Query().Get("after")}
	if !c.json && tab != archive.TabClosed {
		q.Limit = drawnRows
	}
	return q
}

func (d *Desk) tabs(current archive.Tab, n archive.Counts) []tabView {
	list := []tabView{{Key: "free", N: n.Free, Counted: true}, {Key: "mine", N: n.Mine, Counted: true}, {Key: "all", N: n.All, Counted: true}}
	if current == archive.TabClosed {
		list = append(list, tabView{Key: "closed"})
	}
	for i := range list {
		list[i].Text, list[i].Current = d.text("tab_"+list[i].Key, nil), list[i].Key == string(current)
	}
	return list
}

// nextInLine says who is the first of the queue, and how many wait for how long.
func (d *Desk) nextInLine(f archive.Front) (next, pulse string) {
	if f.First == nil {
		return "", d.text("pulse_none", nil)
	}
	now := d.now()
	first := d.row(*f.First, "", now)
	next = d.text("next", map[string]any{"Name": first.Name, "Wait": first.Clock.Text, "Counter": first.Counter})
	return next, d.text("pulse", map[string]any{"N": f.Free, "Wait": d.waited("long", now.Sub(f.Oldest))})
}

// takeNext takes the first case of the queue. Who is beaten to it takes the one behind.
func (d *Desk) takeNext(c *call) error {
	if !actForm.MatchString(c.PostFormValue("act")) {
		return unprocessable("act")
	}
	for range 20 {
		done, err := d.db.Outcome(c.Context(), c.actID())
		switch {
		case errors.Is(err, archive.ErrNotFound):
		case err != nil:
			return err
		case done.Agent != c.me.ID || done.Deed != bot.DeedTake:
			return &refusal{status: http.StatusConflict, why: "act_used"}
		case done.Refused != "":
			c.nextAct++
			continue
		default: // the same form again: its answer was lost
			return d.acted(c, done)
		}
		got, err := d.db.List(c.Context(), archive.Query{Tab: archive.TabFree, Agent: c.me.ID, Limit: 1})
		if err != nil {
			return err
		}
		if len(got.Rows) == 0 {
			break
		}
		r := got.Rows[0]
		out, err := d.act(c, r, bot.Act{ID: c.actID(), Do: bot.DeedTake, Epoch: r.Epoch})
		var no *refusal
		if errors.As(err, &no) && (no.why == string(bot.RefusedTaken) || no.why == string(bot.RefusedEpoch) || no.why == string(bot.RefusedNotOpen)) {
			c.nextAct++
			continue
		}
		if err != nil {
			return err
		}
		return d.acted(c, out)
	}
	return &refusal{status: http.StatusConflict, why: "empty_queue", word: "empty"}
}
