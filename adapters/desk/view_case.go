package desk

import (
	"fmt"
	"strings"

	"llave/adapters/desk/archive"
	"llave/bot"
	"llave/flows/backend"
)

// caseView is one case: its row, what was said in it, and what whoever looks can do with it.
type caseView struct {
	rowView
	Entries []entryView `json:"entries"`
	Notes   []noteView  `json:"notes"`
	CardRaw any         `json:"card"`

	Thread              []entryView `json:"-"`
	LastNote            uint64      `json:"-"`
	FullName, FirstName string      `json:"-"`
	Sender              string      `json:"-"`
	OwnerLine           string      `json:"-"`
	OpenedWhen          string      `json:"-"`
	BackTab             string      `json:"-"`

	Card     *cardView    `json:"-"`
	Token    *tokenView   `json:"-"`
	Linked   bool         `json:"-"`
	Active   bool         `json:"-"`
	Number   string       `json:"-"` // masked, or shown
	Phone    string       `json:"-"`
	Shown    string       `json:"-"` // which of the two is shown
	Standing string       `json:"-"`
	Holder   string       `json:"-"`
	User     string       `json:"-"`
	Members  []memberView `json:"-"`
	Others   []otherView  `json:"-"`

	Box         string      `json:"-"` // what stands below the conversation: mio, libre, ajeno, cerrado
	BoxLine     string      `json:"-"`
	NoActions   string      `json:"-"`
	Mode        string      `json:"-"` // respuesta or nota
	Gone        bool        `json:"-"`
	Acts        bool        `json:"-"`
	CanTakeOver bool        `json:"-"`
	CanReopen   bool        `json:"-"`
	CanClose    bool        `json:"-"`
	CanPass     bool        `json:"-"`
	Colleagues  []colleague `json:"-"`

	Typed, TypedNote, Lost string      `json:"-"`
	Since                  []entryView `json:"-"` // what was new when a reply was stopped
}

type memberView struct {
	Key, Name, Kinship, Standing, Account string
	Active, Chosen                        bool
}

type otherView struct {
	ID                uint64
	URL, Reason, When string
}

type colleague struct{ User, Name string }

// fillCase adds to a case's view what does not depend on its entries.
func (d *Desk) fillCase(c *call, v *caseView, got archive.Case) {
	now := d.now()
	v.rowView = d.row(got.Row, c.me.ID, now)
	v.FullName, v.FirstName = d.names(got.Row)
	k := d.cards.of(got.Card)
	own := k.holder()
	v.CardRaw = k.masked(got.Card)
	v.Linked, v.Active, v.Standing = k.Linked, backend.IsActive(own.Standing), own.Standing
	v.Holder = own.Name
	if k.User != "" {
		v.User = d.keyed("user_"+k.User, "user_member", map[string]any{"Name": k.User})
	}
	if got.Sender != v.FullName {
		v.Sender = got.Sender
	}
	v.Number, v.Phone = maskNumber(own.Number), got.Label
	v.Members = d.membersOf(k)
	if len(got.Card) > 0 {
		v.Card = d.cardView(k, now)
	}
	v.Token = d.tokenView(k.Token, now)
	v.OpenedWhen = d.moment(got.Opened, now)
	v.Mode, v.Gone = "respuesta", got.Gone
	v.BackTab = string(archive.TabFree)
	if v.Mine {
		v.BackTab = string(archive.TabMine)
	}
	d.fillRights(c, v, got)
}

// fillRights says what whoever looks may do, and which box stands below the conversation.
func (d *Desk) fillRights(c *call, v *caseView, got archive.Case) {
	chief := c.me.Role == bot.RoleSupervisor
	v.Acts = acting.has(c.me.Role)
	switch {
	case v.Mine:
		v.Box = "mio"
	case got.State == bot.CaseQueued:
		v.Box = "libre"
	case got.State == bot.CaseAssigned:
		v.Box = "ajeno"
	default:
		v.Box = "cerrado"
	}
	v.CanTakeOver = chief && !v.Mine && got.Open()
	v.CanReopen = v.Acts && got.Reopens(d.now())
	v.CanClose = v.Mine || chief && got.State == bot.CaseQueued
	v.CanPass = v.Mine || chief && got.Open()
	data := map[string]any{"Owner": got.Owner.Name, "Name": v.FirstName, "Why": string(got.Why), "When": d.when(got.Since, d.now()), "Reopens": v.CanReopen}
	v.OwnerLine = d.text("owner_"+v.Box, data)
	v.BoxLine = d.text("box_"+v.Box, data)
	v.NoActions = d.text("no_actions_"+v.Box, data)
	if !v.Acts {
		v.NoActions = d.text("no_actions_reads", nil)
	}
}

// typed puts what was typed back on the page after a refusal.
func (v *queueView) typed(c *call, no *refusal, words string) {
	k := v.Case
	text := c.PostFormValue("text")
	switch {
	case strings.HasSuffix(c.URL.Path, "/notas"):
		k.TypedNote, k.Mode = text, "nota"
	case k.Box == "mio":
		k.Typed = text
	default:
		k.Lost = text
	}
	if note := c.PostFormValue("note"); note != "" {
		k.TypedNote, k.Mode = note, "nota"
	}
	extra, _ := no.extra.(map[string]any)
	if since, ok := extra["since"].([]entryView); ok && k.Box == "mio" && text != "" {
		for _, e := range since {
			if e.Kind == string(bot.EntrySaid) {
				k.Since = append(k.Since, e)
			}
		}
		return
	}
	v.Alert = words
}

// revealButton is the button that shows what is masked.
type revealButton struct {
	ID     uint64
	What   string
	Label  string
	Hidden bool
}

func (d *Desk) revealView(v *caseView, what string) revealButton {
	return revealButton{ID: v.ID, What: what, Label: d.text("reveal_"+what, nil), Hidden: v.Acts && v.Shown != what}
}

func caseURL(id uint64) string { return fmt.Sprintf("/mesa/casos/%d", id) }
