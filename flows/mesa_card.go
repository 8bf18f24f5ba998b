package flows

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// CaseCard is what the desk is told of the affiliate when a case is opened, as JSON in [bot.CaseRequest]. It holds no text that was
// written, no digit of a token and no CUIL. The words in it are the keys of the desk's texts.
type CaseCard struct {
	// Reason is why a person is asked for, as far as it shows.
	Reason string `json:"reason"`
	// Name, Number and Standing are those of the account's own affiliate, and Active says that the standing is the one that tokens need.
	// The desk masks the number before it shows it.
	Name     string `json:"name,omitempty"`
	Number   string `json:"number,omitempty"`
	Standing string `json:"standing,omitempty"`
	Active   bool   `json:"active"`
	// Linked says that the chat may act for an account, and User who uses the chat, if that is known: a member's name, or
	// [UserOther].
	Linked bool   `json:"linked"`
	User   string `json:"user,omitempty"`
	// IdentityMasked is the chat's id as other people may see it.
	IdentityMasked string       `json:"identity_masked,omitempty"`
	Members        []CardMember `json:"members,omitempty"`
	// Steps are the last wishes, the oldest first.
	Steps []CardStep `json:"steps"`
	// Token is what is known of the token that was given or asked about last.
	Token *CardToken `json:"token,omitempty"`
	// Pending is what was not finished: [PendingEffect], [PendingQuestion] or [PendingFailed].
	Pending string `json:"pending,omitempty"`
}

// UserOther is the User of a chat that is used by a person who is not in the group.
const UserOther = "other"

// What was not finished: the back end was asked, the affiliate was asked, or the back end had not answered.
const (
	PendingEffect   = "effect"
	PendingQuestion = "question"
	PendingFailed   = "failed"
)

// CardMember is one of the people of the chat's accounts, those of the conversation's account first. Key names the member in
// [ErrandArgs], whichever account the conversation is about by then. Account is the name of the account's owner, if the chat has
// several.
type CardMember struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Account  string `json:"account,omitempty"`
	Standing string `json:"standing,omitempty"`
	Active   bool   `json:"active"`
}

// CardStep is something that was wished: when, what, for whom, and what came of it. Empty: nothing yet.
type CardStep struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"`
	Who     string    `json:"who,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
}

// CardToken is what is known of a token. State is "active", or why it is not: "used", "expired", "replaced", "locked", "none",
// "not_active", "not_in_charge", or another [diagnosis].
type CardToken struct {
	Who    string    `json:"who,omitempty"`
	State  string    `json:"state"`
	Given  time.Time `json:"given,omitzero"`
	Used   time.Time `json:"used,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Tried  time.Time `json:"tried,omitzero"`
	Reason string    `json:"reason,omitempty"`
	Locked bool      `json:"locked,omitempty"`
}

// card is the card of the chat as it is now.
func (d mesaDialog) card(reason string) CaseCard {
	m := d.mem
	own, _ := m.Group.Member(m.Group.Own)
	c := CaseCard{
		Reason: reason, Name: own.Name, Number: own.Number, Standing: own.Standing, Active: backend.IsActive(own.Standing), Linked: m.linked(),
		User: m.nameOf(m.Self), IdentityMasked: m.Identity.MaskedID, Steps: []CardStep{}, Token: d.tokenState(), Pending: d.pending(),
	}
	if m.Self == outsider {
		c.User = UserOther
	}
	for _, s := range m.Mesa.Steps {
		c.Steps = append(c.Steps, d.cardStep(*s, c.Pending))
	}
	for _, g := range m.groups() {
		of := owner(g).Name
		for _, p := range g.Members {
			one := CardMember{Key: memberKey(g, p), Name: p.Name, Standing: p.Standing, Active: backend.IsActive(p.Standing)}
			if len(m.Accounts) > 0 {
				one.Account = of
			}
			c.Members = append(c.Members, one)
		}
	}
	return c
}

