package flows

import (
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// step is something that the affiliate wished, and what came of it: never a text, never a digit.
type step struct {
	At      time.Time          `json:"at"`
	What    nlu.Intent         `json:"what"`
	Who     []backend.MemberID `json:"who,omitempty"`
	Outcome outcome            `json:"outcome,omitempty"`
}

// outcome is what came of a wish, in one word. Empty: nothing yet. That of "rejected" is a [diagnosis].
type outcome string

// What comes of a wish.
const (
	outcomeGiven      outcome = "given"
	outcomeNotActive  outcome = outcome(backend.NotActive)
	outcomeNoAnswer   outcome = "no_answer"
	outcomeUnknown    outcome = "unknown" // the back end may have acted
	outcomeUnlinked   outcome = "unlinked"
	outcomeGone       outcome = outcome(backend.NotInCharge)
	outcomeCancelled  outcome = "cancelled"
	outcomePageSent   outcome = "page_sent"
	outcomeTooMany    outcome = "too_many_pages"
	outcomeWrongCode  outcome = "wrong_code"
	outcomeDeadPage   outcome = "dead_page"
	outcomeLinked     outcome = "linked"
	outcomeMissed     outcome = "missed"
	outcomeReplied    outcome = "replied" // by a text
	outcomeNotYet     outcome = ""
	outcomeNotOffered outcome = "not_offered"
)

// keptSteps is how many steps the desk sees.
const keptSteps = 8

// wished notes that something is wished. The same once more is a step of its own only if something came of the first.
func (d *dialog) wished(what nlu.Intent) {
	steps := d.mem.Mesa.Steps
	if n := len(steps); n > 0 && steps[n-1].What == what && (steps[n-1].Outcome == outcomeNotYet || what == nlu.IntentNone) {
		steps = steps[:n-1]
	}
	next := make(stepList, 0, keptSteps) // the old list is the session's
	next = append(next, steps[max(0, len(steps)-keptSteps+1):]...)
	d.mem.Mesa.Steps = append(next, &step{At: d.in.Now, What: what})
}

// came notes what came of the last wish of a kind.
func (d *dialog) came(what nlu.Intent, of outcome, members ...backend.MemberID) {
	at := d.lastStep(what)
	if at < 0 || d.mem.Mesa.Steps[at].final() {
		d.wished(what)
		at = d.lastStep(what)
	}
	s := *d.mem.Mesa.Steps[at]
	s.Outcome = of
	if len(members) > 0 {
		s.Who = members
	}
	d.mem.Mesa.Steps = slices.Clone(d.mem.Mesa.Steps)
	d.mem.Mesa.Steps[at] = &s
}

// final reports whether nothing more is to come of a step.
func (s *step) final() bool {
	switch s.Outcome {
	case outcomeNotYet, outcomePageSent, outcomeWrongCode, outcomeUnknown:
		return false
	}
	return true
}

func (d *dialog) lastStep(what nlu.Intent) int {
	for i, s := range slices.Backward(d.mem.Mesa.Steps) {
		if s.What == what {
			return i
		}
	}
	return -1
}

// wishedSince reports whether the bot was asked for something after a time.
func (d *dialog) wishedSince(t time.Time) bool {
	return slices.ContainsFunc(d.mem.Mesa.Steps, func(s *step) bool { return s.At.After(t) && s.What != nlu.IntentNone })
}

// tokenSeen is what was seen last of a token, without its digits: see [CardToken].
type tokenSeen struct {
	Member backend.MemberID `json:"m,omitempty"`
	State  outcome          `json:"state,omitempty"`
	Given  time.Time        `json:"given,omitzero"`
	Used   time.Time        `json:"used,omitzero"`
	Until  time.Time        `json:"until,omitzero"`
	Tried  time.Time        `json:"tried,omitzero"`
	Locked time.Time        `json:"locked,omitzero"`
	Reason string           `json:"why,omitempty"`
}

// tokenActive is the state of a token that was given, until it expires.
const tokenActive outcome = "active"

// cameGiven notes that tokens were given, or why not.
func (d *dialog) cameGiven(what nlu.Intent, g backend.Given) {
	var members []backend.MemberID
	for _, k := range g.Tokens {
		members = append(members, k.Member)
		d.mem.Mesa.Token = tokenSeen{Member: k.Member, State: tokenActive, Given: d.in.Now, Until: k.Until}
	}
	of := outcomeGiven
	if len(members) == 0 {
		for _, n := range g.Denials {
			members, of = append(members, n.Member), outcome(n.Reason)
			d.mem.Mesa.Token = tokenSeen{Member: n.Member, State: of}
		}
	}
	d.came(what, of, members...)
	d.settle(d.mem.request())
}

// cameFailed notes that the back end did not answer. An agent may have the bot go on with the request.
func (d *dialog) cameFailed(r bot.Result) {
	if d.session.State == stateErrand {
		return
	}
	what, of := d.intentOf(r.Op), outcomeNoAnswer
	if effects[r.Op].acts && r.Unknown {
		of = outcomeUnknown
	}
	if req := d.mem.request(); req != nil {
		d.park(req)
		d.came(what, of, req.common().Members...)
		return
	}
	d.came(what, of)
}

// intentOf is the wish that an effect is for.
func (d *dialog) intentOf(op string) nlu.Intent {
	if r := d.mem.request(); r != nil && flowOf(d.session.State) != "link" {
		return r.common().Intent
	}
	switch op {
	case opInvite, opRedeem:
		return nlu.IntentLink
	case opUnlink, opChats, opNotify, opEndLinks:
		return nlu.IntentChats
	case opAnother:
		return nlu.IntentAnother
	case opPrint:
		return nlu.IntentPreprint
	case opVoid:
		return nlu.IntentVoid
	}
	return nlu.IntentToken
}

// park keeps a request for an agent who has the bot go on with it.
func (d *dialog) park(r Request) {
	d.mem.Mesa.Parked.put(r)
	d.mem.Mesa.Parked = d.mem.Mesa.Parked.clone()
}

// settle forgets the kept request, because one was granted. While an agent has the case the affiliate did not see that.
func (d *dialog) settle(r Request) {
	switch {
	case !d.session.Case.Assigned():
		d.mem.Mesa.Parked = requests{}
	case r != nil:
		d.park(r)
	}
}
