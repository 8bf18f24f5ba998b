package desk

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// rowView is a case in the queue, as JSON and as a row of the page.
type rowView struct {
	ID           uint64     `json:"id"`
	State        string     `json:"state"`
	Epoch        uint64     `json:"epoch"`
	Owner        string     `json:"owner"`
	Name         string     `json:"name"`
	Channel      string     `json:"channel"`
	Label        string     `json:"label"`
	Reason       string     `json:"reason"`
	Counter      bool       `json:"counter"`
	Turn         string     `json:"turn"`
	WaitingSince *time.Time `json:"waiting_since"`
	Due          *time.Time `json:"due"`
	Last         uint64     `json:"last"`
	Received     uint64     `json:"heard"`
	Unread       int        `json:"unread"`

	URL        string    `json:"-"`
	Order      string    `json:"-"` // rows stand in the order of these
	Free       bool      `json:"-"`
	Mine       bool      `json:"-"`
	Current    bool      `json:"-"`
	Clock      clockView `json:"-"`
	ReasonText string    `json:"-"`
	LastLine   string    `json:"-"`
}

// clockView is a waiting time in words, and what a script needs to go on with it.
type clockView struct {
	Class, Text, Key string
	Since, Due       int64
}

// Whose turn it is.
const (
	turnDesk      = "desk"
	turnAffiliate = "affiliate"
)

// row makes a view of a case for an agent.
func (d *Desk) row(r archive.Row, me bot.AgentID, now time.Time) rowView {
	v := rowView{ID: r.ID, State: string(r.State), Epoch: r.Epoch, Channel: r.Channel, Label: r.Label, Reason: r.Reason, Counter: r.AtCounter,
		Turn: turnAffiliate, Last: r.Last, Received: r.Received, Unread: r.Unread,
		URL: fmt.Sprintf("/mesa/casos/%d", r.ID), Free: r.State == bot.CaseQueued, Mine: mine(r.Case, me)}
	name, _ := d.names(r)
	if v.Name = name; name != d.text("nobody", nil) {
		v.Name = shortName(name)
	}
	if r.State == bot.CaseAssigned {
		v.Owner = r.Owner.Name
	}
	if r.DeskTurn {
		v.Turn, v.WaitingSince = turnDesk, &r.Turned
	}
	if !r.Due.IsZero() && r.Open() {
		v.Due = &r.Due
	}
	if r.Reason != "" {
		v.ReasonText = d.keyed("reason_"+r.Reason, "reason_other", nil)
	}
	v.Clock = d.clock(r.Case, v.Mine, now)
	v.Order = order(r)
	v.LastLine = d.lastLine(r, v.Mine)
	return v
}

// mine reports whether an agent has a case.
func mine(c bot.Case, me bot.AgentID) bool {
	return c.State == bot.CaseAssigned && me != "" && c.Owner.ID == me
}

// order is the place of a row in its list: the same order as the archive's, as a text.
func order(r archive.Row) string {
	rank := func(first bool) int {
		if first {
			return 0
		}
		return 1
	}
	if r.State == bot.CaseAssigned {
		return fmt.Sprintf("1%d%d0%016x", rank(r.DeskTurn), rank(r.AtCounter), r.Turned.UnixMicro())
	}
	return fmt.Sprintf("0%d%d0%016x", rank(r.AtCounter), rank(r.First), r.Turned.UnixMicro())
}

// clock says how long somebody has waited. It is near once half of the time has passed, and late after it.
func (d *Desk) clock(c bot.Case, mine bool, now time.Time) clockView {
	switch {
	case !c.Open():
		return clockView{Text: d.text("clock_closed", d.when(c.Since, now))}
	case !c.DeskTurn:
		return clockView{Text: d.text("clock_affiliate", nil)}
	}
	v := clockView{Key: "wait", Since: c.Turned.Unix()}
	if mine {
		v.Key = "wait_me"
	}
	if !c.Due.IsZero() {
		v.Due = c.Due.Unix()
		switch {
		case now.After(c.Due):
			v.Class = "pasado"
		case now.After(c.Turned.Add(c.Due.Sub(c.Turned) / 2)):
			v.Class = "cerca"
		}
	}
	v.Text = d.waited(v.Key, now.Sub(c.Turned))
	return v
}

// waited is a waiting time in words.
func (d *Desk) waited(key string, wait time.Duration) string {
	n := int(wait / time.Minute)
	key = "clock_" + key
	switch {
	case n < 1:
		return d.text(key+"_0", nil)
	case n < 60:
		return fill(d.text(key, nil), "n", n)
	}
	return fill(fill(d.text(key+"_h", nil), "h", n/60), "m", fmt.Sprintf("%02d", n%60))
}

// fill puts a value in the place of {name}, as the page's script does.
func fill(text, name string, value any) string {
	return strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
}

// shortName keeps the last name's first letter: "María Elena G."
func shortName(name string) string {
	first, last := cutName(name)
	if last == "" {
		return first
	}
	r, _ := utf8.DecodeRuneInString(last)
	if !unicode.IsLetter(r) {
		return name
	}
	return first + " " + string(unicode.ToUpper(r)) + "."
}

// cutName cuts off the last word.
func cutName(name string) (first, last string) {
	i := strings.LastIndexByte(name, ' ')
	if i < 0 {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// initials are one or two letters for a name.
func initials(name string) string {
	out := []rune{}
	for _, word := range strings.Fields(name) {
		if r, _ := utf8.DecodeRuneInString(word); len(out) < 2 {
			out = append(out, unicode.ToUpper(r))
		}
	}
	return string(out)
}