// cardStep is a step in the desk's words.
func (d mesaDialog) cardStep(s step, pending string) CardStep {
	out := CardStep{s.At, string(s.What), strings.Join(d.names(s.Who), ", "), string(s.Outcome)}
	switch s.What {
	case nlu.IntentNone:
		out.What = "none"
	case nlu.IntentCredential:
		out.What = "card"
	case nlu.IntentNumber:
		out.What = string(nlu.IntentToken)
	}
	if r := d.mem.request(); r != nil && r.common().Intent == s.What && s.Outcome == outcomeNotYet {
		out.Who = strings.Join(d.names(r.common().Members), ", ")
		if pending == PendingQuestion {
			out.Outcome = "asked"
		}
	}
	return out
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
func (d mesaDialog) pending() string {
	switch {
	case d.waiting():
		return PendingEffect
	case d.session.State != home:
		return PendingQuestion
	case d.mem.Mesa.Parked.request() != nil:
		return PendingFailed
	}
	return ""
}

// tokenState is what is known of a token.
func (d mesaDialog) tokenState() *CardToken {
	k := d.mem.Mesa.Token
	if k.State == "" {
		return nil
	}
	out := &CardToken{Who: d.mem.nameOf(k.Member), State: string(k.State), Given: k.Given, Used: k.Used, Until: k.Until, Tried: k.Tried, Reason: k.Reason}
	out.Locked = k.Locked.After(d.in.Now)
	if k.State == tokenActive && !k.Until.After(d.in.Now) {
		out.State = "expired"
	}
	return out
}

// sameTime is how long ago a step may lie to be the reason for which a person is asked for.
const sameTime = 30 * time.Minute

// The reasons of a case: keys of the desk's texts.
const (
	reasonPerson    = "person" // nothing else shows
	reasonNoAnswer  = "no_answer"
	reasonRejected  = "rejected"
	reasonUsed      = "rejected_used"
	reasonLocked    = "locked"
	reasonStanding  = "standing"
	reasonLink      = "link"
	reasonMissed    = "missed"
	reasonInsult    = "insult"
	reasonFraud     = "fraud"
	reasonEmergency = "danger"
)

// reason is why a person is asked for, as far as the text and the last step show.
func (d mesaDialog) reason(p nlu.ParsedText) string {
	steps := d.mem.Mesa.Steps
	switch {
	case dangerOf(p) != "":
		return dangerOf(p)
	case flowOf(d.session.State) == "link":
		return reasonLink
	case d.waiting():
		return reasonNoAnswer
	case len(steps) == 0 || d.in.Now.Sub(steps[len(steps)-1].At) > sameTime:
		return reasonPerson
	}
	return steps[len(steps)-1].reason()
}

// reason is why a person is asked for after a step.
func (s step) reason() string {
	switch s.Outcome {
	case outcomeNoAnswer, outcomeUnknown:
		return reasonNoAnswer
	case outcomeNotActive:
		return reasonStanding
	case outcome(whyLocked):
		return reasonLocked
	case outcomeUnlinked:
		return reasonLink
	case reasonEmergency, reasonFraud:
		return string(s.Outcome)
	}
	switch s.What {
	case nlu.IntentRejected:
		if s.Outcome == outcome(whyUsed) {
			return reasonUsed
		}
		return reasonRejected
	case nlu.IntentInsult:
		return reasonInsult
	case nlu.IntentLink:
		if s.Outcome != outcomeLinked {
			return reasonLink
		}
	case nlu.IntentNone:
		return reasonMissed
	}
	return reasonPerson
}

// CaseHint is what was understood of a message, for the desk alone, as JSON in [bot.Decision]. A danger that the message tells of
// stands in the place of the intent.
type CaseHint struct {
	Intent string   `json:"intent"`
	People []string `json:"people,omitempty"`
}

// hint tells the desk what was understood of a text, while a case is open.
func (d mesaDialog) hint(p nlu.ParsedText) {
	danger := dangerOf(p)
	if !d.session.Case.Open() && d.out.Case == nil || p.Intent == nlu.IntentNone && danger == "" {
		return
	}
	h := CaseHint{Intent: cmp.Or(danger, string(p.Intent))}
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
