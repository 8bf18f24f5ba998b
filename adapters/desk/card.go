package desk

import (
	"encoding/json"
	"strings"
	"time"

	"llave/adapters/desk/archive"
	"llave/flows/backend"
)

// card is what the script told of the affiliate when the case was opened. It holds no
// digits of a token and no texts.
type card struct {
	Wished  []cardStep   `json:"wished"`
	Pending *cardPending `json:"pending"`
	Token   *cardToken   `json:"token"`
	Linked  bool         `json:"linked"`
	User    string       `json:"user"` // who uses the chat: a name, or "other"
	Members []cardMember `json:"members"`
}

type cardStep struct {
	At      time.Time `json:"at"`
	Request string    `json:"what"`
	Members []string  `json:"who"`
	Outcome string    `json:"outcome"`
}

type cardPending struct {
	Request string   `json:"what"`
	Members []string `json:"who"`
	State   string   `json:"state"`
}

type cardToken struct {
	Member string    `json:"who"`
	State  string    `json:"state"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"`
}

type cardMember struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Number   string `json:"number"`
	Kinship  string `json:"kinship"`
	Standing string `json:"standing"`
	Account  string `json:"account,omitempty"` // its owner, if the chat has several
}

// cardOf reads the card of a case; an empty one if there is none, or it cannot be read.
func cardOf(raw json.RawMessage) (c card) {
	if len(raw) == 0 {
		return card{}
	}
	if c, ok := readCard(raw); ok {
		return c
	}
	if json.Unmarshal(raw, &c) != nil {
		return card{}
	}
	return c
}

// holder is the account's own affiliate.
func (k card) holder() (m cardMember) {
	if k.Linked && len(k.Members) > 0 {
		return k.Members[0]
	}
	return m
}

// names are how a case's affiliate is called: whole, and as one speaks to them. Who uses the chat of a family is not always
// its holder.
func (d *Desk) names(r archive.Row) (whole, first string) {
	k := d.cards.of(r.Card)
	name := k.holder().Name
	if k.User != "" && k.User != "other" {
		name = k.User
	}
	if name = strings.TrimSpace(name); name != "" {
		first, _ = cutName(name)
		return name, first
	}
	if name = strings.TrimSpace(r.Sender); name != "" {
		return name, name
	}
	return d.text("nobody", nil), d.text("nobody_first", nil)
}

// cardView is the card as the page shows it.
type cardView struct {
	Steps  []stepView
	Advice string
}

type stepView struct{ When, What, Outcome string }

// tokenView is what is known of the last token, without digits.
type tokenView struct {
	Whose string
	Lines []tokenLine
}

type tokenLine struct {
	Key, Text string
	Bad       bool
}

func (d *Desk) cardView(k card, now time.Time) *cardView {
	v := &cardView{}
	for _, s := range k.Wished {
		data := map[string]any{"Who": strings.Join(s.Members, ", ")}
		v.Steps = append(v.Steps, stepView{When: d.moment(s.At, now), What: d.keyed("step_"+s.Request, "step_other", data), Outcome: d.keyed("outcome_"+s.Outcome, "outcome_other", data)})
	}
	if t := k.Token; t != nil && d.texts.Has("advice_"+t.State) {
		v.Advice = d.text("advice_"+t.State, map[string]any{"Who": t.Member})
	} else if p := k.Pending; p != nil {
		v.Advice = d.keyed("pending_"+p.State, "pending_other", map[string]any{"Wish": d.keyed("pending_wish_"+p.Request, "pending_wish_other", nil), "Who": strings.Join(p.Members, ", ")})
	}
	return v
}

func (d *Desk) tokenView(t *cardToken, now time.Time) *tokenView {
	if t == nil {
		return nil
	}
	good := t.State == "given"
	v := &tokenView{Whose: t.Member, Lines: []tokenLine{{d.text("token_state", nil), d.keyed("state_"+t.State, "state_other", nil), !good}}}
	if !t.At.IsZero() {
		key := "token_asked"
		if good {
			key = "token_given"
		}
		v.Lines = append(v.Lines, tokenLine{d.text(key, nil), d.moment(t.At, now), false})
	}
	if good && !t.Until.IsZero() {
		v.Lines = append(v.Lines, tokenLine{d.text("token_until", nil), d.moment(t.Until, now), false})
	}
	return v
}

// membersOf are the people of the account.
func (d *Desk) membersOf(k card) (list []memberView) {
	if !k.Linked {
		return nil
	}
	for _, m := range k.Members {
		list = append(list, memberView{Key: m.ID, Name: m.Name, Kinship: m.Kinship, Standing: m.Standing, Account: m.Account, Active: backend.IsActive(m.Standing),
			Chosen: k.Token != nil && k.Token.Member == m.Name})
	}
	return list
}

// masked is the card for programs: numbers are masked.
func (k card) masked(raw []byte) any {
	if len(raw) == 0 {
		return nil
	}
	members := make([]cardMember, 0, len(k.Members))
	for _, m := range k.Members {
		m.Number = maskNumber(m.Number)
		members = append(members, m)
	}
	k.Members = members
	return k
}
