package desk

import (
	"encoding/json"
	"strings"
	"time"

	"llave/adapters/desk/archive"
)

// card is what the script told of the affiliate when the case was opened.
type card struct {
	Name     string       `json:"name"`   // of the linked account's holder
	Number   string       `json:"number"` // affiliate number
	Standing string       `json:"standing"`
	Active   bool         `json:"active"`
	Linked   bool         `json:"linked"`
	Since    time.Time    `json:"since"` // of the link
	Chats    int          `json:"chats"`
	User     string       `json:"user"` // who uses the chat
	Members  []cardMember `json:"members"`
	Steps    []cardStep   `json:"steps"`
	Token    *cardToken   `json:"token"`
	Pending  string       `json:"pending"`
}

type cardMember struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Standing string `json:"standing"`
	Active   bool   `json:"active"`
}

type cardStep struct {
	At      time.Time `json:"at"`
	Request string    `json:"what"`
	Member  string    `json:"who"`
	Outcome string    `json:"outcome"`
}

type cardToken struct {
	Member string    `json:"who"`
	State  string    `json:"state"`
	Given  time.Time `json:"given"`
	Used   time.Time `json:"used"`
	Until  time.Time `json:"until"`
	Tried  time.Time `json:"tried"`
	Reason string    `json:"reason"`
	Locked bool      `json:"locked"`
}

// cardOf reads the card of a case; an empty one if there is none, or it cannot be read.
func cardOf(raw json.RawMessage) (c card) {
	if len(raw) == 0 || json.Unmarshal(raw, &c) != nil {
		return card{}
	}
	return c
}

// names are how a case's affiliate is called: whole, and as one speaks to them.
func (d *Desk) names(r archive.Row) (whole, first string) {
	if name := strings.TrimSpace(cardOf(r.Card).Name); name != "" {
		first, _ = cutName(name)
		return name, first
	}
	if name := strings.TrimSpace(r.Sender); name != "" {
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
	for _, s := range k.Steps {
		v.Steps = append(v.Steps, stepView{When: d.moment(s.At, now), What: d.keyed("step_"+s.Request, "step_other", s), Outcome: d.keyed("outcome_"+s.Outcome, "outcome_other", s)})
	}
	if k.Pending != "" {
		v.Advice = d.keyed("pending_"+k.Pending, "pending_other", k)
	}
	if t := k.Token; t != nil && v.Advice == "" && d.texts.Has("advice_"+t.State) {
		v.Advice = d.text("advice_"+t.State, map[string]any{"Member": t.Member, "Used": d.moment(t.Used, now)})
	}
	return v
}

func (d *Desk) tokenView(t *cardToken, now time.Time) *tokenView {
	if t == nil {
		return nil
	}
	v := &tokenView{Whose: t.Member}
	add := func(key string, at time.Time, bad bool) {
		if !at.IsZero() {
			v.Lines = append(v.Lines, tokenLine{d.text("token_"+key, nil), d.moment(at, now), bad})
		}
	}
	if t.State != "" {
		v.Lines = append(v.Lines, tokenLine{d.text("token_state", nil), d.keyed("state_"+t.State, "state_other", nil), t.State != "active"})
	}
	add("given", t.Given, false)
	add("used", t.Used, true)
	add("until", t.Until, false)
	add("tried", t.Tried, true)
	if t.Locked {
		v.Lines = append(v.Lines, tokenLine{d.text("token_locked", nil), d.text("token_locked_yes", nil), true})
	}
	return v
}
