package desk

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/hours"
)

// auditView is the page of the audit.
type auditView struct {
	page
	Rows   []auditLine `json:"records"`
	Before uint64      `json:"before,omitempty"`

	Case, Agent, From, To string      `json:"-"`
	People                []colleague `json:"-"`
	More                  string      `json:"-"`
}

type auditLine struct {
	ID     uint64    `json:"id"`
	At     time.Time `json:"at"`
	Agent  string    `json:"agent"`
	Action string    `json:"what"`
	Case   uint64    `json:"case,omitempty"`
	Detail string    `json:"detail,omitempty"`

	When, Who, Line string `json:"-"`
}

// auditPage lists who did what, the newest first.
func (d *Desk) auditPage(c *call) error {
	q := c.URL.Query()
	v := &auditView{page: d.page(c, d.text("title_audit", nil)), Rows: []auditLine{}, Case: q.Get("case"), Agent: q.Get("agent"), From: q.Get("from"), To: q.Get("to")}
	v.Section, v.Panel = "auditoria", "lista"
	ask, err := c.auditQuery()
	if err != nil {
		return d.withAudit(v, c, err)
	}
	list, err := d.db.Records(c.Context(), ask)
	if err != nil {
		return err
	}
	names, err := d.agentNames(c.Context())
	if err != nil {
		return err
	}
	for _, r := range list {
		who := names[r.Agent]
		if who == "" {
			who = d.text("audit_operator", nil)
		}
		data := map[string]any{"Detail": r.Detail, "Case": r.Case}
		v.Rows = append(v.Rows, auditLine{ID: r.ID, At: r.At, Agent: r.Agent, Action: r.What, Case: r.Case, Detail: r.Detail,
			When: d.text("audit_when", d.when(r.At, v.Now)), Who: who, Line: d.keyed("audit_"+r.What, "audit_other", data)})
	}
	for user, name := range names {
		v.People = append(v.People, colleague{user, name})
	}
	sortPeople(v.People)
	if len(list) == auditRows {
		v.Before = list[len(list)-1].ID
		q.Set("before", strconv.FormatUint(v.Before, 10))
		v.More = "/mesa/auditoria?" + q.Encode()
	}
	return d.show(c, http.StatusOK, "auditoria.html", v)
}

// auditQuery reads what is asked of the audit.
func (c *call) auditQuery() (ask archive.AuditQuery, err error) {
	q := c.URL.Query()
	ask = archive.AuditQuery{Agent: q.Get("agent"), Limit: auditRows}
	var err1, err2 error
	ask.Case, err1 = c.asked("case")
	ask.Before, err2 = c.asked("before")
	from, err3 := dayAsked(q.Get("from"))
	to, err4 := dayAsked(q.Get("to"))
	if cmp.Or(err1, err2, err3, err4) != nil {
		return ask, unprocessable("audit")
	}
	if ask.From = from; !to.IsZero() {
		ask.To = to.AddDate(0, 0, 1)
	}
	return ask, nil
}

// dayAsked is the beginning of a day; zero if none is asked for.
func dayAsked(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := hours.ParseDate(text)
	return day.Time(), err
}

// withAudit shows a refusal on the page, with what was asked.
func (d *Desk) withAudit(v *auditView, c *call, err error) error {
	var no *refusal
	if errors.As(err, &no) {
		no.page = func(words string) error {
			v.Alert = words
			return d.show(c, no.status, "auditoria.html", v)
		}
	}
	return err
}

// auditRows is how many rows a page of the audit has.
const auditRows = 100
