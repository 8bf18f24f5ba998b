package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// showCase shows one case beside the queue.
func (d *Desk) showCase(c *call) error {
	got, err := d.caseOf(c)
	if err != nil {
		return err
	}
	if c.json {
		v := &caseView{}
		if err := d.readCase(c, v, got, 0, 0); err != nil {
			return err
		}
		return d.show(c, http.StatusOK, "", v)
	}
	v, err := d.casePage(c, got.ID)
	if err != nil {
		return err
	}
	return d.show(c, http.StatusOK, "casos.html", v)
}

// casePage reads the page of a case.
func (d *Desk) casePage(c *call, id uint64) (*queueView, error) {
	q, err := d.queue(c, c.tab(archive.TabMine), d.text("title_case", map[string]any{"ID": id}))
	if err != nil {
		return nil, err
	}
	got, err := d.db.Case(c.Context(), id, c.me.ID)
	if err != nil {
		return nil, err
	}
	v := &caseView{}
	if err := d.readCase(c, v, got, 0, 0); err != nil {
		return nil, err
	}
	if v.Others, err = d.others(c, got.Row); err != nil {
		return nil, err
	}
	q.Case, q.Panel = v, "caso"
	switch c.URL.Query().Get("ver") {
	case "datos":
		q.Panel = "contexto"
	}
	if c.URL.Query().Get("modo") == "nota" {
		v.Mode = "nota"
	}
	for i := range q.Rows {
		if r := &q.Rows[i]; r.ID == id {
			r.Current, r.Unread = true, v.Unread
		}
	}
	if v.CanPass {
		if v.Colleagues, err = d.colleagues(c, got); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// readCase reads what was said in a case behind an entry and a note, and notes that the agent has seen it.
func (d *Desk) readCase(c *call, v *caseView, got archive.Case, since, note uint64) error {
	ctx := c.Context()
	entries, err := d.db.Entries(ctx, got.ID, since)
	if err != nil {
		return err
	}
	notes, err := d.db.Notes(ctx, got.ID)
	if err != nil {
		return err
	}
	names, err := d.agentNames(ctx)
	if err != nil {
		return err
	}
	// What came after the row was read comes with the row of its own: a page that showed it would not have seen it.
	entries = slices.DeleteFunc(entries, func(e archive.Entry) bool { return e.N > got.Last })
	d.fillCase(c, v, got)
	v.Entries, v.Notes = []entryView{}, []noteView{}
	for _, n := range notes {
		v.LastNote = max(v.LastNote, n.ID)
	}
	for len(notes) > 0 && notes[0].ID <= note {
		notes = notes[1:]
	}
	for _, e := range entries {
		v.Entries = append(v.Entries, d.entry(e, got, d.now(), false))
	}
	for _, n := range notes {
		e := noteEntry(n, names, v.FirstName)
		v.Notes = append(v.Notes, noteView{ID: n.ID, At: n.At, By: e.By, Text: n.Text})
	}
	v.Thread = d.threadOf(got, entries, notes, names, d.now(), c.me)
	return d.markSeen(c, v, got)
}

// markSeen draws the line before what is new, and notes that the owner's screen has it now.
func (d *Desk) markSeen(c *call, v *caseView, got archive.Case) error {
	if !v.Mine {
		return nil
	}
	unread := got.Unread
	for i := len(v.Thread) - 1; i >= 0 && unread > 0; i-- {
		if v.Thread[i].Kind == string(bot.EntrySaid) {
			if unread--; unread == 0 {
				v.Thread[i].FirstNew = true
			}
		}
	}
	v.Unread = 0
	return d.db.Seen(context.WithoutCancel(c.Context()), got.ID, c.me.ID, got.Last)
}

// asked is a number of the address; 0 if there is none.
func (c *call) asked(name string) (uint64, error) {
	text := c.URL.Query().Get(name)
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil && text != "" {
		return 0, unprocessable("since")
	}
	return n, nil
}

// thread answers what came after an entry: the page has the rest.
func (d *Desk) thread(c *call) error {
	got, err := d.caseOf(c)
	if err != nil {
		return err
	}
	since, err1 := c.asked("since")
	note, err2 := c.asked("note")
	if err := cmp.Or(err1, err2); err != nil {
		return err
	}
	v := &caseView{}
	if err := d.readCase(c, v, got, since, note); err != nil {
		return err
	}
	return d.show(c, http.StatusOK, "trozo", v)
}

// others are the other cases of the same chat.
func (d *Desk) others(c *call, r archive.Row) (list []otherView, err error) {
	rows, err := d.db.Others(c.Context(), r)
	for _, o := range rows {
		list = append(list, otherView{ID: o.ID, URL: caseURL(o.ID), Reason: d.keyed("reason_"+o.Reason, "reason_other", nil), When: d.moment(o.Opened, d.now())})
	}
	return list, err
}

// colleagues are those on duty to whom a case can be passed.
func (d *Desk) colleagues(c *call, got archive.Case) (list []colleague, err error) {
	all, err := d.db.Agents(c.Context())
	for _, a := range all {
		if !a.Disabled && a.Duty == archive.DutyOn && acting.has(a.Role) && !mine(got.Case, a.ID) {
			list = append(list, colleague{string(a.ID), a.Name})
		}
	}
	return list, err
}

// agentNames are the names of all agents by their user names.
func (d *Desk) agentNames(ctx context.Context) (map[string]string, error) {
	all, err := d.db.Agents(ctx)
	names := make(map[string]string, len(all))
	for _, a := range all {
		names[string(a.ID)] = a.Name
	}
	return names, err
}
