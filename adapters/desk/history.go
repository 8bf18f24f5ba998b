package desk

import (
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
	ask := archive.AuditQuery{Agent: v.Agent, Limit: auditRows}
	ask.Case, _ = strconv.ParseUint(v.Case, 10, 63)
	ask.Before, _ = strconv.ParseUint(q.Get("before"), 10, 63)
	ask.From = hours.Date(v.From).Time()
	if to := hours.Date(v.To).Time(); !to.IsZero() {
		ask.To = to.AddDate(0, 0, 1)
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

// auditRows is how many rows a page of the audit has.
const auditRows = 100
