package flows

import (
	"encoding/json"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// CaseCard is what the desk is told of the affiliate when a case is opened, as JSON in [bot.CaseRequest]. It holds no text that was
// written, no digit of a token and no CUIL. The words in it are those of [step], [outcome] and [diagnosis]: the desk has
// texts for them.
type CaseCard struct {
	V int `json:"v"`
	// Reason is why a person is asked for, as far as it shows: see [mesaDialog.reason].
	Reason string `json:"reason"`
	// Wished are the last steps, the oldest first.
	Wished []CardStep `json:"wished"`
	// Pending is what was not finished: "asking" where the bot had put a question, "waiting" where the back end was asked, "failed"
	// where it had not answered.
	Pending *CardPending `json:"pending,omitempty"`
	// Token is what is known of the token that was given or asked about last.
	Token *CardToken `json:"token,omitempty"`
	// Linked says that the chat may act for an account, and User who uses it, if that is known: a member's name, or "other" for
	// a person who is not in the group.
	Linked bool   `json:"linked"`
	User   string `json:"user,omitempty"`
	// Channel is what people call the channel, IdentityMasked the chat's id as other people may see it, and Sender how the
	// affiliate calls themselves there. It proves nothing.
	Channel        string `json:"channel,omitempty"`
	IdentityMasked string `json:"identity_masked,omitempty"`
	Sender         string `json:"sender,omitempty"`
	// Members are the people of the account, its own affiliate first. The number of an affiliate is masked before it is shown.
	Members []CardMember `json:"members,omitempty"`
}

// CardStep is something that was wished: when, what, for whom, and what came of it. An empty outcome: nothing yet.
type CardStep struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"`
	Who     []string  `json:"who,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
}

// CardPending is what was not finished.
type CardPending struct {
	What  string   `json:"what"`
	Who   []string `json:"who,omitempty"`
	State string   `json:"state"`
}

// CardToken is the state of a token: "given", "expired", a reason for which there is none ("not_active", "not_in_charge"), or a
// [diagnosis].
type CardToken struct {
	Who   string    `json:"who,omitempty"`
	State string    `json:"state"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`
}

// CardMember is one of the people of the account.
type CardMember struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Number   string `json:"number,omitempty"`
	Kinship  string `json:"kinship,omitempty"`
	Standing string `json:"standing,omitempty"`
}

// CardVersion is the form of CaseCard.
const CardVersion = 1

// card is the card of the chat as it is now.
func (d mesaDialog) card(reason string) CaseCard {
	m := d.mem
	c := CaseCard{
		V: CardVersion, Reason: reason, Wished: []CardStep{}, Pending: d.pending(), Token: d.tokenState(), Linked: m.linked(),
		User: m.nameOf(m.Self), Channel: m.Identity.ChannelName, IdentityMasked: m.Identity.MaskedID, Sender: m.Identity.Sender,
	}
	if m.Self == outsider {
		c.User = "other"
	}
	for _, s := range m.Mesa.Steps {
		what := string(s.What)
		if s.What == nlu.IntentNone {
			what = "none"
		}
		c.Wished = append(c.Wished, CardStep{s.At, what, d.names(s.Who), string(s.Outcome)})
	}
	add := func(p backend.Member) {
		c.Members = append(c.Members, CardMember{string(p.ID), p.Name, p.Number, p.Kinship, p.Standing})
	}
	if p, ok := m.Group.Member(m.Group.Own); ok {
		add(p)
	}
	for _, p := range m.Group.Members {
		if p.ID != m.Group.Own {
			add(p)
		}
	}
	return c
}

func (d *dialog) names(ids []backend.MemberID) []string {
	var out []string
	for _, id := range ids {
		if name := d.mem.nameOf(id); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// pending is what was not finished.
func (d mesaDialog) pending() *CardPending {
	r, state := d.mem.request(), "asking"
	switch {
	case d.waiting() && r == nil:
		return &CardPending{What: string(d.intentOf(d.session.Pending.Op)), State: "waiting"}
	case d.waiting():
		state = "waiting"
	case flowOf(d.session.State) == "link":
		return &CardPending{What: string(nlu.IntentLink), State: state}
	case r == nil:
		r, state = d.mem.Mesa.Parked.request(), "failed"
	}
	if r == nil {
		return nil
	}
	return &CardPending{string(r.common().Intent), d.names(r.common().Members), state}
}

// tokenState is what is known of a token.
func (d mesaDialog) tokenState() *CardToken {
	k := d.mem.Mesa.Token
	if k.State == "" {
		return nil
	}
	if k.State == outcomeGiven && !k.Until.After(d.in.Now) {
		k.State = "expired"
	}
	return &CardToken{d.mem.nameOf(k.Member), string(k.State), k.At, k.Until}
}

// sameTime is how long ago a step may lie to be the reason for which a person is asked for.
const sameTime = 30 * time.Minute

// The reasons of a case. A reason is the desk's to put into words.
const (
	reasonAsked         = "asked" // nothing else shows
	reasonWaiting       = "waiting"
	reasonNoAnswer      = "no_answer"
	reasonRejected      = "rejected"
	reasonDenied        = "denied"
	reasonLink          = "link"
	reasonNotUnderstood = "not_understood"
	reasonInsult        = "insult"
	reasonFraud         = "fraud"
	reasonDanger        = "danger"
)

// reason is why a person is asked for, as far as the text and the last step show.
func (d mesaDialog) reason(p nlu.ParsedText) string {
	switch {
	case p.Danger != "":
		return reasonDanger
	case p.Fraud:
		return reasonFraud
	case flowOf(d.session.State) == "link":
		return reasonLink
	case d.waiting():
		return reasonWaiting
	}
	steps := d.mem.Mesa.Steps
	if len(steps) == 0 || d.in.Now.Sub(steps[len(steps)-1].At) > sameTime {
		return reasonAsked
	}
	switch s := steps[len(steps)-1]; {
	case s.What == nlu.IntentRejected:
		return reasonRejected
	case s.What == nlu.IntentInsult:
		return reasonInsult
	case s.Outcome == outcomeNoAnswer, s.Outcome == outcomeUnknown:
		return reasonNoAnswer
	case s.Outcome == outcomeDenied, s.Outcome == outcomeGone:
		return reasonDenied
	case s.What == nlu.IntentLink && s.Outcome != outcomeLinked, s.Outcome == outcomeUnlinked:
		return reasonLink
	case s.What == nlu.IntentNone:
		return reasonNotUnderstood
	}
	return reasonAsked
}

// CaseHint is what was understood of a message, for the desk alone, as JSON in [bot.Decision].
type CaseHint struct {
	Intent string   `json:"intent"`
	People []string `json:"people,omitempty"`
}

// hint tells the desk what was understood of a text, while a case is open.
func (d mesaDialog) hint(p nlu.ParsedText) {
	if !d.session.Case.Open() && d.out.Case == nil || p.Intent == nlu.IntentNone {
		return
	}
	h := CaseHint{Intent: string(p.Intent)}
	if len(p.Refs) > 0 && d.mem.linked() {
		h.People = d.names(d.parser.Resolve(p.Refs, d.mem.speaker()).Members)
	}
	d.out.Hint = d.asJSON(h)
}

// asJSON encodes what is for the desk.
func (d *dialog) asJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		d.fail(err)
	}
	return text
}

// pressedLabel is the text of an option that was pressed, for the case.
func (d mesaDialog) pressedLabel() string {
	value := d.in.Choice.Value
	if d.in.Kind != bot.Pressed {
		return ""
	}
	for _, o := range d.mem.Options {
		if o.Value == value && d.in.Choice.Question == d.mem.Question {
			return d.label(o)
		}
	}
	if d.texts.Has("option."+value) && (timeless[value] || value == choiceCounter || value == choiceBot) {
		return d.text("option."+value, nil)
	}
	return ""
}
